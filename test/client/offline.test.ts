import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { holdCommits } from '../../packages/server/src/testing/hold-commits.ts';
import {
  closeDevices,
  openDevice,
  openService,
  titlesOf,
  until,
  untilOffline,
  untilOnline,
  type RestartableService,
} from './support.ts';

let service: RestartableService;
beforeAll(async () => {
  service = await openService(inject('postgresUrl'));
});
afterEach(closeDevices);
afterAll(() => service.close());

const playing = (positionSeconds: number) =>
  ({ positionSeconds, durationSeconds: 1_000, state: 'playing' }) as const;

async function stored(user: {
  call: (method: string, path: string) => Promise<{ body: { items: { contentId: string }[] } }>;
}) {
  const { body } = await user.call('GET', '/watchlist');
  return body.items.map(({ contentId }) => contentId).sort();
}

describe('a device without a network', () => {
  it('[SDK1] [SDK2] shows what was written there, and brings it when it is back', async () => {
    const user = await service.live.api.createUser();
    const tv = await openDevice(service, { user });
    await untilOnline(tv);
    tv.setNetwork(false);
    await untilOffline(tv);
    tv.state.watchlist.add('film');
    tv.state.watchlist.add('other');
    tv.state.watchlist.remove('other');
    tv.state.progress.set('film', playing(60));
    expect(titlesOf(tv)).toEqual(['film']);
    expect(tv.state.progress.resume('film')).toBe(60);
    expect(tv.state.status.get()).toMatchObject({ pending: 4, isOnline: false });
    expect(await stored(user)).toEqual([]);
    tv.setNetwork(true);
    await tv.state.whenDurable();
    expect(await stored(user)).toEqual(['film']);
    const phone = await openDevice(service, { user, deviceId: 'phone' });
    await until(phone.state, () => phone.state.progress.resume('film') === 60);
    expect(titlesOf(phone)).toEqual(['film']);
  });

  it('[SDK8] agrees with another that was away too: an add wins, and the later position', async () => {
    const user = await service.live.api.createUser();
    const tv = await openDevice(service, { user });
    const phone = await openDevice(service, { user, deviceId: 'phone' });
    tv.state.watchlist.add('film');
    tv.state.watchlist.add('gone');
    await tv.state.whenDurable();
    await until(phone.state, () => phone.state.watchlist.size === 2);
    for (const device of [tv, phone]) {
      device.setNetwork(false);
      await untilOffline(device);
    }
    tv.state.watchlist.remove('film');
    tv.state.watchlist.remove('gone');
    tv.state.progress.set('film', playing(900));
    // A device knows the service's time as well as its welcome was fast: later is seconds later, not milliseconds.
    await new Promise((resolve) => {
      setTimeout(resolve, 1_500);
    });
    phone.state.watchlist.remove('film');
    phone.state.watchlist.add('film');
    phone.state.progress.set('film', playing(30));
    phone.setNetwork(true);
    await phone.state.whenDurable();
    tv.setNetwork(true);
    await tv.state.whenDurable();
    await until(phone.state, () => !phone.state.watchlist.has('gone'));
    for (const device of [tv, phone]) {
      expect(titlesOf(device)).toEqual(['film']);
      expect(device.state.progress.get('film')).toMatchObject({
        positionSeconds: 30,
        deviceId: 'phone',
      });
    }
    const [ofTv, ofPhone] = [tv, phone].map(({ state }) => state.inspect().acknowledged);
    const texts = (ops: typeof ofTv) => ops?.map((op) => JSON.stringify(op)).sort();
    expect(texts(ofTv)).toEqual(texts(ofPhone));
  });
});

describe('an app that dies', () => {
  it('[SDK2] with changes that were not sent has them at its next start', async () => {
    const user = await service.live.api.createUser();
    const first = await openDevice(service, { user });
    await untilOnline(first);
    first.setNetwork(false);
    await untilOffline(first);
    first.state.watchlist.add('film');
    first.state.progress.set('film', playing(60));
    await first.state.whenStored();
    const storage = await first.kill();
    const next = await openDevice(service, {
      user,
      storage,
      getToken: () => Promise.reject(new Error('no network')),
    });
    expect(titlesOf(next)).toEqual(['film']);
    expect(next.state.status.get().pending).toBe(2);
    const again = await next.kill();
    const last = await openDevice(service, { user, storage: again });
    await last.state.whenDurable();
    expect(await stored(user)).toEqual(['film']);
  });

  it('[SDK2] [SDK3] with changes that were sent and have no answer sends the same again', async () => {
    const user = await service.live.api.createUser();
    const first = await openDevice(service, { user });
    await untilOnline(first);
    const held = await holdCommits(service.live.api);
    first.state.watchlist.add('film');
    first.state.progress.set('film', playing(60));
    await held.untilWaiting(1);
    const { outbox } = first.state.inspect();
    const storage = await first.kill();
    // The service commits it, and nobody hears of it.
    await held.release();
    const next = await openDevice(service, { user, storage });
    await next.state.whenDurable();
    const { acknowledged } = next.state.inspect();
    expect(acknowledged.length).toBe(2);
    expect(acknowledged).toEqual(expect.arrayContaining(outbox.map(({ op }) => op)));
    const { rows } = await service.live.api.database.execute(
      `select unique_tag from ${service.live.api.database.schema}.user_watchlists where user_id = $1`,
      [user.userId],
    );
    expect(rows.length).toBe(1);
    expect(next.state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
  });
});

describe('a service that stops', () => {
  it('[SDK2] [SDK5] and comes back finds every change, and nobody comes before the delay it named', async () => {
    const user = await service.live.api.createUser();
    const tv = await openDevice(service, { user });
    const phone = await openDevice(service, { user, deviceId: 'phone' });
    await Promise.all([untilOnline(tv), untilOnline(phone)]);
    tv.state.watchlist.add('before');
    await tv.state.whenDurable();
    await service.stop();
    await Promise.all([untilOffline(tv), untilOffline(phone)]);
    tv.state.watchlist.add('while it was away');
    phone.state.watchlist.add('on the phone');
    await service.start();
    await Promise.all([tv.state.whenDurable(), phone.state.whenDurable()]);
    await until(tv.state, () => tv.state.watchlist.size === 3);
    await until(phone.state, () => phone.state.watchlist.size === 3);
    for (const { attempts } of [tv, phone]) {
      const closed = attempts.find(({ closed: end }) => end?.code === 1012)?.closed;
      const next = attempts.find(({ atMs }) => atMs > (closed?.atMs ?? Number.NaN));
      const namedMs = Number(/^retryAfterMs=(\d+)$/.exec(closed?.reason ?? '')?.[1]);
      expect(namedMs).toBeGreaterThanOrEqual(0);
      // Timers may be a millisecond early.
      expect((next?.atMs ?? 0) - (closed?.atMs ?? 0)).toBeGreaterThanOrEqual(namedMs - 2);
    }
  });
});

describe('a change that comes too late', () => {
  it('[SDK2] [SDK8] is a dead letter that the person sees, and may make again', async () => {
    const user = await service.live.api.createUser();
    const tv = await openDevice(service, { user });
    await untilOnline(tv);
    tv.setNetwork(false);
    await untilOffline(tv);
    tv.state.progress.set('film', playing(60));
    // Everything of the user is erased after it was made.
    expect((await user.call('DELETE', '/user')).status).toBe(204);
    const refused = tv.state.whenDurable();
    tv.setNetwork(true);
    await expect(refused).rejects.toMatchObject({ code: 'dead_letter' });
    expect(tv.state.status.get()).toMatchObject({ pending: 0, deadLetters: 1 });
    expect(tv.state.progress.get('film')).toBe(undefined);
    const [letter] = tv.state.deadLetters.list();
    expect(letter).toMatchObject({ code: 'stale_op', op: { contentId: 'film' } });
    tv.state.deadLetters.retry(letter?.id ?? '');
    await tv.state.whenDurable();
    expect(tv.state.progress.resume('film')).toBe(60);
    expect(tv.state.deadLetters.list()).toEqual([]);
  });
});
