import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
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
  type RestartableService,
} from './support.ts';

let service: RestartableService;
beforeAll(async () => {
  service = await openService(inject('postgresUrl'));
});
afterEach(async () => {
  await closeDevices();
  vi.unstubAllGlobals();
});
afterAll(() => service.close());

async function openTabs(user: TestUser, count: number) {
  const tabs = createMemoryTabs();
  const storage = new FakeStorage();
  const groups = Array.from({ length: count }, () => tabs.open());
  const opened: Device[] = [];
  for (const group of groups) {
    opened.push(await openDevice(service, { user, storage, tabs: group }));
  }
  await Promise.all(opened.map(untilOnline));
  return { storage, groups, opened };
}

function socketsOf(opened: readonly Device[]): number {
  return opened.flatMap(({ attempts }) => attempts.filter(({ closed }) => closed === undefined))
    .length;
}

describe('tabs of one browser', () => {
  it.each([2, 5])('[SDK6] %i of them share one outbox and one connection', async (count) => {
    const user = await service.live.api.createUser();
    const { opened } = await openTabs(user, count);
    for (const [index, { state }] of opened.entries()) {
      state.watchlist.add(`film-${index}`);
      state.progress.set('film', {
        positionSeconds: index,
        durationSeconds: 100,
        state: 'playing',
      });
      await state.whenDurable();
    }
    for (const device of opened) {
      await until(device.state, () => device.state.watchlist.size === count);
      await until(device.state, () => device.state.status.get().pending === 0);
      expect(device.state.progress.get('film')?.positionSeconds).toBe(count - 1);
    }
    expect(socketsOf(opened)).toBe(1);
    expect((await user.call('GET', '/watchlist')).body.total).toBe(count);
    const devices = opened
      .at(-1)
      ?.state.devices.list()
      .map(({ deviceId }) => deviceId);
    expect(devices).toEqual(['tv']);
  });

  it('[SDK6] the next takes over from one that is killed, with what it had not sent', async () => {
    const user = await service.live.api.createUser();
    const { opened, groups } = await openTabs(user, 3);
    const [first, second, third] = opened;
    if (first === undefined || second === undefined || third === undefined) throw new Error();
    first.setNetwork(false);
    await until(third.state, () => !third.state.status.get().isOnline);
    second.state.watchlist.add('by the second');
    await second.state.whenStored();
    groups[0]?.kill();
    await second.state.whenDurable();
    await until(third.state, () => third.state.status.get().pending === 0);
    expect(titlesOf(third)).toEqual(['by the second']);
    expect(second.state.inspect().isLeader).toBe(true);
    expect(socketsOf(opened)).toBe(1);
  });

  it('[LIV7] command other screens, and hand over to them, from any of them', async () => {
    const user = await service.live.api.createUser();
    const phone = await openDevice(service, { user, deviceId: 'phone' });
    await untilOnline(phone);
    const { opened } = await openTabs(user, 2);
    const [leader, follower] = opened;
    if (leader === undefined || follower === undefined) throw new Error();
    const asked: string[] = [];
    phone.state.devices.onCommand((command, from) => {
      asked.push(`${command.action} ${from}`);
      return command.action === 'play' ? { refused: 'not_playing' } : 'applied';
    });
    follower.state.devices.onCommand(({ action }) => {
      asked.push(`tab ${action}`);
      return 'applied';
    });
    await until(follower.state, () => follower.state.devices.list().length === 2);
    expect(await follower.state.devices.sendCommand('phone', { action: 'play' })).toEqual({
      outcome: 'refused',
      reason: 'not_playing',
    });
    follower.state.progress.set('film', {
      positionSeconds: 42,
      durationSeconds: 100,
      state: 'paused',
    });
    expect(await follower.state.devices.handOff('phone', { contentId: 'film' })).toEqual({
      outcome: 'applied',
      sourceOutcome: 'applied',
    });
    expect(asked).toEqual(['play tv', 'load tv', 'tab stop']);
    expect(await phone.state.devices.sendCommand('nobody', { action: 'play' })).toMatchObject({
      outcome: 'unreachable',
    });
    await expect(
      phone.state.devices.sendCommand('tv', { action: 'seek', positionSeconds: 1.5 }),
    ).rejects.toMatchObject({ code: 'invalid_seconds' });
    expect(phone.state.status.get().isOnline).toBe(true);
  });

  it('[SDK6] do so by Web Locks and BroadcastChannel', async () => {
    vi.stubGlobal('navigator', { locks: createLocks() });
    const user = await service.live.api.createUser();
    const storage = new FakeStorage();
    const open = () => openDevice(service, { user, storage, tabs: 'shared' });
    const [first, second] = [await open(), await open()];
    await Promise.all([first, second].map(untilOnline));
    second.state.watchlist.add('film');
    await second.state.whenDurable();
    await until(first.state, () => first.state.watchlist.has('film'));
    expect(socketsOf([first, second])).toBe(1);
    await first.state.close();
    second.state.watchlist.add('other');
    await second.state.whenDurable();
    expect(second.attempts.length).toBe(1);
  });
});

/** As much of Web Locks as tabs use: one holder at a time, in the order of the requests. */
function createLocks() {
  const queues = new Map<string, Promise<unknown>>();
  return {
    async request(
      name: string,
      { signal }: { signal: AbortSignal },
      callback: () => Promise<void>,
    ): Promise<void> {
      const before = queues.get(name);
      const turn = takeTurn();
      queues.set(name, turn);
      await turn;

      async function takeTurn(): Promise<void> {
        await before;
        if (!signal.aborted) await callback();
      }
    },
  };
}
