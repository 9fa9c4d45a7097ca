import { CuepointError, HEARTBEAT_INTERVAL_MS } from '@cuepoint/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  listenTo,
  onBoth,
  openLivePair,
  watchBoth,
  type LivePair,
  type PairedInstance,
  type PairUser,
} from '../testing/live-pair.ts';
import { LEAVE_GRACE_MS, SILENT_MAX_MS, SWEEP_INTERVAL_MS } from './limits.ts';

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
afterEach(async () => {
  for (const { feed } of [here, there]) feed.drops = undefined;
  await pair.disconnectAll();
});
afterAll(() => pair.close());

describe('heartbeats', () => {
  it('[LIV6] [GC8] reach the registry at most once a minute', async () => {
    const tv = await user.connect(here, 'tv');
    await pair.settle();
    const versions = new Set([(await user.row('tv'))?.version]);
    let lastSeenMs = 0;
    for (let minute = 0; minute < 3; minute += 1) {
      for (let beat = 0; beat < 6; beat += 1) {
        await pair.clock.advance(10_000);
        tv.send({ type: 'heartbeat' });
        await pair.settle();
        const row = await user.row('tv');
        versions.add(row?.version);
        lastSeenMs = row?.lastSeenMs ?? 0;
      }
    }
    // The registration, and one in each minute.
    expect(versions.size).toBeLessThanOrEqual(4);
    expect(pair.clock.now() - lastSeenMs).toBeLessThan(60_000);
  });

  it('[LIV6] a device whose registration failed is registered by its next heartbeat', async () => {
    const told = await watchBoth(pair, user);
    here.store.failNext('persistDevice', new CuepointError('overloaded', 'Too much.'));
    const tv = await user.connect(here, 'tv');
    await pair.settle();
    expect(await user.row('tv')).toBeUndefined();
    expect(await told()).toEqual(onBoth('tv online'));
    tv.send({ type: 'heartbeat' });
    await pair.settle();
    expect(await user.row('tv')).toMatchObject({ isOnline: true });
  });

  it('[LIV6] a device whose row was lost is registered again', async () => {
    const tv = await user.connect(here, 'tv');
    await pair.settle();
    const { database } = here.live.api;
    await database.execute(`delete from ${database.schema}.user_devices where user_id = $1`, [
      user.userId,
    ]);
    await pair.clock.advance(2 * HEARTBEAT_INTERVAL_MS);
    tv.send({ type: 'heartbeat' });
    await pair.settle();
    expect(tv.isLive).toBe(true);
    expect(await user.row('tv')).toMatchObject({ isOnline: true });
  });

  it('[LIV6] [OPS2] a device that came after its user was erased, and whose row was lost, is no erased one', async () => {
    await user.call(here, 'PUT', '/devices/phone', { body: TV });
    await user.call(here, 'DELETE', '/user');
    await pair.settle();
    await pair.clock.advance(2 * HEARTBEAT_INTERVAL_MS);
    const tv = await user.connect(here, 'tv');
    await pair.settle();
    const { database } = here.live.api;
    await database.execute(`delete from ${database.schema}.user_devices where user_id = $1`, [
      user.userId,
    ]);
    await pair.clock.advance(2 * HEARTBEAT_INTERVAL_MS);
    tv.send({ type: 'heartbeat' });
    await pair.settle();
    expect(tv.closings).toEqual([]);
    expect(await user.row('tv')).toMatchObject({ isOnline: true });
  });

  it('[LIV6] [SEC1] find out that the device was removed, when nobody told', async () => {
    const tv = await user.connect(there, 'tv');
    await pair.settle();
    here.feed.drops = ({ kind }) => kind === 'revoked';
    await user.call(here, 'DELETE', '/devices/tv');
    await pair.settle();
    expect(tv.isLive).toBe(true);
    await pair.clock.advance(2 * HEARTBEAT_INTERVAL_MS);
    tv.send({ type: 'heartbeat' });
    await tv.until(() => tv.isEnded);
    expect(tv.closings).toMatchObject([{ code: 4403 }]);
  });

  it('[SEC5] are not ended because somebody says that they were removed, or their user erased', async () => {
    const tv = await user.connect(there, 'tv');
    await pair.settle();
    here.feed.publish(user.userId, { kind: 'revoked', deviceId: 'tv' });
    here.feed.publish(user.userId, { kind: 'erased' });
    await pair.settle();
    tv.send({ type: 'heartbeat' });
    await pair.settle();
    expect(tv.isLive).toBe(true);
  });

  it('[LIV6] [SEC1] find out that the user was erased, when nobody told', async () => {
    const tv = await user.connect(there, 'tv');
    await pair.settle();
    await pair.clock.advance(1);
    here.feed.drops = ({ kind }) => kind === 'erased';
    await user.call(here, 'DELETE', '/user');
    await pair.clock.advance(2 * HEARTBEAT_INTERVAL_MS);
    tv.send({ type: 'heartbeat' });
    await tv.until(() => tv.isEnded);
    expect(tv.closings).toMatchObject([{ code: 4410 }]);
    await pair.clock.advance(GRACE_IS_OVER_MS);
    await pair.settle();
    expect(await user.row('tv')).toBeUndefined();
  });
});

describe('devices that fall silent', () => {
  /** Time passes for the others, which send their heartbeats. */
  async function passSilentTime(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= HEARTBEAT_INTERVAL_MS) {
      await pair.clock.advance(Math.min(left, HEARTBEAT_INTERVAL_MS));
      await pair.heartbeats();
    }
  }

  it('[LIV6] are marked by the registry, told of, and told of again when they come back', async () => {
    await user.call(here, 'PUT', '/devices/tv', { body: TV });
    await user.call(there, 'PUT', '/devices/radio', { body: TV });
    const told = await watchBoth(pair, user);
    await passSilentTime(SILENT_MAX_MS);
    await here.markStaleDevices();
    expect(await told()).toEqual(onBoth());
    await passSilentTime(HEARTBEAT_INTERVAL_MS);
    await here.markStaleDevices();
    const [phone, tablet] = await told();
    expect(phone?.toSorted()).toEqual(['radio offline', 'tv offline']);
    expect(tablet).toEqual(phone);
    const tv = await user.connect(there, 'tv');
    expect(await user.call(here, 'POST', '/devices/radio/heartbeat')).toMatchObject({
      status: 204,
    });
    const [back] = await told();
    expect(back?.slice(2).toSorted()).toEqual(['radio online', 'tv online']);
    expect(listenTo(tv)()).toEqual([]);
    expect(await user.row('tv')).toMatchObject({ isOnline: true });
  });

  it('[LIV6] are not told again at every heartbeat over HTTP', async () => {
    await user.call(here, 'PUT', '/devices/tv', { body: TV });
    const told = await watchBoth(pair, user);
    for (let beats = 0; beats < 3; beats += 1) {
      await user.call(there, 'POST', '/devices/tv/heartbeat');
      await passSilentTime(HEARTBEAT_INTERVAL_MS);
    }
    expect(await told()).toEqual(onBoth());
  });

  it('[LIV6] a session that says nothing for 5 minutes ends, and its device is offline', async () => {
    const tv = await user.connect(here, 'tv');
    const told = await watchBoth(pair, user);
    pair.silence(tv);
    await passSilentTime(SILENT_MAX_MS + SWEEP_INTERVAL_MS);
    await tv.until(() => tv.isEnded);
    expect(tv.closings).toMatchObject([{ code: 4408 }]);
    await passSilentTime(GRACE_IS_OVER_MS);
    expect(await told()).toEqual(onBoth('tv offline'));
    expect(await user.row('tv')).toMatchObject({ isOnline: false });
  });

  it('[LIV6] a device that is here is not taken for silent', async () => {
    await user.connect(there, 'tv');
    const told = await watchBoth(pair, user);
    const { database } = here.live.api;
    await database.execute(
      `update ${database.schema}.user_devices set last_seen = '2000-01-01' where user_id = $1`,
      [user.userId],
    );
    await here.markStaleDevices();
    const [phone, tablet] = await told();
    // Each instance answers for those that it has.
    expect(tablet?.toSorted()).toEqual(['phone online', 'tv online']);
    expect(phone?.toSorted()).toEqual([
      'tablet offline',
      'tablet online',
      'tv offline',
      'tv online',
    ]);
    for (const id of ['tv', 'phone', 'tablet']) {
      expect(await user.row(id)).toMatchObject({ isOnline: true, lastSeenMs: pair.clock.now() });
    }
  });
});

describe('what devices say of themselves', () => {
  it('[LIV6] is told and written once when it changed, and not when it did not', async () => {
    const tv = await user.connect(here, 'tv', { device: { appVersion: '1.0' } });
    const told = await watchBoth(pair, user);
    pair.deviceWrites();
    await pair.lose(tv);
    const capabilities = { canCast: true, hdrFormats: ['HLG', 'HDR10'] };
    const changed = { appVersion: '1.1', deviceName: 'Kitchen', capabilities };
    const updated = await user.connect(there, 'tv', { device: changed });
    expect(await told()).toEqual(onBoth('tv online'));
    expect(pair.deviceWrites()).toEqual(['online tv']);
    expect(await user.row('tv')).toMatchObject({ appVersion: '1.1', deviceName: 'Kitchen' });
    await pair.lose(updated);
    await user.connect(here, 'tv', { device: changed });
    expect(await told()).toEqual(onBoth('tv online'));
    expect(pair.deviceWrites()).toEqual([]);
  });

  it('[LIV6] what a hello leaves out stays as it was', async () => {
    const body = { ...TV, deviceName: 'Kitchen', capabilities: { canCast: true } };
    await user.call(here, 'PUT', '/devices/tv', { body });
    const told = await watchBoth(pair, user);
    const device = { platform: TV.platform, appVersion: TV.appVersion };
    const tv = await user.connect(here, 'tv', { deviceType: 'TV', device });
    expect(await told()).toEqual(onBoth());
    expect(tv.presence.get('tv')).toMatchObject({
      deviceName: 'Kitchen',
      capabilities: { canCast: true },
    });
    expect(await user.row('tv')).toMatchObject({ deviceName: 'Kitchen' });
  });

  it('[LIV6] a name given over HTTP is told to the others only, and outlives the session', async () => {
    const tv = await user.connect(there, 'tv', {
      deviceType: 'TV',
      device: { platform: TV.platform, appVersion: TV.appVersion, deviceName: 'TV' },
    });
    const told = await watchBoth(pair, user);
    const itself = listenTo(tv);
    const body = { ...TV, deviceName: 'Kitchen' };
    await user.call(here, 'PUT', '/devices/tv', { body });
    expect(await told()).toEqual(onBoth('tv online'));
    expect(itself()).toEqual([]);
    await user.call(here, 'PUT', '/devices/tv', { body });
    expect(await told()).toEqual(onBoth('tv online'));
    here.feed.drops = ({ kind }) => kind === 'presence';
    await user.call(here, 'PUT', '/devices/tv', { body: { ...body, deviceName: 'Hall' } });
    await tv.leave();
    await pair.settle();
    expect(await user.row('tv')).toMatchObject({ deviceName: 'Hall', isOnline: false });
  });

  it('[LIV6] a device that registers over HTTP is told of', async () => {
    const told = await watchBoth(pair, user);
    await user.call(there, 'PUT', '/devices/tv', { body: TV });
    expect(await told()).toEqual(onBoth('tv online'));
  });
});

describe('devices that are removed', () => {
  it.each(['the same', 'another'])(
    '[LIV6] [SEC1] over HTTP on %s instance end at once, are told as removed, and never as offline',
    async (which) => {
      const tv = await user.connect(which === 'another' ? there : here, 'tv');
      const told = await watchBoth(pair, user);
      const itself = listenTo(tv);
      expect(await user.call(here, 'DELETE', '/devices/tv')).toMatchObject({ status: 204 });
      await tv.until(() => tv.isEnded);
      expect(tv.closings).toMatchObject([{ code: 4403 }]);
      await pair.clock.advance(GRACE_IS_OVER_MS);
      expect(await told()).toEqual(onBoth('tv removed'));
      expect(itself()).toEqual([]);
    },
  );

  it.each(['the same', 'another'])(
    '[LIV6] [SEC1] on %s instance while their leave is pending are told as removed, and never as offline',
    async (which) => {
      const tv = await user.connect(here, 'tv');
      const told = await watchBoth(pair, user);
      await pair.lose(tv);
      // Also when the instance that waits for them hears nothing of it.
      there.feed.drops = ({ kind }) => kind === 'revoked';
      await user.call(which === 'another' ? there : here, 'DELETE', '/devices/tv');
      await pair.clock.advance(GRACE_IS_OVER_MS);
      expect(await told()).toEqual(onBoth('tv removed'));
    },
  );

  it('[LIV6] of a user who is erased nothing comes back after the grace', async () => {
    const tv = await user.connect(there, 'tv');
    const phone = await user.connect(here, 'phone');
    const [lost, lostThere] = [await user.connect(here, 'lost'), await user.connect(there, 'gone')];
    await pair.settle();
    await pair.lose(lost);
    await pair.lose(lostThere);
    await pair.clock.advance(1);
    expect(await user.call(here, 'DELETE', '/user')).toMatchObject({ status: 204 });
    await Promise.all([tv, phone].map((device) => device.until(() => device.isEnded)));
    await pair.clock.advance(GRACE_IS_OVER_MS);
    await pair.settle();
    for (const id of ['tv', 'phone', 'lost', 'gone']) expect(await user.row(id)).toBeUndefined();
  });

  it('[LIV6] of a user who is erased a leave brings nothing back, though nobody told of it', async () => {
    const [lost, left] = [await user.connect(there, 'lost'), await user.connect(there, 'left')];
    await pair.settle();
    here.feed.drops = ({ kind }) => kind === 'erased';
    await user.call(here, 'DELETE', '/user');
    await left.leave();
    await pair.lose(lost);
    await pair.clock.advance(GRACE_IS_OVER_MS);
    await pair.settle();
    for (const id of ['lost', 'left']) expect(await user.row(id)).toBeUndefined();
  });
});
