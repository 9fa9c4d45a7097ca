import { randomUUID } from 'node:crypto';
import {
  compareStamps,
  createProgressRegister,
  ORSet,
  stampOf,
  type Op,
  type OpResult,
  type ORSetEntry,
  type ProgressOp,
  type ProgressRegister,
  type WatchlistOp,
} from '@cuepoint/core';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arbitraryHistory } from '../../core/src/testing/op-arbitraries.ts';
import { createBatchWriter } from './group-commit/batch-writer.ts';
import type { AnyRow, Lane } from './group-commit/lane.ts';
import { createProgressLane, passiveKeyOf } from './group-commit/progress-lane.ts';
import { Submission } from './group-commit/submission.ts';
import { combineTagOutcomes } from './group-commit/or-set-lane.ts';
import { watchlistLane } from './group-commit/watchlist-lane.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { entriesOfOp, positionOfOp } from './rows.ts';
import {
  COUNTED_POSTGRES,
  DISTRIBUTED_POSTGRES,
  LISTED_POSTGRES,
  PGLITE,
  POSTGRES,
  type TestDatabase,
} from './testing/databases.ts';
import { writeBatch } from './testing/write-batch.ts';

const progressLane = createProgressLane({ passive: false });
const passiveLane = createProgressLane({ passive: true });

function isWatchlistOp(op: Op): op is WatchlistOp {
  return op.kind === 'watchlist.add' || op.kind === 'watchlist.remove';
}

/** The fold of the core: what a device holds in memory. */
function createMemory() {
  const watchlist = new ORSet();
  const progress = new Map<string, ProgressRegister>();
  return {
    watchlist,
    progress,
    apply(op: WatchedOp): void {
      if (isWatchlistOp(op)) {
        for (const entry of entriesOfOp(op)) watchlist.apply(entry);
        return;
      }
      const register = progress.get(op.contentId);
      if (register !== undefined) register.write(positionOfOp(op), stampOf(op));
      else progress.set(op.contentId, createProgressRegister(positionOfOp(op), stampOf(op)));
    },
  };
}

function shown(watchlist: ORSet, progress: ReadonlyMap<string, ProgressRegister>) {
  return {
    entries: [...watchlist.entries()].toSorted((a, b) => (a.tag < b.tag ? -1 : 1)),
    registers: [...progress]
      .map(([contentId, { value, stamp }]) => ({ contentId, value, stamp }))
      .toSorted((a, b) => (a.contentId < b.contentId ? -1 : 1)),
  };
}

type WatchedOp = WatchlistOp | ProgressOp;

function write(
  repository: PostgresSyncRepository,
  userId: string,
  op: WatchedOp,
): Promise<OpResult> {
  switch (op.kind) {
    case 'watchlist.add':
      return repository.addWatchlistItem(userId, op);
    case 'watchlist.remove':
      return repository.removeWatchlistItem(userId, op);
    case 'progress.set':
      return repository.saveProgress(userId, op);
    case 'progress.clear':
      return repository.deleteProgress(userId, op);
  }
}

/** Rows of one batch, folded by key as group commit folds them, with the promise of each op. */
function batchOf(
  userId: string,
  ops: readonly WatchedOp[],
  isReport: (op: WatchedOp) => boolean = () => false,
) {
  const rows = new Map<string, AnyRow>();
  function place<Value>(
    lane: Lane<Value, OpResult>,
    key: string,
    value: Value,
    submission: Submission<OpResult>,
  ): void {
    const id = `${lane.name} ${key}`;
    const row = rows.get(id);
    if (row === undefined) {
      const contributions = [{ value, submission }];
      rows.set(id, { lane, userId, key, value, contributions, bytes: 0, firstAtMs: 0 });
      return;
    }
    row.value = lane.fold(row.value as Value, value);
    row.contributions.push({ value, submission });
  }
  const outcomes = ops.map((op) => {
    if (!isWatchlistOp(op)) {
      const submission = new Submission<OpResult>(0);
      if (isReport(op)) place<ProgressOp>(passiveLane, passiveKeyOf(op), op, submission);
      else place<ProgressOp>(progressLane, op.contentId, op, submission);
      return submission.promise;
    }
    const entries = entriesOfOp(op);
    const submission = new Submission<OpResult>(0, entries.length, combineTagOutcomes);
    for (const entry of entries) {
      place<ORSetEntry>(watchlistLane, entry.tag, entry, submission);
    }
    return submission.promise;
  });
  return { rows: [...rows.values()], outcomes };
}

/** What a batch of timer reports does: each register takes those of one device, the stored one's. */
function applyReports(
  memory: ReturnType<typeof createMemory>,
  reports: readonly ProgressOp[],
): void {
  for (const report of reports.toSorted((a, b) => compareStamps(b, a))) {
    const stored = memory.progress.get(report.contentId);
    const isContinued = stored?.value != null && stored.stamp.deviceId === report.deviceId;
    if (stored === undefined || isContinued) memory.apply(report);
  }
}

function batchesOf(ops: readonly WatchedOp[], sizes: readonly number[]): WatchedOp[][] {
  const batches: WatchedOp[][] = [];
  for (let start = 0, index = 0; start < ops.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    batches.push(ops.slice(start, start + size));
    start += size;
  }
  return batches;
}

const DATABASES = [PGLITE, POSTGRES, COUNTED_POSTGRES, LISTED_POSTGRES, DISTRIBUTED_POSTGRES];

describe.each(DATABASES)('memory and SQL on $name', (kind) => {
  const { open } = kind;
  const numRuns = kind === POSTGRES ? 80 : 25;
  let opened: TestDatabase;
  let repository: PostgresSyncRepository;

  beforeAll(async () => {
    opened = await open();
    repository = new PostgresSyncRepository(opened.database);
  });
  afterAll(async () => {
    await opened.destroy();
  });

  async function stored(userId: string) {
    return shown(await repository.loadWatchlist(userId), await repository.loadProgress(userId));
  }

  test('[CLM1] [LWW1] [ORS5] [SQL1] ops one by one, late, early and repeated, give the state of memory', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory(), async (ops) => {
        const userId = randomUUID();
        const memory = createMemory();
        for (const op of ops) {
          memory.apply(op);
          const outcome = await write(repository, userId, op);
          expect(['applied', 'duplicate', 'superseded']).toContain(outcome.result);
        }
        expect(await stored(userId)).toEqual(shown(memory.watchlist, memory.progress));
      }),
      { numRuns },
    );
  });

  test('[CLM1] [LWW1] [ORS5] [GC3] batches of every size, in two orders, give the state of memory', async () => {
    const writer = createBatchWriter(opened.database, () => Date.UTC(2026, 0, 1));
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(arbitraryHistory(), sizes, async (ops, batchSizes) => {
        const memory = createMemory();
        for (const op of ops) memory.apply(op);
        for (const delivery of [ops, ops.toReversed()]) {
          const userId = randomUUID();
          for (const batch of batchesOf(delivery, batchSizes)) {
            const { rows, outcomes } = batchOf(userId, batch);
            await writeBatch(writer, rows);
            for (const outcome of await Promise.all(outcomes)) {
              expect(['applied', 'duplicate', 'superseded']).toContain(outcome.result);
            }
          }
          expect(await stored(userId)).toEqual(shown(memory.watchlist, memory.progress));
          // Everything again: nothing changes, and nobody is told that it was applied.
          const again = batchOf(userId, delivery);
          await writeBatch(writer, again.rows);
          for (const outcome of await Promise.all(again.outcomes)) {
            expect(['duplicate', 'superseded']).toContain(outcome.result);
          }
          expect(await stored(userId)).toEqual(shown(memory.watchlist, memory.progress));
        }
      }),
      { numRuns },
    );
  });

  test('[CLM1] [LWW1] [GC3] timer reports among other writes give the state of memory', async () => {
    const writer = createBatchWriter(opened.database, () => Date.UTC(2026, 0, 1));
    const sizes = fc.array(fc.integer({ min: 2, max: 12 }), { minLength: 1, maxLength: 4 });
    const reporters = fc.array(fc.boolean(), { minLength: 1, maxLength: 7 });
    const ofProgress = arbitraryHistory({ devices: 2, contents: 1 }).map((ops) =>
      ops.filter((op): op is ProgressOp => !isWatchlistOp(op)),
    );
    await fc.assert(
      fc.asyncProperty(ofProgress, sizes, reporters, async (ops, batchSizes, flags) => {
        const userId = randomUUID();
        const memory = createMemory();
        const reports = new Set<Op>(ops.filter((_, index) => flags[index % flags.length]));
        const isReport = (op: Op) => reports.has(op);
        for (const batch of batchesOf(ops, batchSizes) as ProgressOp[][]) {
          for (const op of batch) if (!isReport(op)) memory.apply(op);
          applyReports(memory, batch.filter(isReport));
          const { rows, outcomes } = batchOf(userId, batch, isReport);
          await writeBatch(writer, rows);
          for (const outcome of await Promise.all(outcomes)) {
            expect(['applied', 'duplicate', 'superseded']).toContain(outcome.result);
          }
          // After each batch: a later report hides which one an earlier batch took.
          expect(await stored(userId)).toEqual(shown(memory.watchlist, memory.progress));
        }
      }),
      { numRuns },
    );
  });

  test('[LWW3] a stamp used twice is told, and the outcome is that of memory', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory({ withStampReuse: true }), async (ops) => {
        const userId = randomUUID();
        const memory = createMemory();
        for (const op of ops) {
          const register = memory.progress.get(op.contentId);
          const met =
            isWatchlistOp(op) || register === undefined
              ? undefined
              : createProgressRegister(register.value, register.stamp).write(positionOfOp(op), op);
          memory.apply(op);
          const outcome = await write(repository, userId, op);
          if (met === undefined) continue;
          const reused = { result: 'rejected', code: 'stamp_reused' };
          expect(outcome).toMatchObject(met === 'conflict' ? reused : { result: met });
        }
        expect(await stored(userId)).toEqual(shown(memory.watchlist, memory.progress));
      }),
      { numRuns: Math.floor(numRuns / 2) },
    );
  });

  test('[CUR1] a replica that only pulls, page by page, ends with the state of the store', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory(), fc.integer({ min: 1, max: 7 }), async (ops, limit) => {
        const userId = randomUUID();
        const replica = createMemory();
        let cursor: string | undefined;
        for (const batch of batchesOf(ops, [5])) {
          for (const op of batch) await write(repository, userId, op);
          let request: { cursor?: string; page?: string } = cursor === undefined ? {} : { cursor };
          for (;;) {
            const page = await repository.readChanges(userId, { ...request, limit });
            for (const op of page.ops) replica.apply(op as WatchedOp);
            cursor = page.cursor;
            if (page.page === undefined) break;
            request = { page: page.page };
          }
        }
        const watchlist = await repository.loadWatchlist(userId);
        expect([...replica.watchlist.contentIds()].toSorted()).toEqual(
          [...watchlist.contentIds()].toSorted(),
        );
        for (const contentId of watchlist.contentIds()) {
          expect(replica.watchlist.liveTags(contentId).toSorted()).toEqual(
            watchlist.liveTags(contentId).toSorted(),
          );
        }
        const { registers } = await stored(userId);
        expect(shown(new ORSet(), replica.progress).registers).toEqual(registers);
      }),
      { numRuns: Math.floor(numRuns / 2) },
    );
  });
});
