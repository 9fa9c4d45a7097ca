import {
  APPLIED,
  compareStamps,
  DUPLICATE,
  mergeEntries,
  type OpResult,
  type ORSetEntry,
} from '@cuepoint/core';
import { plainArray, textArray } from '../array-literal.ts';
import { entryOfRow, watchlistOpOfEntry, type TagRow } from '../rows.ts';
import type { Lane, PendingRow } from './lane.ts';

type WatchlistRow = PendingRow<ORSetEntry, OpResult>;

interface UpsertResult {
  readonly written: number;
  readonly written_removed: number;
  readonly xid: string | null;
}

type StoredTag = TagRow & { readonly user_id: string; readonly xid: string };

/** Adds and removals, a row a tag: two adds of one content are two tags and never fold. [GC3] */
export const watchlistLane: Lane<ORSetEntry, OpResult> = {
  name: 'watchlist',
  order: 2,
  debounced: false,

  // A removal wins and the add's fields stay. [GC3]
  fold: mergeEntries,

  weigh: ({ contentId }) => 400 + 2 * contentId.length,

  statement: (rows, nowMs) => ({
    name: 'upsert-watchlist',
    params: [
      plainArray(rows.map((row) => row.userId)),
      textArray(rows.map((row) => row.value.contentId)),
      textArray(rows.map((row) => row.value.tag)),
      plainArray(rows.map((row) => row.value.added?.timestamp.physical ?? null)),
      plainArray(rows.map((row) => row.value.added?.timestamp.logical ?? null)),
      plainArray(rows.map((row) => row.value.added?.deviceId ?? null)),
      plainArray(rows.map((row) => row.value.removed?.deviceId ?? null)),
      plainArray(rows.map((row) => row.value.removed?.timestamp.physical ?? null)),
      plainArray(rows.map((row) => row.value.removed?.timestamp.logical ?? null)),
      new Date(nowMs),
    ],
  }),

  async settle(rows, result, reader) {
    const [{ written, written_removed, xid } = { written: 0, written_removed: 0, xid: null }] =
      result as UpsertResult[];
    const removals = rows.filter((row) => row.value.removed !== null).length;
    // Every row was written, and no add met a tombstone.
    if (written === rows.length && written_removed === removals) {
      for (const row of rows) settleRow(row, row.value, true);
      return;
    }
    const { rows: stored } = await reader.query<StoredTag>('read-tags', [
      plainArray(rows.map((row) => row.userId)),
      textArray(rows.map((row) => row.key)),
    ]);
    const byKey = new Map(stored.map((row) => [`${row.user_id} ${row.unique_tag}`, row]));
    for (const row of rows) {
      const found = byKey.get(`${row.userId} ${row.key}`);
      settleRow(
        row,
        found === undefined ? undefined : entryOfRow(found),
        xid !== null && found?.xid === xid,
      );
    }
  },

  refuse({ submission }) {
    submission.settleRow({ result: 'rejected', code: 'change_refused' });
  },
};

function settleRow(row: WatchlistRow, stored: ORSetEntry | undefined, written: boolean): void {
  // Of equal changes in one batch the first is the one that was applied.
  const applied = { add: !written, removal: !written };
  for (const { value, submission } of row.contributions) {
    submission.settleRow(outcomeAgainst(value, stored, applied));
  }
}

function outcomeAgainst(
  entry: ORSetEntry,
  stored: ORSetEntry | undefined,
  applied: { add: boolean; removal: boolean },
): OpResult {
  // Sent and yet not there: a floor is in force for its stamp. [CUR4]
  if (stored === undefined) return STALE;
  if (entry.added !== null && stored.added !== null && !isSameAdd(entry, stored)) {
    return { result: 'rejected', code: 'tag_reused' };
  }
  if (entry.removed === null) {
    return stored.removed === null ? applyOnce(applied, 'add') : supersededBy(stored);
  }
  if (stored.removed === null) return STALE;
  const order = compareStamps(entry.removed, stored.removed);
  if (order > 0) return supersededBy(stored);
  return order === 0 ? applyOnce(applied, 'removal') : STALE;
}

function isSameAdd(a: ORSetEntry, b: ORSetEntry): boolean {
  return (
    a.contentId === b.contentId &&
    a.added !== null &&
    b.added !== null &&
    compareStamps(a.added, b.added) === 0
  );
}

const STALE: OpResult = { result: 'rejected', code: 'stale_op' };

function applyOnce(applied: { add: boolean; removal: boolean }, part: 'add' | 'removal'): OpResult {
  if (applied[part]) return DUPLICATE;
  applied[part] = true;
  return APPLIED;
}

function supersededBy(stored: ORSetEntry): OpResult {
  return { result: 'superseded', winner: watchlistOpOfEntry(stored) };
}

const RANK = { duplicate: 0, superseded: 1, applied: 2, rejected: 3 } as const;

/** The outcome of a remove from those of its tags: a refusal shows, else what changed the most. */
export function combineTagOutcomes(a: OpResult, b: OpResult): OpResult {
  return RANK[b.result] > RANK[a.result] ? b : a;
}
