import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { LiveDevice } from '../../../../test/support/live-device.ts';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { holdCommits } from '../testing/hold-commits.ts';
import { RawClient } from '../testing/raw-client.ts';
import { createTestLive, type TestLive, type TestLiveOptions } from '../testing/test-live.ts';

let live: TestLive;
afterEach(() => live.close());

async function open(options: Partial<TestLiveOptions> = {}): Promise<void> {
  live = await createTestLive({ databaseUrl: inject('postgresUrl'), ...options });
}

const add = (contentId: string) => ({
  kind: 'watchlist.add',
  contentId,
  tag: randomUUID(),
  timestamp: '000000000001-0000',
});

describe('a stop', () => {
  it('[LIV5] acknowledges what was pushed, refuses what is new, and sends everyone away', async () => {
    const delays: number[] = [];
    await open({ wrap: () => ({ random: () => delays.shift() ?? 0 }) });
    const user = await live.api.createUser();
    const [tv, phone] = [await live.greet(user, 'tv'), await live.greet(user, 'phone')];
    const held = await holdCommits(live.api);
    tv.send({ type: 'push', id: 'before', ops: [add('film')] });
    await held.untilWaiting(1);

    delays.push(0.25, 0.5);
    const stopped = live.api.app.close();
    tv.send({ type: 'push', id: 'after', ops: [add('other')] });
    const refused = await tv.take('error');
    expect(refused).toMatchObject({ code: 'shutting_down', id: 'after' });
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    expect(await RawClient.refusal(live.url)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { code: 'shutting_down' },
    });
    expect(tv.closed).toBeUndefined();

    await held.release();
    expect(await tv.take('ack')).toMatchObject({ id: 'before', results: [{ result: 'applied' }] });
    expect(await phone.take('changes')).toMatchObject({ ops: [{ contentId: 'film' }] });
    expect(await tv.take('error')).toMatchObject({ code: 'shutting_down', retryAfterMs: 250 });
    expect(await tv.untilClosed()).toEqual({ code: 1012, reason: 'retryAfterMs=250' });
    expect(await phone.untilClosed()).toEqual({ code: 1012, reason: 'retryAfterMs=500' });
    await stopped;
    expect(await storedContents()).toEqual(['film']);
  });

  it('[LIV5] under load loses no op that was acknowledged', async () => {
    await open();
    const user = await live.api.createUser();
    const devices: LiveDevice[] = [];
    for (let index = 0; index < 6; index += 1) {
      devices.push(await live.connect(user, `d${index}`, { reconnects: false }));
    }
    const pushing = devices.map(async (device) => {
      for (let count = 0; !device.isEnded; count += 1) {
        await Promise.race([
          device.add(`${device.deviceId} ${count}`),
          device.until(() => device.isEnded, 'ended'),
        ]).catch(() => undefined);
      }
    });
    await devices[0]?.until(() => (devices[0]?.acknowledged.length ?? 0) > 20, 'acknowledged');
    await live.api.app.close();
    await Promise.all(pushing);
    const stored = new Set(await storedContents());
    const acknowledged = devices.flatMap((device) => device.acknowledged);
    expect(acknowledged.length).toBeGreaterThan(60);
    for (const { contentId } of acknowledged) expect(stored).toContain(contentId);
    for (const { closings } of devices) expect(closings).toMatchObject([{ code: 1012 }]);
  });

  it('[LIV5] ends although a client does not answer the close', async () => {
    const clock = new ManualClock();
    await open({ clock });
    const user = await live.api.createUser();
    const [silent, answers] = [await live.greet(user, 'tv'), await live.greet(user, 'phone')];
    silent.socket.pause();
    const startedAtMs = clock.now();
    await clock.advanceUntil(live.api.app.close(), 20);
    expect(clock.now() - startedAtMs).toBeGreaterThanOrEqual(2_000);
    expect(await answers.untilClosed()).toMatchObject({ code: 1012 });
    silent.socket.resume();
    expect(await silent.untilClosed()).toMatchObject({ code: 1012 });
  });

  it('[LIV5] does not wait for a commit past its time', async () => {
    const clock = new ManualClock();
    await open({ clock, env: { CUEPOINT_STOP_TIMEOUT_MS: '7000' } });
    const user = await live.api.createUser();
    const tv = await live.greet(user, 'tv');
    const held = await holdCommits(live.api);
    tv.send({ type: 'push', id: 'slow', ops: [add('film')] });
    await held.untilWaiting(1);
    const startedAtMs = clock.now();
    const stopped = live.api.app.close();
    await clock.advance(6_900);
    expect(tv.closed).toBeUndefined();
    await clock.advanceUntil(stopped, 20);
    expect(clock.now() - startedAtMs).toBeGreaterThanOrEqual(7_000);
    expect(await tv.untilClosed()).toMatchObject({ code: 1012 });
    expect(tv.count('ack')).toBe(0);
    await held.release();
  });

  it('[LIV5] closes sockets that have not said hello as well', async () => {
    await open();
    const client = await live.open();
    await live.api.app.close();
    expect(await client.untilClosed()).toMatchObject({ code: 1012 });
  });
});

async function storedContents(): Promise<string[]> {
  const { database } = live.api;
  const { rows } = await database.execute<{ content_id: string }>(
    `select content_id from ${database.schema}.user_watchlists order by content_id`,
  );
  return rows.map((row) => row.content_id);
}
