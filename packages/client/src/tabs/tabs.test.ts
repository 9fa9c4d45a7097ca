import { describe, expect, it } from 'vitest';
import { FakeEnvironment, settled } from '../testing/fake-environment.ts';
import { FakeService, fakeToken } from '../testing/fake-service.ts';
import { FakeStorage } from '../testing/fake-storage.ts';
import type { ClientStorage } from '../storage/client-storage.ts';
import { createMemoryTabs, type MemoryTab } from '../testing/memory-tabs.ts';
import { openApp, shown, type App, type AppOptions } from '../testing/open-app.ts';

const PLAYING = { durationSeconds: 1_000, state: 'playing' } as const;

interface Tab extends App {
  readonly tab: MemoryTab;
}

/** One browser, whose tabs share a storage and a service. */
function browser({ skewMs = 0 } = {}) {
  const tabs = createMemoryTabs();
  const storage = new FakeStorage();
  const clock = new FakeEnvironment();
  const service = new FakeService(() => clock.trueMs);
  const environments: FakeEnvironment[] = [];
  return {
    storage,
    service,
    open: async (options: AppOptions = {}): Promise<Tab> => {
      const seed = (environments.length + 1).toString(16);
      const environment = new FakeEnvironment({ seed, startMs: clock.trueMs });
      environment.skewMs = skewMs;
      environments.push(environment);
      const tab = tabs.open();
      const app = await openApp({ storage, service, environment, tabs: tab, ...options });
      return { ...app, tab };
    },
    advance: async (ms: number): Promise<void> => {
      await clock.advance(ms);
      for (const environment of environments) await environment.advance(ms);
      await settled();
    },
    environments,
  };
}

function createGate() {
  let letThrough: () => void = () => undefined;
  const gate = {
    opened: Promise.resolve(),
    open: () => letThrough(),
    close() {
      gate.opened = new Promise((resolve) => {
        letThrough = resolve;
      });
    },
  };
  return gate;
}

describe('many tabs', () => {
  it('[SDK6] have one outbox and one connection', async () => {
    const { open, service, advance } = browser();
    const tabs = [await open(), await open(), await open()];
    expect(service.sockets.length).toBe(1);
    expect(tabs.map(({ state }) => state.inspect().isLeader)).toEqual([true, false, false]);
    for (const { state } of tabs) expect(state.status.get().isOnline).toBe(true);
    for (const [index, { state }] of tabs.entries()) state.watchlist.add(`film-${index}`);
    await advance(0);
    expect(service.storeOf('ada').log.length).toBe(3);
    for (const { state } of tabs) {
      expect(shown(state).watchlist).toEqual(['film-0', 'film-1', 'film-2']);
      expect(state.status.get().pending).toBe(0);
    }
    await Promise.all(tabs.map(({ state }) => state.close()));
  });

  it('[SDK6] go on when the one that leads is killed, with what it had sent and not', async () => {
    const { open, service, advance } = browser();
    const [first, second, third] = [await open(), await open(), await open()];
    service.acknowledges = false;
    first.state.watchlist.add('sent');
    await advance(0);
    second.state.watchlist.add('by the second');
    await advance(0);
    first.tab.kill();
    service.socket.end();
    service.acknowledges = true;
    await advance(1_000);
    expect(second.state.inspect().isLeader).toBe(true);
    expect(third.state.status.get()).toMatchObject({ isOnline: true, pending: 0 });
    expect(shown(third.state).watchlist).toEqual(['by the second', 'sent']);
    expect(service.storeOf('ada').log.length).toBe(2);
    await Promise.all([second.state.close(), third.state.close()]);
  });

  it('[SDK6] hand the connection on when the one that leads closes', async () => {
    const { open, service, advance } = browser();
    const [first, second] = [await open(), await open()];
    await first.state.close();
    await advance(1_000);
    expect(second.state.inspect().isLeader).toBe(true);
    expect(second.state.status.get().isOnline).toBe(true);
    expect(service.sockets.length).toBe(2);
    await second.state.close();
  });

  it('[SDK6] a tab that opens late knows all that the others do', async () => {
    const { open, storage, advance } = browser();
    const first = await open();
    first.state.watchlist.add('early');
    await advance(0);
    // What is stored and told while it reads is not missed.
    const token = createGate();
    token.close();
    const getToken = () => token.opened.then(() => fakeToken('ada'));
    const opening = open({ getToken });
    await settled();
    const release = storage.holdAnswers();
    token.open();
    await settled();
    first.state.watchlist.add('meanwhile');
    await settled();
    release();
    const late = await opening;
    await advance(0);
    expect(shown(late.state).watchlist).toEqual(['early', 'meanwhile']);
    expect(late.state.inspect().cursor).toBe(first.state.inspect().cursor);
    await Promise.all([first.state.close(), late.state.close()]);
  });

  it('[SDK6] [SDK1] a write while everything is read again stays', async () => {
    const { open, storage, service, advance } = browser();
    const [first, second] = [await open(), await open()];
    // A whole state: the second has to read the storage again.
    service.socket.tell({ type: 'changes', ops: [], resync: true, more: false, cursor: 'x' });
    const release = storage.holdAnswers();
    await settled();
    second.state.watchlist.add('film');
    first.state.watchlist.add('other');
    await settled();
    expect(second.state.watchlist.has('film')).toBe(true);
    release();
    await settled();
    const films = ['film', 'other'];
    expect(shown(second.state).watchlist).toEqual(films);
    expect(shown(first.state).watchlist).toEqual(films);
    await advance(0);
    expect([...service.storeOf('ada').set.contentIds()].sort()).toEqual(films);
    await Promise.all([first.state.close(), second.state.close()]);
  });

  it('[LWW3] use no stamp twice, and the later write counts', async () => {
    const { open, service, advance } = browser();
    const tabs = [await open(), await open(), await open()];
    // All at the same millisecond, and at first without having heard of each other.
    for (const positionSeconds of [1, 2, 3]) {
      for (const [index, { state }] of tabs.entries()) {
        state.progress.set(`film-${index}`, { positionSeconds, ...PLAYING });
      }
      await settled();
      for (const [index, { state }] of tabs.entries()) {
        state.progress.set('film', { positionSeconds: positionSeconds * 10 + index, ...PLAYING });
        await settled();
      }
    }
    await advance(0);
    const stamps = service.pushes.flatMap(({ ops }) => ops.map(({ timestamp }) => timestamp));
    expect(new Set(stamps).size).toBe(stamps.length);
    for (const { state } of tabs) {
      expect(shown(state).progress).toEqual({ film: 32, 'film-0': 3, 'film-1': 3, 'film-2': 3 });
      expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
    }
    await Promise.all(tabs.map(({ state }) => state.close()));
  });

  it('[SDK1] show what they write over what another has written at that moment', async () => {
    const { open, service, advance } = browser();
    const [first, second] = [await open(), await open()];
    service.acknowledges = false;
    first.state.progress.set('film', { positionSeconds: 1, ...PLAYING });
    await advance(0);
    second.state.progress.set('film', { positionSeconds: 2, ...PLAYING });
    expect(second.state.progress.resume('film')).toBe(2);
    await Promise.all([first.state.close(), second.state.close()]);
  });

  it('[SDK4] [SDK6] a tab that folds what another has sent meanwhile takes nothing away', async () => {
    const { open, storage, service, advance } = browser();
    const [first, second] = [await open(), await open()];
    service.acknowledges = false;
    service.cut();
    await advance(0);
    second.state.progress.set('film', { positionSeconds: 1, ...PLAYING });
    await advance(0);
    service.isReachable = true;
    const release = storage.hold();
    // The first records it as sent, and the second does not hear of that before it folds it.
    await advance(2_000);
    second.state.progress.set('film', { positionSeconds: 2, ...PLAYING });
    release();
    await settled();
    expect(first.state.inspect().outbox.length).toBe(2);
    const stored = await storage.read('https://media.test|u|user-ada|');
    expect(stored.filter(([key]) => key.startsWith('o/')).length).toBe(2);
    service.acknowledges = true;
    await advance(60_000);
    for (const { state } of [first, second]) {
      expect(shown(state).progress).toEqual({ film: 2 });
      expect(state.status.get().pending).toBe(0);
    }
    await Promise.all([first.state.close(), second.state.close()]);
  });

  it.each([60_000 - Date.UTC(2026, 5, 1), Date.UTC(2099, 0) - Date.UTC(2026, 5, 1)])(
    '[SDK3] [SDK6] stamp at the time of the service in every tab, with a clock %i ms off',
    async (skewMs) => {
      const { open, service, advance, environments } = browser({ skewMs });
      const tabs = [await open(), await open()];
      await advance(5_000);
      for (const [index, { state }] of tabs.entries()) {
        state.progress.set(`film-${index}`, { positionSeconds: 1, ...PLAYING });
      }
      await advance(0);
      const trueMs = environments[0]?.trueMs ?? 0;
      const { registers } = service.storeOf('ada');
      expect(registers.size).toBe(2);
      for (const { timestamp } of registers.values()) {
        expect(Math.abs(timestamp.physical - trueMs)).toBeLessThan(1_000);
      }
      await Promise.all(tabs.map(({ state }) => state.close()));
    },
  );

  it('[SDK8] does not store again what another has learned more of', async () => {
    const { open, storage, service, advance } = browser();
    const [first, second] = [await open(), await open()];
    first.state.watchlist.add('film');
    await advance(0);
    first.state.watchlist.remove('film');
    const before = storage.written.length;
    second.state.watchlist.add('other');
    await advance(0);
    const tags = storage.written.slice(before).filter(([, [key]]) => key.startsWith('t/'));
    expect(tags.length).toBe(2);
    await Promise.all([first.state.close(), second.state.close()]);
    const next = await openApp({ storage: await storage.reborn(), service });
    expect(shown(next.state).watchlist).toEqual(['other']);
    await next.state.close();
  });

  it('[SDK8] let go of a tombstone together', async () => {
    const { open, service, advance } = browser();
    const tabs = [await open(), await open()];
    for (const change of ['add', 'remove'] as const) {
      tabs[1]?.state.watchlist[change]('film');
      await advance(0);
    }
    const known = () => tabs.map(({ state }) => state.inspect().acknowledged.length);
    expect(known()).toEqual([2, 2]);
    await advance(600_000);
    expect(known()).toEqual([0, 0]);
    expect(service.sockets.length).toBe(1);
    await Promise.all(tabs.map(({ state }) => state.close()));
  });

  it('[SDK9] follow one user: each asks its own token first', async () => {
    const { open, service, advance } = browser();
    let subject = 'ada';
    const getToken = () => fakeToken(subject);
    const [first, second] = [await open({ getToken }), await open({ getToken })];
    first.state.watchlist.add("Ada's");
    await advance(0);
    expect(shown(second.state).watchlist).toEqual(["Ada's"]);
    subject = 'ben';
    const third = await open({ getToken });
    await advance(2_000);
    for (const { state } of [first, second, third]) {
      expect(state.status.get()).toMatchObject({ userId: 'user-ben', isOnline: true });
      expect(shown(state).watchlist).toEqual([]);
    }
    expect(service.sockets.filter(({ isOpen }) => isOpen).length).toBe(1);
    await Promise.all([first, second, third].map(({ state }) => state.close()));
  });

  it('[SDK9] of two users do not see each other, and what one writes waits for its own turn', async () => {
    const { open, service, advance } = browser();
    const ada = await open({ subject: 'ada' });
    ada.state.watchlist.add("Ada's");
    await advance(0);
    const ben = await open({ subject: 'ben' });
    await advance(2_000);
    ben.state.watchlist.add("Ben's");
    await advance(2_000);
    expect(shown(ada.state).watchlist).toEqual(["Ada's"]);
    expect(shown(ben.state).watchlist).toEqual(["Ben's"]);
    expect(ben.state.status.get()).toMatchObject({ isOnline: false, pending: 1 });
    await ada.state.close();
    await advance(2_000);
    expect(ben.state.status.get()).toMatchObject({ userId: 'user-ben', pending: 0 });
    expect(service.pushes.map(({ userId }) => userId)).toEqual(['user-ada', 'user-ben']);
    await ben.state.close();
  });

  it('[SDK9] [SDK6] that write before the first welcome all have it taken on', async () => {
    const { open, service, storage, advance } = browser();
    service.isReachable = false;
    const gate = createGate();
    const medium: ClientStorage = {
      read: (namespace) => storage.read(namespace),
      clear: (prefix) => storage.clear(prefix),
      async write(namespace, changes) {
        await gate.opened;
        await storage.write(namespace, changes);
      },
    };
    const [first, second] = [await open(), await open({ medium })];
    first.state.watchlist.add('by the first');
    gate.open();
    second.state.watchlist.add('by the second');
    await advance(0);
    gate.close();
    second.state.watchlist.add('on its way');
    service.isReachable = true;
    await advance(2_000);
    expect(first.state.status.get()).toMatchObject({ userId: 'user-ada', pending: 0 });
    gate.open();
    await advance(60_000);
    for (const { state } of [first, second]) {
      expect(shown(state).watchlist).toEqual(['by the first', 'by the second', 'on its way']);
      expect(state.status.get()).toMatchObject({ userId: 'user-ada', pending: 0 });
    }
    expect(service.storeOf('ada').log.length).toBe(3);
    await Promise.all([first.state.close(), second.state.close()]);
  });

  it('[SDK9] all end when one signs out, and leave nothing', async () => {
    const { open, storage, advance, environments } = browser();
    const [first, second, third] = [await open(), await open(), await open()];
    second.state.watchlist.add('film');
    third.state.watchlist.add('other');
    await second.state.signOut({ wipe: true });
    await advance(60_000);
    expect(await storage.namespaces()).toEqual(['https://media.test|device|']);
    for (const { state } of [first, second, third]) {
      expect(() => state.watchlist.add('more')).toThrow('This watch state was closed.');
    }
    for (const { timers } of environments) expect(timers).toEqual([]);
  });

  it('[SDK9] that were writing when another signed out leave nothing either', async () => {
    const { open, storage, advance } = browser();
    const [first, second] = [await open(), await open()];
    const release = storage.hold();
    second.state.watchlist.add('on its way');
    await settled();
    for (let count = 0; count < 20; count += 1) second.state.watchlist.add(`after it ${count}`);
    const gone = first.state.signOut({ wipe: true });
    await settled();
    release();
    await gone;
    await advance(60_000);
    expect(await storage.namespaces()).toEqual(['https://media.test|device|']);
    await second.state.close();
  });

  it('[SDK6] reconnect through the one that leads', async () => {
    const { open, service, advance } = browser();
    const [first, second] = [await open(), await open()];
    service.socket.end(4409);
    await advance(0);
    expect(second.state.status.get().haltedBy).toBe('device_replaced');
    second.state.reconnect();
    await advance(0);
    expect(second.state.status.get().isOnline).toBe(true);
    await Promise.all([first.state.close(), second.state.close()]);
  });

  it('[LIV7] answer a command in the tab that has the player', async () => {
    const { open, service, advance } = browser();
    const [first, second] = [await open(), await open()];
    second.state.devices.onCommand(({ action }) =>
      action === 'pause' ? 'applied' : { refused: `${'x'.repeat(200)}🎬` },
    );
    const ask = async (action: 'pause' | 'play') => {
      service.socket.tell({ type: 'command', id: action, from: 'phone', command: { action } });
      await advance(0);
      return service.socket.sentOf('commandResult').at(-1);
    };
    expect(await ask('pause')).toMatchObject({ id: 'pause', outcome: 'applied' });
    expect(await ask('play')).toMatchObject({ outcome: 'refused', reason: 'x'.repeat(100) });
    await second.state.close();
    await advance(0);
    void ask('pause');
    await advance(4_500);
    expect(service.socket.sentOf('commandResult').at(-1)).toMatchObject({ reason: 'unsupported' });
    await first.state.close();
  });

  it('[LIV7] ask other devices through the one that leads, and hear when it is gone', async () => {
    const { open, service, advance } = browser();
    const [first, second] = [await open(), await open()];
    const asked = second.state.devices.sendCommand('phone', { action: 'seek', positionSeconds: 5 });
    await advance(0);
    const [{ id } = { id: '' }] = service.socket.sentOf('command');
    service.socket.tell({ type: 'commandResult', id, outcome: 'refused', reason: 'no' });
    expect(await asked).toEqual({ outcome: 'refused', reason: 'no' });
    const lost = second.state.devices.sendCommand('phone', { action: 'play' });
    await settled();
    service.socket.end();
    await advance(0);
    expect(await lost).toEqual({ outcome: 'expired', reason: 'connection_lost' });
    await advance(30_000);
    const unheard = second.state.devices.sendCommand('phone', { action: 'play' });
    first.tab.kill();
    await advance(15_000);
    expect(await unheard).toEqual({ outcome: 'expired', reason: 'no_answer' });
    const closed = second.state.devices.sendCommand('phone', { action: 'play' });
    await second.state.close();
    expect((await closed).outcome).toBe('expired');
    expect(await second.state.devices.sendCommand('phone', { action: 'play' })).toMatchObject({
      outcome: 'unreachable',
    });
  });
});
