import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  listenTo,
  onBoth,
  openLivePair,
  presenceTold,
  watchBoth,
  type LivePair,
  type PairedInstance,
  type PairUser,
} from '../testing/live-pair.ts';
import { DEVICE_READS_MAX, LEAVE_GRACE_MS, SILENT_MAX_MS, SWEEP_INTERVAL_MS } from './limits.ts';

const GRACE_IS_OVER_MS = LEAVE_GRACE_MS + SWEEP_INTERVAL_MS;
const TV = { deviceType: 'TV', platform: 'Tizen', appVersion: '1.0' } as const;

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
afterEach(() => pair.disconnectAll());
afterAll(() => pair.close());

describe('after a gap of the feed', () => {
  it('[LIV6] [LIV2] a device is told again of all devices, also of what it was not told', async () => {
    for (const id of ['radio', 'watch']) {
      await user.call(here, 'PUT', `/devices/${id}`, { body: TV });
    }
    const tv = await user.connect(here, 'tv');
    const told = await watchBoth(pair, user);
    there.feed.lose();
    await tv.leave();
    await user.call(here, 'DELETE', '/devices/radio');
    await user.call(here, 'PUT', '/devices/watch', { body: { ...TV, deviceName: 'Wrist' } });
    const [, before] = await told();
    expect(before).toEqual([]);
    there.feed.mend();
    const [, after] = await told();
    // The own device is in a list and in no change: what is missing here is gone.
    expect(after).toEqual(['phone online, tablet online, tv offline, watch online']);
  });

  it('[LIV6] [LIV2] a device that is here is online, whatever the registry says', async () => {
    const tv = await user.connect(there, 'tv');
    const told = await watchBoth(pair, user);
    const { database } = here.live.api;
    await database.execute(
      `update ${database.schema}.user_devices set is_online = false
       where user_id = $1 and device_id = 'tv'`,
      [user.userId],
    );
    there.feed.mend();
    expect(await told()).toEqual([
      ['tv online'],
      ['phone online, tablet online, tv online', 'tv online'],
    ]);
    expect(listenTo(tv)()).toEqual([]);
    expect(await user.row('tv')).toMatchObject({ isOnline: true });
  });

  it('[LIV6] [SEC1] a device that was removed meanwhile ends', async () => {
    const tv = await user.connect(there, 'tv');
    await pair.settle();
    there.feed.lose();
    await user.call(here, 'DELETE', '/devices/tv');
    there.feed.mend();
    await tv.until(() => tv.isEnded);
    expect(tv.closings).toMatchObject([{ code: 4403 }]);
  });

  it('[LIV6] a change that happens while the list is read is in the list', async () => {
    const tv = await user.connect(here, 'tv');
    const told = await watchBoth(pair, user);
    const read = there.store.hold('loadDevices', 'answer');
    there.feed.mend();
    await read.reached;
    await tv.leave();
    await here.store.idle();
    read.release();
    const [, tablet] = await told();
    expect(tablet).toEqual(['phone online, tablet online, tv offline']);
  });
});

describe('while a device arrives', () => {
  it('[LIV6] it is not told of others before its list, which has what changed meanwhile', async () => {
    const tv = await user.connect(here, 'tv');
    await pair.settle();
    const read = there.store.hold('loadDevices', 'answer');
    const arriving = user.connect(there, 'tablet');
    await read.reached;
    await tv.leave();
    await here.store.idle();
    read.release();
    const tablet = await arriving;
    await pair.settle();
    expect(presenceTold(tablet)).toEqual(['tablet online, tv offline']);
  });

  it('[LIV6] its list comes, however often something changes', async () => {
    await user.connect(here, 'phone');
    let name = 0;
    there.store.onCall('loadDevices', async () => {
      name += 1;
      await user.call(here, 'PUT', '/devices/tv', { body: { ...TV, deviceName: `TV ${name}` } });
    });
    const tablet = await user.connect(there, 'tablet');
    await pair.settle();
    there.store.onCall('loadDevices', undefined);
    expect(presenceTold(tablet)[0]).toBe('phone online, tablet online, tv online');
    expect(name).toBeLessThanOrEqual(1 + DEVICE_READS_MAX);
  });

  it('[LIV6] it is online, though its leave from another instance is written after it was read', async () => {
    const told = await watchBoth(pair, user);
    const tv = await user.connect(here, 'tv');
    await pair.settle();
    const write = here.store.hold('persistDevice');
    await tv.leave();
    await write.reached;
    await user.connect(there, 'tv');
    await there.store.idle();
    write.release();
    const offlineBetween = ['tv online', 'tv offline', 'tv online'];
    expect(await told()).toEqual([offlineBetween, ['tv online', 'tv online']]);
    expect(await user.row('tv')).toMatchObject({ isOnline: true });
  });

  it('[LIV6] [SEC1] and is removed, its registration brings it back for nobody', async () => {
    const told = await watchBoth(pair, user);
    const write = here.store.hold('persistDevice', 'answer');
    const tv = await user.connect(here, 'tv');
    await write.reached;
    expect(await user.call(there, 'DELETE', '/devices/tv')).toMatchObject({ status: 204 });
    await tv.until(() => tv.isEnded);
    write.release();
    expect(await told()).toEqual(onBoth('tv removed'));
    expect(await user.row('tv')).toBeUndefined();
  });
});

describe('an instance that stops', () => {
  it('[LIV6] [LIV5] tells nobody that its devices are gone, and writes nothing', async () => {
    const third = await pair.openInstance();
    const tv = await user.connect(third, 'tv');
    const lost = await user.connect(third, 'lost');
    const told = await watchBoth(pair, user);
    const before = await user.row('tv');
    await pair.lose(lost);
    await third.stop();
    await tv.until(() => tv.isEnded);
    expect(tv.closings).toMatchObject([{ code: 1012 }]);
    expect(third.store.deviceWrites).toEqual(['online tv', 'online lost']);
    await user.connect(here, 'tv');
    await pair.clock.advance(GRACE_IS_OVER_MS);
    expect(await told()).toEqual(onBoth());
    expect(await user.row('tv')).toEqual(before);
    expect(await user.row('lost')).toMatchObject({ isOnline: true });
  });

  it('[LIV6] leaves it to the registry to find out who does not come back', async () => {
    const third = await pair.openInstance();
    await user.connect(third, 'tv');
    const told = await watchBoth(pair, user);
    await third.stop();
    for (let passedMs = 0; passedMs <= SILENT_MAX_MS; passedMs += 30_000) {
      await pair.clock.advance(30_000);
      await pair.heartbeats();
    }
    expect(await told()).toEqual(onBoth());
    await there.markStaleDevices();
    expect(await told()).toEqual(onBoth('tv offline'));
  });

  it('[LIV6] writes those leaves first that have begun', async () => {
    const third = await pair.openInstance();
    const tv = await user.connect(third, 'tv');
    await pair.settle();
    const write = third.store.hold('persistDevice');
    await tv.leave();
    await write.reached;
    const stopped = third.stop();
    // Time enough for a stop that does not wait.
    for (let calls = 0; calls < 20; calls += 1) await user.call(here, 'GET', '/devices');
    write.release();
    await stopped;
    expect(await user.row('tv')).toMatchObject({ isOnline: false });
  });
});
