import { randomUUID } from 'node:crypto';
import {
  CuepointError,
  opToWire,
  type Op,
  type OpResult,
  type ORSetEntry,
  type ProgressRegister,
} from '@cuepoint/core';
import { createMaintenance, SyncPersistence, type Database } from '@cuepoint/store';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  arbitraryFullHistory,
  arbitraryHistory,
} from '../../../packages/core/src/testing/op-arbitraries.ts';
import { stableStringify } from '../../../packages/core/src/testing/stable-stringify.ts';
import { POSTGRES, type TestDatabase } from '../../../packages/store/src/testing/databases.ts';
import { MemoryStore } from './memory-database.ts';

const RUNS = 60;
const RETENTION_MS = 1_000;
const GRACE_MS = 1_000;
const PAGE_ROWS = 3;
const LOOKS_MAX = 20_000;

/** The real group commit, lanes, repository and maintenance over one of the two databases. */
function openStore(database: Database, now: () => number) {
  const persistence = new SyncPersistence(database, { now });
  const { repository } = persistence;
  const maintenance = createMaintenance(database, {
    now,
    retentionMs: RETENTION_MS,
    gcGraceMs: GRACE_MS,
  });

  return {
    persist: (userId: string, ops: readonly Op[]): Promise<OpResult[]> =>
      Promise.all(ops.map((op) => persistence.persistOp(userId, op))),

    async changes(userId: string, cursor: string | undefined) {
      const ops: string[] = [];
      let request: { cursor?: string; page?: string } = cursor === undefined ? {} : { cursor };
      for (;;) {
        const page = await repository.readChanges(userId, { ...request, limit: PAGE_ROWS });
        for (const op of page.ops) ops.push(stableStringify(opToWire(op)));
        if (page.page === undefined) {
          return { ops: ops.sort(), resync: page.resync, cursor: page.cursor };
        }
        request = { page: page.page };
      }
    },

    async stored(userId: string) {
      const [watchlist, progress] = await Promise.all([
        repository.loadWatchlist(userId),
        repository.loadProgress(userId),
      ]);
      return { entries: sortedEntries(watchlist.entries()), registers: sortedRegisters(progress) };
    },

    collectGarbage: () => maintenance.collectGarbage(),
  };
}

function sortedEntries(entries: Iterable<ORSetEntry>): ORSetEntry[] {
  return [...entries].sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

function sortedRegisters(progress: ReadonlyMap<string, ProgressRegister>) {
  return [...progress]
    .map(([contentId, { value, stamp }]) => ({ contentId, value, stamp }))
    .sort((a, b) => (a.contentId < b.contentId ? -1 : 1));
}

function inBatches(history: readonly Op[], size: number): Op[][] {
  const batches: Op[][] = [];
  for (let at = 0; at < history.length; at += size) batches.push(history.slice(at, at + size));
  return batches;
}

/** Tombstones that a transaction of another test could still see wait for a later run. [CUR2] */
async function untilNothingIsOlder(database: TestDatabase): Promise<void> {
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const [row] = await database.sql<{ is_free: boolean }>(
      `select not exists (
         select from cuepoint.user_watchlists w
         where w.changed_xid >= pg_snapshot_xmin(pg_current_snapshot())
       ) as is_free`,
    );
    if (row !== undefined && row.is_free) return;
  }
  throw new Error('another transaction stays open');
}

describe('the simulated store', () => {
  let opened: TestDatabase;
  let nowMs = Date.UTC(2026, 0, 1);
  const now = () => nowMs;

  beforeAll(async () => {
    opened = await POSTGRES.open();
  });
  afterAll(async () => {
    await opened.destroy();
  });

  test('[LWW1] [SQL1] [ORS3] [CUR1] tells and keeps what PostgreSQL does, op by op and pull by pull', async () => {
    const memory = openStore(
      new MemoryStore(now).connect({
        isAlive: () => true,
        later: queueMicrotask,
        fault: () => undefined,
      }),
      now,
    );
    const postgres = openStore(opened.database, now);
    const stores = [postgres, memory] as const;

    await fc.assert(
      fc.asyncProperty(
        arbitraryFullHistory({ withStampReuse: true, devices: 4 }),
        fc.integer({ min: 1, max: 7 }),
        async (history, size) => {
          const userId = randomUUID();
          const cursors: (string | undefined)[] = [undefined, undefined];
          for (const batch of inBatches(history, size)) {
            nowMs += 400;
            const [real, simulated] = await Promise.all(
              stores.map((store) => store.persist(userId, batch)),
            );
            expect(simulated).toEqual(real);
            const [realPull, simulatedPull] = await Promise.all(
              stores.map((store, index) => store.changes(userId, cursors[index])),
            );
            if (realPull === undefined || simulatedPull === undefined) {
              throw new CuepointError('internal', 'both stores answer');
            }
            // Transactions of other tests hold the server's xmin back: it may refuse a cursor more.
            const refusesMore = realPull.resync && !simulatedPull.resync;
            const expected = refusesMore ? simulatedPull : realPull;
            expect(simulatedPull.resync).toBe(expected.resync);
            expect(simulatedPull.ops).toEqual(expected.ops);
            cursors[0] = realPull.cursor;
            cursors[1] = simulatedPull.cursor;
          }
          const [real, simulated] = await Promise.all(stores.map((store) => store.stored(userId)));
          expect(simulated).toEqual(real);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('[CUR3] [CUR4] collects what PostgreSQL does, and refuses the same adds from then on', async () => {
    const simulatedStore = new MemoryStore(now);
    const memory = openStore(
      simulatedStore.connect({
        isAlive: () => true,
        later: queueMicrotask,
        fault: () => undefined,
      }),
      now,
    );
    await using another = await POSTGRES.open();
    const stores = [openStore(another.database, now), memory] as const;
    await fc.assert(
      fc.asyncProperty(arbitraryHistory({ devices: 4 }), async (history) => {
        const userId = randomUUID();
        await Promise.all(stores.map((store) => store.persist(userId, history)));
        await untilNothingIsOlder(another);
        for (let step = 0; step < 3; step += 1) {
          nowMs += 2 * (RETENTION_MS + GRACE_MS);
          const reports = await Promise.all(stores.map((store) => store.collectGarbage()));
          expect(reports[1]).toEqual(reports[0]);
        }
        const [real, simulated] = await Promise.all(
          stores.map(async (store) => ({
            stored: await store.stored(userId),
            // Alone: with their removes in one batch they are tombstones from the start.
            again: await store.persist(
              userId,
              history.filter(({ kind }) => kind === 'watchlist.add'),
            ),
            whole: (await store.changes(userId, undefined)).ops,
          })),
        );
        expect(simulated).toEqual(real);
      }),
      { numRuns: RUNS / 3 },
    );
  });
});
