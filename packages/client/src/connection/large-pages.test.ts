import { opToWire, type Changes, type Op } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { FakeEnvironment, settled } from '../testing/fake-environment.ts';
import { FakeService } from '../testing/fake-service.ts';
import { openApp, shown } from '../testing/open-app.ts';

function add(contentId: string, count: number): Op {
  return {
    kind: 'watchlist.add',
    contentId,
    tag: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
    timestamp: { physical: Date.UTC(2026, 4, 1), logical: count },
    deviceId: 'phone',
  };
}

function rowsOf(films: number): Op[] {
  return Array.from({ length: films }, (_, count) => add(`film-${count}`, count));
}

function page(ops: readonly Op[], rest: Omit<Changes, 'type' | 'ops'>): Changes {
  return { type: 'changes', ops: ops.map(opToWire), ...rest };
}

/** A device whose turns end when a test says so. */
async function setup({ films = 0, pageSize = 2_000, isWelcomed = true } = {}) {
  const environment = new FakeEnvironment();
  const turns: (() => void)[] = [];
  environment.nextTurn = (callback) => void turns.push(callback);
  const service = new FakeService(() => environment.trueMs);
  service.pageSize = pageSize;
  service.welcomes = isWelcomed;
  for (const op of rowsOf(films)) service.storeOf('ada').commit(op, environment.trueMs);
  const app = await openApp({ environment, service });
  const turn = async () => {
    turns.shift()?.();
    await settled();
  };
  return { ...app, turns, turn };
}

const RESYNC = { resync: true, more: false, cursor: 'c' } as const;

describe('the rows of a first sync', () => {
  it.each([2_000, 300, 500])(
    '[SDK1] [SDK8] show as they come, %i a page, and so many a turn at most',
    async (pageSize) => {
      const { state, turns, turn } = await setup({ films: 1_700, pageSize });
      for (const shownNow of [500, 1_000, 1_500]) {
        expect(state.watchlist.size).toBe(shownNow);
        expect(state.status.get().connection).toBe('connecting');
        expect(state.inspect().cursor).toBeUndefined();
        expect(turns.length).toBe(1);
        // What a person does meanwhile is there, and goes out after.
        state.watchlist.add(`own-${shownNow}`);
        expect(state.watchlist.has(`own-${shownNow}`)).toBe(true);
        state.watchlist.remove(`own-${shownNow}`);
        await turn();
      }
      expect(state.watchlist.size).toBe(1_700);
      expect(state.status.get().connection).toBe('online');
      expect(state.inspect().cursor).toBe('1700');
      expect(turns).toEqual([]);
      await state.close();
    },
  );

  it('[SDK8] are on the disk without a cursor until the last', async () => {
    const { state, storage, environment, service, turns, turn } = await setup({ films: 1_200 });
    await state.whenStored();
    const half = await storage.reborn();
    await state.close();
    service.isReachable = false;
    const next = await openApp({ environment, service, storage: half });
    expect(next.state.watchlist.size).toBe(500);
    expect(next.state.inspect().cursor).toBeUndefined();
    // The rest comes, and what was taken off meanwhile goes.
    const { log } = service.storeOf('ada');
    log.splice(0, 100);
    service.isReachable = true;
    next.state.reconnect();
    await settled();
    while (turns.length > 0) await turn();
    expect(next.state.status.get().connection).toBe('online');
    expect(next.state.watchlist.size).toBe(1_100);
    await next.state.close();
    const last = await openApp({ environment, service, storage: await half.reborn() });
    expect(last.state.watchlist.size).toBe(1_100);
    await last.state.close();
  });

  it('[SDK8] keep their order with what the service tells meanwhile', async () => {
    const { state, service, turn } = await setup({ films: 600 });
    service.commit('ada', {
      kind: 'watchlist.remove',
      contentId: 'film-599',
      tags: ['00000000-0000-4000-8000-000000000599'],
      timestamp: { physical: Date.UTC(2026, 4, 2), logical: 0 },
      deviceId: 'phone',
    });
    await settled();
    expect(state.watchlist.size).toBe(500);
    await turn();
    expect(state.watchlist.size).toBe(599);
    expect(state.watchlist.has('film-599')).toBe(false);
    await state.close();
  });

  it('[SDK8] that are left of a connection that ended are not taken in', async () => {
    const { state, service, environment, turns, turn } = await setup({ films: 600 });
    service.socket.end();
    await environment.advance(0);
    await turn();
    expect(state.watchlist.size).toBe(500);
    service.storeOf('ada').log.pop();
    await environment.advance(30_000);
    while (turns.length > 0) await turn();
    expect(state.watchlist.size).toBe(599);
    expect(state.status.get().connection).toBe('online');
    await state.close();
  });

  it('[SDK5] that cannot be read begin a new connection, in whichever turn they are met', async () => {
    const { state, service, environment, turn } = await setup({ isWelcomed: false });
    service.socket.tell({
      type: 'welcome',
      protocol: 2,
      userId: 'user-ada',
      serverTime: environment.trueMs,
      changes: [...rowsOf(600).map(opToWire), { kind: 'watchlist.add' } as never],
      ...RESYNC,
    });
    await settled();
    await turn();
    expect(state.status.get().connection).toBe('waiting');
    await state.close();
  });

  it('[SDK5] may take their time: an attempt that comes on is not given up', async () => {
    const { state, service, environment, turn } = await setup({ films: 1_700 });
    for (let turns = 0; turns < 3; turns += 1) {
      await environment.advance(14_000);
      await turn();
    }
    expect(state.status.get().connection).toBe('online');
    expect(service.sockets.length).toBe(1);
    await state.close();
  });
});

it('[SDK8] what was missed has its cursor with its last row', async () => {
  const { state, service, turn } = await setup({ films: 3 });
  service.socket.tell(page(rowsOf(700), { more: false, cursor: 'later' }));
  await settled();
  expect(state.watchlist.size).toBe(500);
  expect(state.inspect().cursor).toBe('3');
  await turn();
  expect(state.watchlist.size).toBe(700);
  expect(state.inspect().cursor).toBe('later');
  await state.close();
});

describe('a whole state in the place of another', () => {
  it('[SDK8] shows with its last row, however many turns it takes', async () => {
    const { state, service, storage, turn } = await setup({ films: 3 });
    service.socket.tell(page([add('film-0', 0), ...rowsOf(1_300).slice(100)], RESYNC));
    await settled();
    for (let turns = 0; turns < 2; turns += 1) {
      expect(shown(state).watchlist).toEqual(['film-0', 'film-1', 'film-2']);
      await turn();
    }
    expect(state.watchlist.size).toBe(1_201);
    expect(state.watchlist.has('film-1')).toBe(false);
    await state.whenStored();
    // What both have is not written again: the meta, the new rows, the removed ones, the meta.
    const written = storage.written.slice(-1_204);
    expect(written.filter(([, [key]]) => key === 'm').length).toBe(2);
    expect(written.filter(([, [, value]]) => value === undefined).length).toBe(2);
    expect(written.some(([, [key]]) => key.endsWith('000000000000'))).toBe(false);
    await state.close();
  });
});
