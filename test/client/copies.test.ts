import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { FakeStorage } from '../../packages/client/src/testing/fake-storage.ts';
import { createMemoryTabs } from '../../packages/client/src/testing/memory-tabs.ts';
import type { TestUser } from '../../packages/server/src/testing/test-api.ts';
import {
  closeDevices,
  openDevice,
  openService,
  titlesOf,
  until,
  untilOnline,
  type Device,
  type DeviceOptions,
  type RestartableService,
} from './support.ts';

const WITHOUT_ID = { deviceType: 'TV', platform: 'test', appVersion: '1' } as const;
const PLAYING = { durationSeconds: 1_000, state: 'playing' } as const;

let service: RestartableService;
beforeAll(async () => {
  service = await openService(inject('postgresUrl'));
});
afterEach(closeDevices);
afterAll(() => service.close());

const open = (user: TestUser, options: Partial<DeviceOptions> = {}) =>
  openDevice(service, { user, device: WITHOUT_ID, ...options });

/** Without a network until it is plugged in. */
function unplugged() {
  let isOn = false;
  return {
    plugIn: () => {
      isOn = true;
    },
    createSocket: () => {
      if (!isOn) throw new Error('the plug is out');
      return new WebSocket(service.live.url);
    },
  };
}

const idOf = ({ state }: Device) => state.devices.thisDeviceId;

const replacedOf = (devices: readonly Device[]) =>
  devices.flatMap(({ attempts }) => attempts.filter(({ closed }) => closed?.code === 4409)).length;

/** A device that has something, and a change that it has not sent. */
async function used(user: TestUser): Promise<Device> {
  const device = await open(user);
  await untilOnline(device);
  device.state.watchlist.add('sent');
  device.state.progress.set('film', { positionSeconds: 10, ...PLAYING });
  await device.state.whenDurable();
  device.setNetwork(false);
  await until(device.state, () => !device.state.status.get().isOnline);
  device.state.watchlist.add('waits in both');
  device.state.progress.set('film', { positionSeconds: 20, ...PLAYING });
  await device.state.whenStored();
  return device;
}

async function registered(user: TestUser): Promise<string[]> {
  const { body } = await user.call('GET', '/devices');
  return body.items.map(({ deviceId }: { deviceId: string }) => deviceId).sort();
}

async function untilSynced(devices: readonly Device[], titles: readonly string[]): Promise<void> {
  for (const device of devices) {
    await until(
      device.state,
      () =>
        titlesOf(device).join() === titles.join() &&
        device.state.status.get().isOnline &&
        device.state.status.get().pending === 0,
    );
  }
}

describe('a device and a copy of it', () => {
  it('[ENG3] are told apart: one has a new id, every change of both arrives, and neither flaps', async () => {
    const user = await service.live.api.createUser();
    const original = await used(user);
    const id = idOf(original);
    const copy = await open(user, { storage: await original.storage.reborn() });
    const both = [original, copy];
    copy.state.watchlist.add('by the copy');
    original.state.watchlist.add('by the original');
    original.setNetwork(true);
    original.state.reconnect();
    const titles = ['by the copy', 'by the original', 'sent', 'waits in both'];
    await untilSynced(both, titles);
    expect(idOf(original)).not.toBe(idOf(copy));
    expect(both.map(idOf)).toContain(id);
    for (const { state } of both) {
      await until(
        state,
        () => state.devices.list().filter((each) => each.isThisDevice).length === 1,
      );
      expect(state.status.get()).toMatchObject({ haltedBy: undefined, deadLetters: 0 });
    }
    await expect.poll(() => registered(user)).toEqual(both.map(idOf).sort());
    // Each goes on by itself.
    for (const [index, { state }] of both.entries()) {
      state.progress.set('film', { positionSeconds: 30 + index, ...PLAYING });
      await state.whenDurable();
      expect((await user.call('GET', '/progress/film')).body).toMatchObject({
        positionSeconds: 30 + index,
        deviceId: state.devices.thisDeviceId,
      });
    }
    expect(replacedOf(both)).toBe(1);
  });

  it('[ENG3] keep their ids from then on, and both are copied again', async () => {
    const user = await service.live.api.createUser();
    const original = await used(user);
    original.setNetwork(true);
    await untilOnline(original);
    const copy = await open(user, { storage: await original.storage.reborn() });
    await until(original.state, () => idOf(original) !== idOf(copy));
    await untilOnline(original);
    const ids = [original, copy].map(idOf);
    const again = [
      await open(user, { storage: await original.kill() }),
      await open(user, { storage: await copy.kill() }),
    ] as const;
    await untilSynced(again, ['sent', 'waits in both']);
    expect(again.map(idOf)).toEqual(ids);
    expect(replacedOf(again)).toBe(0);
    const third = await open(user, { storage: await again[0].storage.reborn() });
    const all = [...again, third];
    await until(third.state, () => new Set(all.map(idOf)).size === 3);
    await untilSynced(all, ['sent', 'waits in both']);
    await until(third.state, () => third.state.devices.list().length === 3);
    await expect.poll(async () => (await registered(user)).length).toBe(3);
  });

  it('[ENG3] what one took off does not come back with what the other has not sent', async () => {
    const user = await service.live.api.createUser();
    const { createSocket, plugIn } = unplugged();
    const original = await open(user, { createSocket });
    original.state.watchlist.add('waits in both');
    await original.state.whenStored();
    const stored = await original.storage.reborn();
    plugIn();
    original.state.reconnect();
    await original.state.whenDurable();
    original.state.watchlist.remove('waits in both');
    await original.state.whenDurable();
    // Neither had measured its clock: each stamps by its own.
    const copy = await open(user, { storage: stored, skewMs: 5_000 });
    await untilSynced([copy, original], []);
    expect((await user.call('GET', '/watchlist')).body.total).toBe(0);
  });

  it('[ENG3] with an id of the app stays halted, and says so', async () => {
    const user = await service.live.api.createUser();
    const device = { ...WITHOUT_ID, deviceId: 'tv' };
    const original = await open(user, { device });
    await untilOnline(original);
    const copy = await open(user, { device, storage: await original.storage.reborn() });
    await until(original.state, () => original.state.status.get().connection === 'halted');
    expect(original.state.status.get().haltedBy).toBe('device_replaced');
    expect(idOf(original)).toBe('tv');
    await untilOnline(copy);
  });

  it('[ENG3] are not two runs over one storage: the older halts, and the device has one id', async () => {
    const user = await service.live.api.createUser();
    const storage = new FakeStorage();
    const first = await open(user, { storage });
    await untilOnline(first);
    const second = await open(user, { storage });
    await until(first.state, () => first.state.status.get().haltedBy === 'device_replaced');
    await untilOnline(second);
    expect(idOf(first)).toBe(idOf(second));
    await until(second.state, () => second.state.devices.list().length === 1);
    await expect.poll(async () => (await registered(user)).length).toBe(1);
  });

  it('[ENG3] [ENG2] the tabs of one of them all have its new id, whoever leads next', async () => {
    const user = await service.live.api.createUser();
    const tabs = createMemoryTabs();
    const storage = new FakeStorage();
    const groups = [tabs.open(), tabs.open()];
    const [leader, follower] = await Promise.all(
      groups.map((group) => open(user, { storage, tabs: group })),
    );
    if (leader === undefined || follower === undefined) throw new Error();
    await untilOnline(follower);
    const id = idOf(leader);
    const copy = await open(user, { storage: await storage.reborn() });
    await until(follower.state, () => idOf(follower) !== id);
    expect(idOf(follower)).toBe(idOf(leader));
    follower.state.watchlist.add('by a tab');
    copy.state.watchlist.add('by the copy');
    await untilSynced([leader, follower, copy], ['by a tab', 'by the copy']);
    groups[0]?.kill();
    leader.setNetwork(false);
    await until(follower.state, () => follower.state.inspect().isLeader);
    follower.state.watchlist.remove('by the copy');
    await untilSynced([follower, copy], ['by a tab']);
    await until(copy.state, () => copy.state.devices.list().length === 2);
    await expect.poll(() => registered(user)).toEqual([idOf(copy), idOf(follower)].sort());
    expect(idOf(copy)).toBe(id);
  });

  it('[ENG3] a tab that did not hear of the new id reads it before it connects', async () => {
    const user = await service.live.api.createUser();
    const storage = new FakeStorage();
    const original = await open(user, { storage });
    await untilOnline(original);
    const { createSocket, plugIn } = unplugged();
    const deaf = await open(user, { storage, createSocket });
    const id = idOf(deaf);
    const copy = await open(user, { storage: await storage.reborn() });
    await until(
      original.state,
      () => idOf(original) !== id && original.state.status.get().isOnline,
    );
    expect(idOf(deaf)).toBe(id);
    plugIn();
    deaf.state.reconnect();
    await untilOnline(deaf);
    expect(idOf(deaf)).toBe(idOf(original));
    expect(replacedOf([copy])).toBe(0);
  });
});
