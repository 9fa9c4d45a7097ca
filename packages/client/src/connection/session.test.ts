import { opToWire, type Changes, type Op, type Presence } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-environment.ts';
import { FakeService } from '../testing/fake-service.ts';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import { openApp, SERVICE_URL, shown, type App } from '../testing/open-app.ts';

const AT_MS = Date.UTC(2026, 4, 1);

function tagOf(count: number): string {
  return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
}

function add(contentId: string, count: number): Op {
  return {
    kind: 'watchlist.add',
    contentId,
    tag: tagOf(count),
    timestamp: { physical: AT_MS, logical: count },
    deviceId: 'phone',
  };
}

function page(ops: readonly Op[], rest: Omit<Changes, 'type' | 'ops'>): Changes {
  return { type: 'changes', ops: ops.map(opToWire), ...rest };
}

/** A service that holds as many films as are asked for. */
function serviceWith(films: number): { environment: FakeEnvironment; service: FakeService } {
  const environment = new FakeEnvironment();
  const service = new FakeService(() => environment.trueMs);
  for (let count = 0; count < films; count += 1) {
    service.storeOf('ada').commit(add(`film-${count}`, count), environment.trueMs);
  }
  return { environment, service };
}

describe('the welcome', () => {
  it('comes in pages, and the state is there with the last', async () => {
    const { environment, service } = serviceWith(7);
    service.pageSize = 2;
    const { state } = await openApp({ environment, service });
    expect(state.watchlist.size).toBe(7);
    expect(state.inspect().cursor).toBe('7');
    expect(service.sockets.length).toBe(1);
    await state.close();
  });

  it('[SDK8] that is cut off leaves everything as it was', async () => {
    const { environment, service } = serviceWith(3);
    const first = await openApp({ environment, service });
    first.state.watchlist.add('mine');
    await environment.advance(0);
    await first.state.close();
    const storage = await first.storage.reborn();
    service.welcomes = false;
    const { state } = await openApp({ environment, service, storage });
    const before = state.inspect();
    const welcome = { type: 'welcome', protocol: 2, userId: 'user-ada' } as const;
    service.socket.tell({
      ...welcome,
      serverTime: environment.trueMs,
      changes: [opToWire(add('new', 99))],
      resync: true,
      more: true,
    });
    await settled();
    service.socket.end();
    await settled();
    expect(state.inspect().acknowledged).toEqual(before.acknowledged);
    expect(state.inspect().cursor).toBe(before.cursor);
    // Another that is whole takes its place.
    await environment.advance(30_000);
    service.socket.tell({
      ...welcome,
      serverTime: environment.trueMs,
      changes: [opToWire(add('a', 100))],
      resync: true,
      more: true,
    });
    service.socket.tell(page([add('b', 101)], { resync: true, more: false, cursor: 'c' }));
    await settled();
    expect(shown(state).watchlist).toEqual(['a', 'b']);
    expect(state.inspect().cursor).toBe('c');
    await state.close();
    const next = await openApp({
      environment,
      service,
      storage: await storage.reborn(),
    });
    expect(shown(next.state).watchlist).toEqual(['a', 'b']);
    await next.state.close();
  });

  it('keeps the cursor behind its pages', async () => {
    const { environment, service } = serviceWith(0);
    const { state, storage } = await openApp({ environment, service });
    service.socket.tell(page([add('a', 1)], { resync: false, more: true }));
    await settled();
    expect(shown(state).watchlist).toEqual(['a']);
    expect(state.inspect().cursor).toBe('0');
    service.socket.tell(page([add('b', 2)], { resync: false, more: false, cursor: '2' }));
    await settled();
    const keys = storage.written.map(([, [key]]) => key);
    expect(keys.lastIndexOf('m')).toBeGreaterThan(keys.lastIndexOf(`t/${tagOf(2)}`));
    await state.close();
  });

  it('drops a cursor that the service does not know, and comes back without', async () => {
    const { environment, service } = serviceWith(2);
    const { state } = await openApp({ environment, service });
    service.welcomes = false;
    service.socket.end();
    await environment.advance(30_000);
    service.socket.tell({ type: 'error', code: 'invalid_cursor', message: '' });
    await settled();
    service.socket.end(4400);
    service.welcomes = true;
    await environment.advance(1_000);
    expect(service.socket.sentOf('hello')[0]).not.toHaveProperty('cursor');
    expect(state.status.get().isOnline).toBe(true);
    expect(state.watchlist.size).toBe(2);
    await state.close();
  });
});

describe('a whole state that comes in the middle of a session', () => {
  it('[SDK8] takes the place of what there was, with the outbox over it', async () => {
    const { environment, service } = serviceWith(3);
    const { state } = await openApp({ environment, service });
    service.acknowledges = false;
    state.watchlist.add('mine');
    await settled();
    service.socket.tell(page([add('a', 90)], { resync: true, more: true }));
    service.socket.tell(page([add('b', 91)], { resync: true, more: false, cursor: 'c' }));
    await settled();
    expect(shown(state).watchlist).toEqual(['a', 'b', 'mine']);
    expect(state.status.get().pending).toBe(1);
    await state.close();
  });

  it('[SDK8] does not lose what was acknowledged while it was read', async () => {
    const { environment, service } = serviceWith(1);
    const { state } = await openApp({ environment, service });
    // Its snapshot is of now; these are committed after it.
    state.watchlist.add('before its first page');
    await environment.advance(0);
    service.socket.tell(page([add('film-0', 0)], { resync: true, more: true }));
    await settled();
    state.watchlist.add('between its pages');
    await environment.advance(0);
    service.commit('ada', add('live', 77));
    service.socket.tell(page([], { resync: true, more: false, cursor: 'c' }));
    await settled();
    expect(state.status.get().pending).toBe(0);
    expect(shown(state).watchlist).toEqual(
      ['before its first page', 'between its pages', 'film-0', 'live'].sort(),
    );
    // The next one is of a later moment: what is not in it is gone.
    service.socket.tell(page([add('film-0', 0)], { resync: true, more: false, cursor: 'd' }));
    await settled();
    expect(shown(state).watchlist).toEqual(['film-0']);
    await state.close();
  });

  it('[CUR6] of a database that lost its end: what it lacks goes out again, under its tags and stamps', async () => {
    const { environment, service } = serviceWith(2);
    const { state } = await openApp({ environment, service });
    state.watchlist.add('mine');
    state.progress.set('film-0', { positionSeconds: 60, durationSeconds: 90, state: 'paused' });
    await environment.advance(0);
    service.commit('ada', add('live', 77));
    const sent = service.pushes.flatMap(({ ops }) => ops);
    service.pushes.length = 0;
    service.acknowledges = false;
    const first = { resync: true, restored: true, more: true } as const;
    service.socket.tell(page([add('film-0', 0)], first));
    service.socket.tell(page([add('new', 90)], { resync: true, more: false, cursor: 'c' }));
    await settled();
    const { deviceId: _, ...live } = opToWire(add('live', 77));
    const { deviceId: __, ...film } = opToWire(add('film-1', 1));
    const again = service.pushes.flatMap(({ ops }) => ops);
    expect(again).toHaveLength(4);
    expect(again).toEqual(expect.arrayContaining([...sent, live, film]));
    expect(shown(state).watchlist).toEqual(['film-0', 'film-1', 'live', 'mine', 'new']);
    expect(state.status.get().pending).toBe(4);
    await state.close();
  });

  it('[CUR6] let go of what is refused then, without a dead letter', async () => {
    const { environment, service } = serviceWith(2);
    const { state } = await openApp({ environment, service });
    service.answerInstead = ({ id, ops }) => ({
      type: 'ack',
      id,
      results: ops.map(() => ({ result: 'rejected', code: 'stale_op' })),
    });
    const last = { resync: true, restored: true, more: false, cursor: 'c' } as const;
    service.socket.tell(page([add('film-0', 0)], last));
    await settled();
    expect(shown(state).watchlist).toEqual(['film-0']);
    expect(state.deadLetters.list()).toEqual([]);
    expect(state.status.get().pending).toBe(0);
    await state.close();
  });

  it('[CUR6] let go of what is refused then, also after a restart', async () => {
    const { environment, service } = serviceWith(2);
    const { state, storage } = await openApp({ environment, service });
    service.acknowledges = false;
    const last = { resync: true, restored: true, more: false, cursor: '1' } as const;
    service.socket.tell(page([add('film-0', 0)], last));
    await settled();
    expect(state.status.get().pending).toBe(1);
    await state.close();
    service.answerInstead = ({ id, ops }) => ({
      type: 'ack',
      id,
      results: ops.map(() => ({ result: 'rejected', code: 'stale_op' })),
    });
    const next = await openApp({ environment, service, storage: await storage.reborn() });
    expect(next.state.deadLetters.list()).toEqual([]);
    expect(next.state.status.get().pending).toBe(0);
    await next.state.close();
  });

  it('[CUR6] take the version of a device that brought it back first', async () => {
    const { environment, service } = serviceWith(2);
    const { state } = await openApp({ environment, service });
    service.answerInstead = ({ id, ops }) => ({
      type: 'ack',
      id,
      results: ops.map(() => ({ result: 'duplicate' })),
    });
    const last = { resync: true, restored: true, more: false, cursor: 'c' } as const;
    service.socket.tell(page([add('film-0', 0)], last));
    await settled();
    const theirs: Op = { ...add('film-1', 1), deviceId: 'radio' };
    service.socket.tell(page([theirs], {}));
    await settled();
    expect(state.inspect().acknowledged).toContainEqual(theirs);
    expect(state.status.get().pending).toBe(0);
    await state.close();
  });

  it('[CUR6] keep what a clock that is behind does not take yet, and send the same again', async () => {
    const { environment, service } = serviceWith(2);
    const { state } = await openApp({ environment, service });
    service.answerInstead = ({ id, ops }) => {
      service.answerInstead = undefined;
      const results = ops.map(() => ({ result: 'rejected', code: 'clock_ahead' }) as const);
      return { type: 'ack', id, results, serverTime: environment.trueMs };
    };
    const last = { resync: true, restored: true, more: false, cursor: 'c' } as const;
    service.socket.tell(page([add('film-0', 0)], last));
    await settled();
    await environment.advance(60_000);
    const [first, second] = service.pushes.map(({ ops }) => ops);
    expect(first).toMatchObject([{ contentId: 'film-1' }]);
    expect(second).toEqual(first);
    expect(state.status.get().pending).toBe(0);
    await state.close();
  });

  it('[SDK8] that is begun anew counts from the new beginning', async () => {
    const { environment, service } = serviceWith(0);
    const { state } = await openApp({ environment, service });
    service.socket.tell(page([add('a', 1)], { resync: true, more: true }));
    service.socket.tell(page([add('b', 2)], { resync: false, more: false, cursor: 'x' }));
    service.socket.tell(page([add('c', 3)], { resync: true, more: false, cursor: 'y' }));
    await settled();
    expect(shown(state).watchlist).toEqual(['c']);
    await state.close();
  });
});

describe('tombstones', () => {
  const COLLECTION_MS = 300_000;

  function remove(contentId: string, count: number, tag = tagOf(count)): Op {
    return {
      kind: 'watchlist.remove',
      contentId,
      tags: [tag],
      timestamp: { physical: AT_MS, logical: 1_000 + count },
      deviceId: 'phone',
    };
  }

  /** The tags that a device knows to be removed. */
  function inMemory({ state }: App): string[] {
    const { acknowledged } = state.inspect();
    return acknowledged.flatMap((op) => (op.kind === 'watchlist.remove' ? op.tags : []));
  }

  /** The tags that its storage has as removed. */
  async function onDisk({ storage }: App): Promise<string[]> {
    const records = await storage.read(`${SERVICE_URL}|u|user-ada|`);
    return records.flatMap(([key, value]) =>
      key.startsWith('t/') && 'removed' in (value as object) ? [key.slice(2)] : [],
    );
  }

  it('[SDK8] go five to ten minutes after they came, from memory and from disk', async () => {
    const { environment, service } = serviceWith(3);
    const app = await openApp({ environment, service });
    await environment.advance(COLLECTION_MS / 2);
    service.commit('ada', remove('film-1', 1));
    await environment.advance(COLLECTION_MS - 1_000);
    expect([inMemory(app), await onDisk(app)]).toEqual([[tagOf(1)], [tagOf(1)]]);
    await environment.advance(COLLECTION_MS);
    expect([inMemory(app), await onDisk(app)]).toEqual([[], []]);
    expect(shown(app.state).watchlist).toEqual(['film-0', 'film-2']);
    const { storage } = app;
    await app.state.close();
    const next = await openApp({ environment, service, storage: await storage.reborn() });
    expect(shown(next.state).watchlist).toEqual(['film-0', 'film-2']);
    await next.state.close();
  });

  it('[SDK8] that a device has from an earlier start go five minutes after the welcome', async () => {
    const { environment, service } = serviceWith(2);
    const first = await openApp({ environment, service });
    service.commit('ada', remove('film-1', 1));
    await environment.advance(1_000);
    await first.state.close();
    const storage = await first.storage.reborn();
    const app = await openApp({ environment, service, storage });
    await environment.advance(COLLECTION_MS - 1_000);
    expect([inMemory(app), await onDisk(app)]).toEqual([[tagOf(1)], [tagOf(1)]]);
    await environment.advance(1_000);
    expect([inMemory(app), await onDisk(app)]).toEqual([[], []]);
    await app.state.close();
  });

  it('[SDK8] keep out an add that arrives after them', async () => {
    const { environment, service } = serviceWith(0);
    const app = await openApp({ environment, service });
    await environment.advance(1_000);
    service.commit('ada', remove('late', 9));
    await environment.advance(COLLECTION_MS - 1_000);
    service.socket.tell({ type: 'changes', ops: [opToWire(add('late', 9))] });
    await settled();
    expect(shown(app.state).watchlist).toEqual([]);
    await app.state.close();
  });

  it('[SDK8] stay while a change of their content waits', async () => {
    const { environment, service } = serviceWith(0);
    const app = await openApp({ environment, service });
    // It is stored, and its answer is lost.
    service.acknowledges = false;
    app.state.watchlist.add('mine');
    await settled();
    const [entry] = app.state.inspect().outbox;
    const tag = entry?.op.kind === 'watchlist.add' ? entry.op.tag : '';
    service.commit('ada', remove('mine', 0, tag));
    service.answerInstead = ({ id }) => ({ type: 'error', code: 'overloaded', message: '', id });
    await environment.advance(3 * COLLECTION_MS);
    expect(inMemory(app)).toEqual([tag]);
    service.acknowledges = true;
    service.answerInstead = undefined;
    await environment.advance(COLLECTION_MS / 2);
    expect(app.state.status.get().pending).toBe(0);
    expect(shown(app.state).watchlist).toEqual([]);
    await app.state.close();
  });

  it('[SDK8] do not grow with the adds and removes of a long session', async () => {
    const { environment, service } = serviceWith(0);
    const app = await openApp({ environment, service });
    for (let count = 0; count < 200; count += 1) {
      service.commit('ada', add('film', count));
      service.commit('ada', remove('film', count));
      await environment.advance(10_000);
    }
    // One each ten seconds, for ten minutes at most.
    expect(inMemory(app).length).toBeLessThanOrEqual(60);
    expect(inMemory(app).length).toBeGreaterThanOrEqual(30);
    await app.state.close();
  });

  it('[SDK8] are not in what is put over a whole state either', async () => {
    const { environment, service } = serviceWith(1);
    const app = await openApp({ environment, service });
    service.commit('ada', add('live', 77));
    service.commit('ada', remove('gone', 78));
    await environment.advance(2 * COLLECTION_MS);
    // Read before either was committed.
    service.socket.tell(page([add('film-0', 0)], { resync: true, more: false, cursor: 'c' }));
    await settled();
    expect(shown(app.state).watchlist).toEqual(['film-0', 'live']);
    expect(inMemory(app)).toEqual([]);
    await app.state.close();
  });

  it.each([true, false])(
    '[SDK8] stay while pages come, with resync %s: a removal may be later than its page',
    async (resync) => {
      const { environment, service } = serviceWith(1);
      const { state } = await openApp({ environment, service });
      service.socket.tell(page([add('film-0', 0)], { resync, more: true }));
      service.commit('ada', remove('film-0', 0));
      await environment.advance(3 * COLLECTION_MS);
      service.socket.tell(page([], { resync, more: false, cursor: 'c' }));
      // What waited behind the pages.
      service.socket.tell({ type: 'changes', ops: [opToWire(add('film-0', 0))] });
      await settled();
      expect(shown(state).watchlist).toEqual([]);
      await state.close();
    },
  );
});

describe('messages', () => {
  it('that are new in the protocol are passed over', async () => {
    const { environment, service } = serviceWith(1);
    const { state } = await openApp({ environment, service });
    service.socket.tellText('{"type":"confetti","much":true}');
    service.socket.tellText('{"type":"ack","id":"of nobody","results":[]}');
    service.socket.tellText('{"type":"commandResult","id":"of nobody","outcome":"applied"}');
    service.socket.tellText('{"type":"error","code":"new_in_2030","message":"?","id":"nobody"}');
    await settled();
    expect(state.status.get().isOnline).toBe(true);
    await state.close();
  });

  it('that are no JSON begin the connection anew', async () => {
    const { environment, service } = serviceWith(1);
    const { state } = await openApp({ environment, service });
    service.socket.tellText('{"type":');
    await environment.advance(1_000);
    expect(service.sockets.length).toBe(2);
    expect(state.status.get().isOnline).toBe(true);
    await state.close();
  });

  it('tell of devices: the whole list where this one is in it, else what changed', async () => {
    const { environment, service } = serviceWith(0);
    const { state } = await openApp({ environment, service });
    const device = (deviceId: string, more = {}): Presence['devices'][number] => ({
      deviceId,
      deviceType: 'TV',
      platform: 'test',
      appVersion: '1',
      deviceName: null,
      capabilities: {},
      lastSeen: '2026-01-01T00:00:00.000Z',
      state: 'online',
      ...more,
    });
    const tell = async (...devices: Presence['devices']) => {
      service.socket.tell({ type: 'presence', devices });
      await settled();
      return state.devices
        .list()
        .map(({ deviceId }) => deviceId)
        .sort();
    };
    expect(await tell(device('tv'), device('phone'))).toEqual(['phone', 'tv']);
    expect(await tell(device('tablet'))).toEqual(['phone', 'tablet', 'tv']);
    expect(await tell(device('phone', { state: 'removed' }))).toEqual(['tablet', 'tv']);
    expect(await tell(device('tv'))).toEqual(['tv']);
    expect(state.devices.list()[0]?.isThisDevice).toBe(true);
    await state.close();
  });

  it('come every 30 seconds from a client that has nothing to say', async () => {
    const { environment, service } = serviceWith(0);
    const { state } = await openApp({ environment, service });
    await environment.advance(95_000);
    expect(service.socket.sentOf('heartbeat').length).toBe(3);
    await state.close();
  });
});
