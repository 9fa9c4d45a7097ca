import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  onBoth,
  openLivePair,
  presenceTold,
  watchBoth,
  type LivePair,
  type PairedInstance,
  type PairUser,
} from '../testing/live-pair.ts';
import { LEAVE_GRACE_MS, SWEEP_INTERVAL_MS } from './limits.ts';

const GRACE_IS_OVER_MS = LEAVE_GRACE_MS + SWEEP_INTERVAL_MS;
const REGISTRATION = { deviceType: 'TV', platform: 'Tizen', appVersion: '1.0' };

let pair: LivePair;
let here: PairedInstance;
let there: PairedInstance;
let user: PairUser;
beforeAll(async () => {
  pair = await openLivePair(inject('postgresUrl'));
  ({ here, there } = pair);
});
beforeEach(async () => {
  user = await pair.createUser();
});
afterEach(async () => {
  for (const { feed } of [here, there]) feed.drops = undefined;
  await pair.disconnectAll();
});
afterAll(() => pair.close());

describe('who comes and goes', () => {
  it('[LIV6] after the welcome a device is told of all devices of its user, its own included', async () => {
    const stranger = await pair.createUser();
    const other = await stranger.connect(here, 'other');
    await user.connect(here, 'phone');
    await user.connect(there, 'tablet');
    await user.call(here, 'PUT', '/devices/watch', { body: REGISTRATION });
    await pair.settle();
    const tv = await user.connect(here, 'tv', {
      deviceType: 'TV',
      device: { deviceName: 'Living room', capabilities: { canCast: true } },
    });
    await pair.settle();
    expect(presenceTold(tv)).toEqual(['phone online, tablet online, tv online, watch online']);
    expect(tv.presence.get('tv')).toEqual({
      deviceId: 'tv',
      deviceType: 'TV',
      platform: 'Linux',
      appVersion: '0.1.0',
      deviceName: 'Living room',
      capabilities: { canCast: true },
      lastSeen: new Date(pair.clock.now()).toISOString(),
      state: 'online',
    });
    expect(presenceTold(other)).toEqual(['other online']);
  });

  it('[LIV6] a device that comes is told to the others on every instance, never to itself', async () => {
    const told = await watchBoth(pair, user);
    const tv = await user.connect(here, 'tv');
    expect(await told()).toEqual(onBoth('tv online'));
    expect(presenceTold(tv)).toHaveLength(1);
    expect(await user.row('tv')).toMatchObject({ isOnline: true });
  });

  it('[LIV6] a device that says it leaves is offline at once, in messages and registry', async () => {
    const tv = await user.connect(here, 'tv');
    const told = await watchBoth(pair, user);
    await tv.leave();
    expect(await told()).toEqual(onBoth('tv offline'));
    expect(await user.row('tv')).toMatchObject({ isOnline: false });
  });

  it('[LIV6] a device whose connection is lost is offline after the grace, not before', async () => {
    const tv = await user.connect(here, 'tv');
    const told = await watchBoth(pair, user);
    await pair.lose(tv);
    const lostAtMs = pair.clock.now();
    await pair.clock.advance(LEAVE_GRACE_MS - 1);
    expect(await told()).toEqual(onBoth());
    await pair.clock.advance(SWEEP_INTERVAL_MS + 1);
    expect(await told()).toEqual(onBoth('tv offline'));
    expect(await user.row('tv')).toMatchObject({ isOnline: false, lastSeenMs: lostAtMs });
  });

  it.each(['the same', 'another'])(
    '[LIV6] a device that is back on %s instance within the grace is not told of, and costs no write',
    async (which) => {
      const tv = await user.connect(here, 'tv');
      const told = await watchBoth(pair, user);
      const before = await user.row('tv');
      pair.deviceWrites();
      await pair.lose(tv);
      await pair.clock.advance(LEAVE_GRACE_MS - 1);
      await user.connect(which === 'another' ? there : here, 'tv');
      await pair.clock.advance(GRACE_IS_OVER_MS);
      expect(await told()).toEqual(onBoth());
      expect(await user.row('tv')).toEqual(before);
      expect(pair.deviceWrites()).toEqual([]);
    },
  );

  it('[LIV6] churn writes nothing and tells nobody', async () => {
    let tv = await user.connect(here, 'tv');
    const told = await watchBoth(pair, user);
    const before = await user.row('tv');
    pair.deviceWrites();
    for (const at of [here, there, there, here, there]) {
      await pair.lose(tv);
      await pair.clock.advance(SWEEP_INTERVAL_MS);
      tv = await user.connect(at, 'tv');
    }
    await pair.clock.advance(GRACE_IS_OVER_MS);
    expect(await told()).toEqual(onBoth());
    expect(await user.row('tv')).toEqual(before);
    expect(pair.deviceWrites()).toEqual([]);
  });

  it('[LIV6] a device that leaves and returns while its leave is written ends online', async () => {
    const tv = await user.connect(here, 'tv');
    const told = await watchBoth(pair, user);
    const write = here.store.hold('persistDevice');
    await tv.leave();
    await write.reached;
    await user.connect(here, 'tv');
    write.release();
    expect(await told()).toEqual(onBoth('tv online'));
    expect(await user.row('tv')).toMatchObject({ isOnline: true });
  });

  it('[LIV6] who is wrongly told to be offline is told to be online by the instance that has it', async () => {
    const tv = await user.connect(here, 'tv');
    const told = await watchBoth(pair, user);
    await pair.lose(tv);
    there.feed.drops = ({ kind }) => kind === 'session';
    await user.connect(there, 'tv');
    await pair.clock.advance(GRACE_IS_OVER_MS);
    expect(await told()).toEqual([['tv offline', 'tv online'], ['tv online']]);
    expect(await user.row('tv')).toMatchObject({ isOnline: true });
  });

  it('[LIV6] a device that is lost, and heard over HTTP since, is not offline', async () => {
    const tv = await user.connect(here, 'tv');
    const told = await watchBoth(pair, user);
    await pair.lose(tv);
    await pair.clock.advance(SWEEP_INTERVAL_MS);
    const heartbeat = await user.call(there, 'POST', '/devices/tv/heartbeat');
    expect(heartbeat).toMatchObject({ status: 204 });
    await pair.clock.advance(GRACE_IS_OVER_MS);
    expect(await told()).toEqual(onBoth());
    expect(await user.row('tv')).toMatchObject({ isOnline: true });
  });
});
