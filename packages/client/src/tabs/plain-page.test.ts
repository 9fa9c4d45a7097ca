import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import { stubPlainPage } from '../testing/fake-page.ts';
import { FakeService, fakeToken } from '../testing/fake-service.ts';
import { DEVICE, SERVICE_URL, shown } from '../testing/open-app.ts';
import { createWatchState, type WatchState } from '../watch-state.ts';

beforeEach(() => void stubPlainPage());
afterEach(() => vi.unstubAllGlobals());

const service = new FakeService(() => Date.now());

/** @param environment of a tab that a test freezes: its clock stands until the test moves it. */
async function open(environment?: FakeEnvironment): Promise<WatchState> {
  const opening = createWatchState({
    url: SERVICE_URL,
    getToken: () => fakeToken('ada'),
    device: DEVICE,
    createSocket: service.createSocket,
    ...(environment && { environment }),
  });
  return opening;
}

const openSockets = () => service.sockets.filter(({ isOpen }) => isOpen).length;

it('[ENG2] tabs without Web Locks have one outbox and one connection, whoever reconnects', async () => {
  const states = [await open(), await open(), await open()];
  const [first, second, third] = states as [WatchState, WatchState, WatchState];
  for (const { status } of states) await vi.waitUntil(() => status.get().isOnline);
  expect(states.map((state) => state.inspect().isLeader)).toEqual([true, false, false]);
  for (const [index, state] of states.entries()) {
    state.watchlist.add(`film-${index}`);
    state.reconnect();
  }
  await Promise.all(states.map((state) => state.whenDurable()));
  for (const state of states) {
    await vi.waitUntil(() => state.watchlist.size === 3 && state.status.get().pending === 0);
  }
  expect(openSockets()).toBe(1);
  await first.close();
  await vi.waitUntil(() => [second, third].some((state) => state.inspect().isLeader));
  await vi.waitUntil(() => third.status.get().isOnline);
  third.watchlist.remove('film-0');
  await third.whenDurable();
  await vi.waitUntil(() => shown(second).watchlist.length === 2);
  expect(openSockets()).toBe(1);
  await Promise.all([second.close(), third.close()]);
});

it('[ENG2] a tab that wakes with the lease of another is neither halted nor connects', async () => {
  const environment = new FakeEnvironment();
  const frozen = await open(environment);
  await vi.waitUntil(() => frozen.status.get().isOnline);
  const other = await open();
  await vi.waitUntil(() => other.inspect().isLeader, { timeout: 20_000 });
  await vi.waitUntil(() => other.status.get().isOnline);
  // As the service does with the older of two sessions of a device.
  const older = service.sockets.find(({ isOpen }) => isOpen);
  const halts: unknown[] = [];
  frozen.status.subscribe(() => halts.push(frozen.status.get().haltedBy));
  environment.freeze(3_600_000);
  older?.end(4409);
  await vi.waitUntil(() => !frozen.inspect().isLeader);
  frozen.watchlist.add('after the sleep');
  await vi.waitUntil(() => other.watchlist.has('after the sleep'));
  await vi.waitUntil(() => frozen.status.get().pending === 0);
  expect(halts).not.toContain('device_replaced');
  expect(openSockets()).toBe(1);
  await Promise.all([frozen.close(), other.close()]);
});

it('[ENG2] a tab that wakes without its connection does not open another before it knows that it leads', async () => {
  const environment = new FakeEnvironment();
  const frozen = await open(environment);
  await vi.waitUntil(() => frozen.status.get().isOnline);
  const other = await open();
  await vi.waitUntil(() => other.status.get().isOnline && other.inspect().isLeader, {
    timeout: 20_000,
  });
  const connected = service.sockets.length;
  service.sockets.find(({ isOpen }) => isOpen)?.end(1006);
  await vi.waitUntil(() => frozen.inspect().connection.name === 'waiting');
  environment.freeze(3_600_000);
  environment.signal('online');
  await vi.waitUntil(() => !frozen.inspect().isLeader);
  expect(service.sockets.length).toBe(connected);
  expect(other.status.get().isOnline).toBe(true);
  await Promise.all([frozen.close(), other.close()]);
});
