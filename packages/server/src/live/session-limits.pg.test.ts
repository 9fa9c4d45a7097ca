import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { overriding } from '../testing/gate.ts';
import { RawClient } from '../testing/raw-client.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';

const RATE = 5;
const clock = new ManualClock();
let isBroken = false;
let live: TestLive;
beforeAll(async () => {
  live = await createTestLive({
    databaseUrl: inject('postgresUrl'),
    clock,
    env: { CUEPOINT_RATE_LIMIT: String(RATE) },
    wrap: ({ persistence }) => ({
      persistence: overriding(persistence, {
        persistOp: (userId, op, options) =>
          isBroken
            ? Promise.reject(new TypeError(`of ours: ${JSON.stringify(op)}`))
            : persistence.persistOp(userId, op, options),
      }),
    }),
  });
});
afterAll(() => live.close());

function pushEmpty(client: RawClient, count: number, id = 'p'): void {
  for (let index = 0; index < count; index += 1) {
    client.send({ type: 'push', id: `${id}${index}`, ops: [] });
  }
}

describe('the rate of a user', () => {
  it('[SEC3] is counted over all sockets, names itself, and says when there is room again', async () => {
    const user = await live.api.createUser();
    const [tv, phone] = [await live.greet(user, 'tv'), await live.greet(user, 'phone')];
    pushEmpty(tv, RATE);
    await tv.until(() => tv.count('ack') === RATE, 'answered');
    await clock.advance(500);
    pushEmpty(phone, 1, 'late');
    expect(await phone.take('error')).toMatchObject({
      code: 'rate_limited',
      id: 'late0',
      limit: { name: 'requestsPer10Seconds', value: RATE },
      retryAfterMs: 1_500,
    });
    await clock.advance(1_500);
    pushEmpty(phone, 1);
    await phone.take('ack');
    expect([tv.closed, phone.closed]).toEqual([undefined, undefined]);
    await Promise.all([tv.close(), phone.close()]);
  });

  it('[SEC3] of one user is not that of another', async () => {
    const [one, two] = [await live.api.createUser(), await live.api.createUser()];
    const [busy, calm] = [await live.greet(one, 'tv'), await live.greet(two, 'tv')];
    pushEmpty(busy, RATE + 1);
    await busy.take('error');
    pushEmpty(calm, 1);
    expect(await calm.take('ack', 'error')).toMatchObject({ type: 'ack' });
    await Promise.all([busy.close(), calm.close()]);
  });

  it('[SEC3] is one for its sockets and for HTTP', async () => {
    const user = await live.api.createUser();
    const tv = await live.greet(user, 'tv');
    pushEmpty(tv, RATE);
    await tv.until(() => tv.count('ack') === RATE, 'answered');
    expect((await user.call('GET', '/watchlist')).status).toBe(429);
    await tv.close();
  });

  it('[SEC3] counts ops and bytes as well, each by its name', async () => {
    const user = await live.api.createUser();
    const client = await live.greet(user, 'tv');
    client.send({ type: 'push', id: 'many', ops: Array.from({ length: 10 * RATE + 1 }, () => 0) });
    await client.take('ack');
    client.send({ type: 'push', id: 'more', ops: [0] });
    expect(await client.take('error')).toMatchObject({
      id: 'more',
      limit: { name: 'opsPer10Seconds', value: 10 * RATE },
      retryAfterMs: 400,
    });
    await clock.advance(1_000);
    client.send({ type: 'push', id: 'more', ops: [' '.repeat(8_192 * RATE)] });
    await client.take('ack');
    client.send({ type: 'heartbeat' });
    expect(await client.take('error')).toMatchObject({
      limit: { name: 'bytesPer10Seconds', value: 8_192 * RATE },
    });
    await client.close();
  });

  it('[SEC3] counts no request where a push is refused for its ops', async () => {
    const client = await live.greet(await live.api.createUser(), 'tv');
    client.send({ type: 'push', id: 'many', ops: Array.from({ length: 10 * RATE + 1 }, () => 0) });
    await client.take('ack');
    for (let count = 1; count < RATE; count += 1) {
      client.send({ type: 'push', id: `more${count}`, ops: [0] });
      await client.take('error');
    }
    pushEmpty(client, 1);
    expect(await client.take('ack', 'error')).toMatchObject({ type: 'ack' });
    await client.close();
  });

  it('[SEC3] that is not heeded at all ends the session, with a delay', async () => {
    const client = await live.greet(await live.api.createUser(), 'tv');
    pushEmpty(client, 3 * RATE + 1);
    expect(await client.untilClosed()).toEqual({ code: 4429, reason: 'retryAfterMs=10000' });
    // Answers that were on their way when it ended are lost with it.
    expect(client.count('ack')).toBeLessThanOrEqual(RATE);
    // One for each that was too much, and the last for the session.
    expect(client.count('error')).toBe(2 * RATE + 1);
  });
});

describe('time', () => {
  it('cuts a socket off that leaves two pings without an answer', async () => {
    const user = await live.api.createUser();
    const dead = await RawClient.open(live.url, { autoPong: false });
    dead.hello(user.token, 'dead');
    await dead.take('presence');
    const alive = await live.greet(user, 'alive');
    for (const pings of [1, 2]) {
      await clock.advance(30_000);
      await dead.until(() => dead.pings === pings, 'pinged');
      await alive.until(() => alive.pings === pings, 'pinged');
    }
    expect(dead.closed).toBeUndefined();
    await clock.advance(31_000);
    expect(await dead.untilClosed()).toEqual({ code: 1006, reason: '' });
    expect(alive.closed).toBeUndefined();
    await alive.close();
  });

  it('[LIV6] ends a session that says nothing for 5 minutes, although it answers pings', async () => {
    const user = await live.api.createUser();
    const [silent, heard] = [await live.greet(user, 'silent'), await live.greet(user, 'heard')];
    for (let passedMs = 0; passedMs < 300_000; passedMs += 30_000) {
      heard.send({ type: 'heartbeat' });
      await clock.advance(30_000);
    }
    await clock.advance(1_000);
    expect(await silent.take('error')).toMatchObject({ code: 'session_silent' });
    expect(await silent.untilClosed()).toMatchObject({ code: 4408 });
    expect(heard.closed).toBeUndefined();
    await heard.close();
  });
});

describe('the log', () => {
  it('[SEC4] of a session, at its most talkative, has no token, content or position', async () => {
    const user = await live.api.createUser();
    const wrongToken = await live.token({ userId: user.userId, ttlSeconds: -100 });
    const op = {
      kind: 'progress.set',
      contentId: 'secret-film',
      positionSeconds: 47_114_711,
      durationSeconds: 0,
      state: 'paused',
      timestamp: '000000000001-0000',
    };
    const client = await live.greet(user, 'tv');
    client.send({ type: 'push', id: '1', ops: [op, { ...op, state: 'secret-film' }] });
    await client.take('ack');
    isBroken = true;
    client.send({ type: 'push', id: '2', ops: [{ ...op, positionSeconds: 47_114_712 }] });
    expect(await client.take('error')).toMatchObject({ code: 'internal' });
    isBroken = false;
    client.send({ type: 'renew', token: wrongToken });
    await client.untilClosed();
    for (const text of [
      'secret-film',
      JSON.stringify({ type: 'secret-film', token: user.token }),
    ]) {
      const other = await live.open();
      other.send(text);
      await other.untilClosed();
    }
    await RawClient.refusal(`${live.url}/secret-film?token=${user.token}`);
    const log = live.api.logLines.join('');
    expect(log).toContain('"msg":"live session"');
    for (const secret of [user.token, wrongToken, 'secret-film', '4711471', 'of ours']) {
      expect(log).not.toContain(secret);
    }
  });
});
