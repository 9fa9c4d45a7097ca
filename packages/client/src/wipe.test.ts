import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as fakeIndexedDb from 'fake-indexeddb';
import type { ClientStorage } from './storage/client-storage.ts';
import { indexedDbStorage } from './storage/indexed-db-storage.ts';
import { createWatchState, type WatchState } from './watch-state.ts';
import { FakeEnvironment, settled } from './testing/fake-environment.ts';
import { FakeService, fakeToken } from './testing/fake-service.ts';
import { FakeStorage } from './testing/fake-storage.ts';
import { createMemoryTabs } from './testing/memory-tabs.ts';
import { DEVICE, openApp, SERVICE_URL, shown } from './testing/open-app.ts';

const NAMESPACE = 'https://media.test|u|user-';

/** A TV with something of Ada's and of Bob's that waits. */
async function tvOfTwo() {
  const environment = new FakeEnvironment();
  const service = new FakeService(() => environment.trueMs);
  const parts = { environment, service, storage: new FakeStorage() };
  for (const subject of ['ada', 'bob']) {
    const { state } = await openApp({ ...parts, subject });
    service.cut();
    await settled();
    state.watchlist.add(`of ${subject}`);
    await state.whenStored();
    await state.close();
    service.isReachable = true;
  }
  service.isReachable = false;
  return parts;
}

describe('a sign-out with wipe', () => {
  it('[SDK9] takes what is of its own user, and leaves what another has waiting', async () => {
    const parts = await tvOfTwo();
    const ada = await openApp(parts);
    await ada.state.signOut({ wipe: true });
    expect(await parts.storage.read(`${NAMESPACE}ada|`)).toEqual([]);
    parts.service.isReachable = true;
    const bob = await openApp({ ...parts, subject: 'bob' });
    await settled();
    expect(bob.state.status.get().pending).toBe(0);
    expect([...parts.service.storeOf('bob').set.contentIds()]).toEqual(['of bob']);
    expect([...parts.service.storeOf('ada').set.contentIds()]).toEqual([]);
    await bob.state.close();
  });

  it('[SDK9] of the device says what waits before, and leaves nothing of anybody', async () => {
    const parts = await tvOfTwo();
    const { state } = await openApp(parts);
    expect(await state.waitingOnDevice()).toEqual([
      { userId: 'user-ada', changes: 1 },
      { userId: 'user-bob', changes: 1 },
    ]);
    await state.signOut({ wipe: 'device' });
    expect(await parts.storage.namespaces()).toEqual(['https://media.test|device|']);
    const left = JSON.stringify(await parts.storage.read('https://media.test|device|'));
    expect(left).not.toMatch(/ada|bob/);
  });

  it('[SDK9] of the device ends the tabs of everybody, and what they had goes as well', async () => {
    const parts = await tvOfTwo();
    const tabs = createMemoryTabs();
    const [ada, bob] = [
      await openApp({ ...parts, tabs: tabs.open() }),
      await openApp({ ...parts, subject: 'bob', tabs: tabs.open() }),
    ];
    await ada.state.signOut({ wipe: 'device' });
    await settled();
    expect(() => bob.state.watchlist.add('more')).toThrow('This watch state was closed.');
    expect(await parts.storage.namespaces()).toEqual(['https://media.test|device|']);
  });

  it('[SDK9] takes what a run that was cut off left under the subject', async () => {
    const parts = await tvOfTwo();
    const [record] = await parts.storage.read(`${NAMESPACE}ada|`);
    const bySubject = 'https://media.test|s|ada|';
    if (record !== undefined) await parts.storage.write(bySubject, [record]);
    const { state } = await openApp(parts);
    expect(await parts.storage.read(bySubject)).toHaveLength(1);
    await state.signOut({ wipe: true });
    expect(await parts.storage.read(bySubject)).toEqual([]);
  });

  it('[SDK9] ends the tabs of its user, and not those of another', async () => {
    const parts = await tvOfTwo();
    const tabs = createMemoryTabs();
    const open = (subject: string) => openApp({ ...parts, subject, tabs: tabs.open() });
    const [ada, second, bob] = [await open('ada'), await open('ada'), await open('bob')];
    await ada.state.signOut({ wipe: true });
    await settled();
    expect(() => second.state.watchlist.add('more')).toThrow('This watch state was closed.');
    bob.state.watchlist.add('more');
    expect(shown(bob.state).watchlist).toEqual(['more', 'of bob']);
    await bob.state.close();
    expect(await parts.storage.read(`${NAMESPACE}ada|`)).toEqual([]);
  });

  it('[SDK9] ends a tab of its user that does not know yet which user that is', async () => {
    const environment = new FakeEnvironment();
    const service = new FakeService(() => environment.trueMs);
    service.isReachable = false;
    const [storage, tabs] = [new FakeStorage(), createMemoryTabs()];
    const parts = { environment, service, storage };
    const first = await openApp({ ...parts, tabs: tabs.open() });
    let isHanging = false;
    const medium: ClientStorage = {
      read: (namespace) => (isHanging ? new Promise(() => undefined) : storage.read(namespace)),
      write: (namespace, changes) => storage.write(namespace, changes),
      clear: (prefix) => storage.clear(prefix),
    };
    const second = await openApp({ ...parts, medium, tabs: tabs.open() });
    isHanging = true;
    service.isReachable = true;
    await environment.advance(5_000);
    expect(first.state.status.get().userId).toBe('user-ada');
    await first.state.signOut({ wipe: true });
    await environment.advance(60_000);
    expect(() => second.state.watchlist.add('film')).toThrow('This watch state was closed.');
  });

  it('[ENG6] of somebody who was never named takes what they wrote, and not what waits for another', async () => {
    const parts = await tvOfTwo();
    const offline = { ...parts, getToken: () => Promise.reject(new Error('no network')) };
    const bob = await openApp(offline);
    bob.state.watchlist.add('for Bob');
    await bob.state.close();
    const guest = await openApp({ ...parts, getToken: () => null });
    guest.state.watchlist.add('of a guest');
    await guest.state.signOut({ wipe: true });
    const left = JSON.stringify(await parts.storage.read('https://media.test|?|'));
    expect(left).toContain('for Bob');
    expect(left).not.toContain('of a guest');
  });
});

describe('a tab that cannot hear of a wipe', () => {
  beforeEach(() => {
    for (const [name, value] of Object.entries(fakeIndexedDb)) {
      if (name.startsWith('IDB') || name === 'indexedDB') vi.stubGlobal(name, value);
    }
    vi.stubGlobal('BroadcastChannel', undefined);
  });
  afterEach(() => vi.unstubAllGlobals());

  const open = (environment: FakeEnvironment, service: FakeService): Promise<WatchState> =>
    createWatchState({
      url: SERVICE_URL,
      getToken: () => fakeToken('ada'),
      device: DEVICE,
      createSocket: service.createSocket,
      environment,
    });

  const medium = indexedDbStorage();
  const stored = () => medium.read(`${NAMESPACE}ada|`);
  const untilNothingIsLeft = () => vi.waitUntil(async () => (await stored()).length === 0);

  it('[SDK9] does not write the data back, and ends', async () => {
    const environment = new FakeEnvironment();
    const service = new FakeService(() => environment.trueMs);
    const [first, second] = [await open(environment, service), await open(environment, service)];
    await vi.waitUntil(() => second.status.get().userId !== undefined);
    await Promise.all([first.whenStored(), second.whenStored()]);
    await first.signOut({ wipe: true });
    second.watchlist.add('written back');
    await vi.waitUntil(() => {
      try {
        second.progress.set('film', { positionSeconds: 1, durationSeconds: 9, state: 'paused' });
        return false;
      } catch {
        return true;
      }
    });
    await second.close();
    await untilNothingIsLeft();
    const next = await open(environment, service);
    service.cut();
    expect(next.inspect().outbox).toEqual([]);
    await next.close();
  });

  it('[SDK9] ends when somebody looks at it, though it writes nothing', async () => {
    const environment = new FakeEnvironment();
    const service = new FakeService(() => environment.trueMs);
    const [first, second] = [await open(environment, service), await open(environment, service)];
    await vi.waitUntil(() => second.status.get().userId !== undefined);
    await Promise.all([first.whenStored(), second.whenStored()]);
    await first.signOut({ wipe: true });
    environment.signal('visible');
    await vi.waitUntil(() => !second.status.get().isOnline);
    expect(() => second.watchlist.add('film')).toThrow('This watch state was closed.');
    await untilNothingIsLeft();
  });

  it('[SDK9] goes on where its database was dropped: nobody has wiped it', async () => {
    const environment = new FakeEnvironment();
    const service = new FakeService(() => environment.trueMs);
    const state = await open(environment, service);
    await vi.waitUntil(() => state.status.get().userId !== undefined);
    state.watchlist.add('before');
    await state.whenStored();
    await new Promise((resolve) => {
      indexedDB.deleteDatabase('cuepoint').addEventListener('success', resolve);
    });
    environment.signal('visible');
    await vi.waitUntil(async () => (await stored()).length > 0);
    // It reads after the look has.
    await state.waitingOnDevice();
    state.watchlist.add('after');
    await state.whenStored();
    expect(shown(state).watchlist).toEqual(['after', 'before']);
    await state.close();
    // So does this, after the look that follows each write.
    await stored();
  });
});
