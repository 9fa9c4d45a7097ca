import * as fakeIndexedDb from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientStorage } from './storage/client-storage.ts';
import { memoryStorage } from './storage/memory-storage.ts';
import { FakeEnvironment, settled } from './testing/fake-environment.ts';
import { FakeService, fakeToken } from './testing/fake-service.ts';
import { FakeStorage } from './testing/fake-storage.ts';
import { createMemoryTabs } from './testing/memory-tabs.ts';
import { DEVICE, openApp, SERVICE_URL, shown } from './testing/open-app.ts';
import { createWatchState, type WatchState } from './watch-state.ts';

const WITHOUT_ID = { deviceType: 'TV', platform: 'test', appVersion: '1' } as const;
const never = () => new Promise<never>(() => undefined);

/** What Ada's TV holds: one film on the service's list, and one that waits. */
async function used() {
  const environment = new FakeEnvironment();
  const service = new FakeService(() => environment.trueMs);
  const storage = new FakeStorage();
  const { state } = await openApp({ environment, service, storage });
  state.watchlist.add('synced');
  await environment.advance(0);
  service.cut();
  await settled();
  state.watchlist.add('waits');
  await state.whenStored();
  await state.close();
  return { environment, service, storage };
}

describe('opening a state', () => {
  it('[ENG8] takes 2 s at most where the storage hangs, and takes in what it holds when it answers', async () => {
    const parts = await used();
    const release = parts.storage.hold();
    const opening = openApp(parts);
    await parts.environment.advance(2_000);
    const { state } = await opening;
    expect(state.status.get()).toMatchObject({ hasStorageFailed: true, pending: 0 });
    await expect(state.whenStored()).rejects.toMatchObject({ code: 'storage_failed' });
    state.watchlist.add('meanwhile');
    release();
    await parts.environment.advance(30_000);
    expect(shown(state).watchlist).toEqual(['meanwhile', 'synced', 'waits']);
    expect(state.status.get()).toMatchObject({ hasStorageFailed: false, pending: 2 });
    await state.whenStored();
    await state.close();
    const next = await openApp({ ...parts, storage: await parts.storage.reborn() });
    expect(shown(next.state).watchlist).toEqual(['meanwhile', 'synced', 'waits']);
    await next.state.close();
    expect(parts.environment.timers).toEqual([]);
  });

  it('[ENG7] a storage that was refused is read once it is allowed, and keeps both states', async () => {
    const parts = await used();
    parts.service.isReachable = true;
    parts.storage.isFailing = true;
    const opening = openApp(parts);
    await parts.environment.advance(2_000);
    const { state } = await opening;
    await settled();
    state.watchlist.remove('synced');
    await parts.environment.advance(0);
    expect(state.status.get()).toMatchObject({ isOnline: true, hasStorageFailed: true });
    parts.storage.isFailing = false;
    await parts.environment.advance(20_000);
    expect(state.status.get()).toMatchObject({ hasStorageFailed: false, pending: 0 });
    expect(shown(state).watchlist).toEqual(['waits']);
    expect([...parts.service.storeOf('ada').set.contentIds()]).toEqual(['waits']);
    await state.close();
    parts.service.cut();
    const next = await openApp({ ...parts, storage: await parts.storage.reborn() });
    expect(shown(next.state).watchlist).toEqual(['waits']);
    await next.state.close();
  });

  it('[ENG7] what the service has told stands, and of a storage that is read late only the outbox counts', async () => {
    const parts = await used();
    // What was synced is gone there meanwhile, and nothing tells of it any more.
    const service = new FakeService(() => parts.environment.trueMs);
    parts.storage.isFailing = true;
    const opening = openApp({ ...parts, service });
    await parts.environment.advance(2_000);
    const { state } = await opening;
    await parts.environment.advance(0);
    expect(state.status.get()).toMatchObject({ isOnline: true, hasStorageFailed: true });
    parts.storage.isFailing = false;
    await parts.environment.advance(20_000);
    expect(state.status.get()).toMatchObject({ hasStorageFailed: false, pending: 0 });
    expect(shown(state).watchlist).toEqual(['waits']);
    await state.close();
  });

  it('[ENG7] what could not be read is not written over', async () => {
    const parts = await used();
    const { storage } = parts;
    const namespace = 'https://media.test|u|user-ada|';
    const before = await storage.read(namespace);
    const medium: ClientStorage = {
      read: (name) =>
        name === namespace ? Promise.reject(new Error('not now')) : storage.read(name),
      write: (name, changes) => storage.write(name, changes),
      clear: (prefix) => storage.clear(prefix),
    };
    const service = new FakeService(() => parts.environment.trueMs);
    const opening = openApp({ ...parts, service, medium });
    await parts.environment.advance(2_000);
    const { state } = await opening;
    state.watchlist.add('meanwhile');
    await parts.environment.advance(0);
    expect(state.status.get()).toMatchObject({ isOnline: true, hasStorageFailed: true });
    expect(before.length).toBeGreaterThan(0);
    expect(await storage.read(namespace)).toEqual(before);
    await state.close();
  });

  it('[ENG7] a disk that has room again is written to, though the app writes nothing', async () => {
    const parts = await used();
    const { state } = await openApp(parts);
    parts.storage.isFailing = true;
    state.watchlist.add('full');
    await parts.environment.advance(2_000);
    expect(state.status.get().hasStorageFailed).toBe(true);
    parts.storage.isFailing = false;
    await parts.environment.advance(5_000);
    expect(state.status.get().hasStorageFailed).toBe(false);
    await state.close();
    const next = await openApp({ ...parts, storage: await parts.storage.reborn() });
    expect(shown(next.state).watchlist).toEqual(['full', 'synced', 'waits']);
    await next.state.close();
  });

  it('[ENG7] [ENG8] without a medium it says that it holds nothing', async () => {
    const environment = new FakeEnvironment();
    const service = new FakeService(() => environment.trueMs);
    const { state } = await openApp({ environment, service, medium: memoryStorage() });
    state.watchlist.add('film');
    expect(state.status.get().hasStorageFailed).toBe(true);
    await expect(state.whenStored()).rejects.toMatchObject({ code: 'storage_failed' });
    await state.close();
  });
});

it('[SDK2] [ENG7] a tab that reads its storage late hears what another settles meanwhile', async () => {
  const parts = await used();
  const { storage, service, environment } = parts;
  const tabs = createMemoryTabs();
  const first = await openApp({ ...parts, tabs: tabs.open() });
  let isRefused = true;
  let release = (): void => undefined;
  const answersHeld = new Promise<void>((resolve) => {
    release = resolve;
  });
  const medium: ClientStorage = {
    write: (namespace, changes) => storage.write(namespace, changes),
    clear: (prefix) => storage.clear(prefix),
    async read(namespace) {
      const records = await storage.read(namespace);
      if (namespace !== 'https://media.test|u|user-ada|') return records;
      if (isRefused) throw new Error('not now');
      await answersHeld;
      return records;
    },
  };
  const opening = openApp({ ...parts, medium, tabs: tabs.open() });
  await environment.advance(2_000);
  const second = await opening;
  isRefused = false;
  // What it reads now still has the change that waits.
  await environment.advance(5_000);
  service.isReachable = true;
  first.state.reconnect();
  await environment.advance(1_000);
  expect(first.state.status.get().pending).toBe(0);
  release();
  await settled();
  expect(shown(second.state).watchlist).toEqual(['synced', 'waits']);
  expect(second.state.status.get()).toMatchObject({ hasStorageFailed: false, pending: 0 });
  await second.state.whenDurable();
  await Promise.all([first.state.close(), second.state.close()]);
});

it('[ENG7] a tab that reads a database which has just vanished keeps what it has in memory', async () => {
  const parts = await used();
  const { storage } = parts;
  const tabs = createMemoryTabs();
  const leading = tabs.open();
  const first = await openApp({ ...parts, tabs: leading });
  const listeners = new Set<() => void>();
  let isVanishing = false;
  const medium: ClientStorage = {
    write: (namespace, changes) => storage.write(namespace, changes),
    clear: (prefix) => storage.clear(prefix),
    async read(namespace) {
      const records = await storage.read(namespace);
      if (isVanishing) for (const listener of listeners) listener();
      isVanishing = false;
      return records;
    },
    onGone(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const second = await openApp({ ...parts, medium, tabs: tabs.open() });
  expect(shown(second.state).watchlist).toEqual(['synced', 'waits']);
  await storage.clear('');
  isVanishing = true;
  // The next one reads what the last leader may have stored.
  leading.kill();
  await settled();
  expect(isVanishing).toBe(false);
  expect(second.state.inspect().isLeader).toBe(true);
  expect(shown(second.state).watchlist).toEqual(['synced', 'waits']);
  expect(second.state.status.get().pending).toBe(1);
  await Promise.all([first.state.close(), second.state.close()]);
});

describe('a page', () => {
  beforeEach(() => {
    for (const [name, value] of Object.entries(fakeIndexedDb)) {
      if (name.startsWith('IDB') || name === 'indexedDB') vi.stubGlobal(name, value);
    }
  });
  afterEach(() => vi.unstubAllGlobals());

  const open = (service: FakeService): Promise<WatchState> =>
    createWatchState({
      url: SERVICE_URL,
      getToken: () => fakeToken('ada'),
      device: DEVICE,
      createSocket: service.createSocket,
    });

  it.each([
    ['are refused', () => Promise.reject(new Error('not allowed'))],
    ['are never given', never],
  ])('[ENG8] opens and says so where locks %s', async (_, request) => {
    vi.stubGlobal('navigator', { locks: { request } });
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new Error('not allowed');
      },
    });
    const environment = new FakeEnvironment();
    const service = new FakeService(() => environment.trueMs);
    const opening = createWatchState({
      url: SERVICE_URL,
      getToken: () => fakeToken('ada'),
      device: WITHOUT_ID,
      createSocket: service.createSocket,
      environment,
    });
    await environment.advance(2_000);
    const state = await opening;
    await environment.advance(4_000);
    expect(state.status.get().hasStorageFailed).toBe(true);
    expect(state.status.get().isOnline).toBe(request !== never);
    await state.close();
  });

  it('[ENG7] whose database is deleted under it writes everything anew, and only then says stored', async () => {
    const service = new FakeService(() => Date.now());
    const state = await open(service);
    await vi.waitUntil(() => state.status.get().isOnline);
    state.watchlist.add('synced');
    await state.whenDurable();
    service.cut();
    for (let count = 0; count < 10; count += 1) state.watchlist.add(`before ${count}`);
    await state.whenStored();
    await new Promise((resolve) => {
      indexedDB.deleteDatabase('cuepoint').addEventListener('success', resolve);
    });
    state.watchlist.add('after');
    await state.whenStored();
    expect(state.status.get().hasStorageFailed).toBe(false);
    await state.close();
    const next = await open(service);
    expect(next.watchlist.size).toBe(12);
    expect(next.status.get().pending).toBe(11);
    await next.close();
  });

  it('[ENG7] of nobody whose database is deleted under it writes everything anew, too', async () => {
    const service = new FakeService(() => Date.now());
    const openForNobody = () =>
      createWatchState({
        url: SERVICE_URL,
        getToken: () => Promise.reject(new Error('no network')),
        device: DEVICE,
        createSocket: service.createSocket,
      });
    const state = await openForNobody();
    state.watchlist.add('first');
    await state.whenStored();
    await new Promise((resolve) => {
      indexedDB.deleteDatabase('cuepoint').addEventListener('success', resolve);
    });
    state.watchlist.add('second');
    await state.whenStored();
    await state.close();
    const next = await openForNobody();
    expect(shown(next).watchlist).toEqual(['first', 'second']);
    await next.close();
  });

  it('[SDK6] whose lock ends without its wish leads no more, and asks again', async () => {
    const requests: { grant: () => Promise<void>; lose: () => void }[] = [];
    const request = (_: string, __: unknown, callback: () => Promise<void>) =>
      new Promise<void>((resolve, reject) => {
        requests.push({
          grant: () => callback().then(resolve),
          lose: () => reject(new Error('AbortError')),
        });
      });
    vi.stubGlobal('navigator', { locks: { request } });
    const service = new FakeService(() => Date.now());
    const state = await open(service);
    void requests[0]?.grant();
    await vi.waitUntil(() => state.status.get().isOnline);
    requests[0]?.lose();
    await vi.waitUntil(() => requests.length === 2);
    expect(state.inspect()).toMatchObject({ isLeader: false, connection: { name: 'idle' } });
    void requests[1]?.grant();
    await vi.waitUntil(() => state.status.get().isOnline);
    expect(service.sockets.filter(({ isOpen }) => isOpen).length).toBe(1);
    await state.close();
  });
});
