import {
  APPLIED,
  compareStamps,
  compareTimestamps,
  DUPLICATE,
  mergeEntries,
  type OpResult,
  type ORSetEntry,
} from '@cuepoint/core';
import { plainArray, textArray } from '../array-literal.ts';
import { entryOfRow, watchlistOpOfEntry, type TagRow } from '../rows.ts';
import type { Lane, PendingRow, Written } from './lane.ts';
import { isOwnMark } from './own-mark.ts';
import { readStored } from './read-stored.ts';
import { valuesStatements } from './values-statements.ts';

type WatchlistRow = PendingRow<ORSetEntry, OpResult>;

interface UpsertResult {
  readonly written: number;
  readonly written_removed: number;
}

interface WrittenRow {
  readonly user_id: string;
  readonly unique_tag: string;
  readonly is_removed: boolean;
}

type StoredTag = TagRow & { readonly user_id: string; readonly mark?: string };

/** Adds and removals, a row a tag: two adds of one content are two tags and never fold. [GC3] */
export const watchlistLane: Lane<ORSetEntry, OpResult> = {
  name: 'watchlist',
  order: 2,
  debounced: false,
  isCaughtUp: true,
  hasFloor: true,

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

  valuesStatements(rows, nowMs, markOf) {
    const at = new Date(nowMs);
    return valuesStatements(
      'upsert-watchlist-values',
      rows.map(({ userId, value: { contentId, tag, added, removed } }) => [
        userId,
        contentId,
        tag,
        added?.timestamp.physical ?? null,
        added?.timestamp.logical ?? null,
        added?.deviceId ?? null,
        removed !== null,
        at,
        removed === null ? null : at,
        removed?.deviceId ?? null,
        removed?.timestamp.physical ?? null,
        removed?.timestamp.logical ?? null,
        markOf(userId),
      ]),
    );
  },

  isRefused({ added, removed }, { erasedPhysical, collected }) {
    const isAddAtFloor =
      added !== null &&
      removed === null &&
      collected !== undefined &&
      compareTimestamps(added.timestamp, collected) <= 0;
    const newest = Math.max(added?.timestamp.physical ?? 0, removed?.timestamp.physical ?? 0);
    return isAddAtFloor || (erasedPhysical !== undefined && newest <= erasedPhysical);
  },

  async settle(rows, written, reader) {
    const lost = lostRows(rows, written);
    if (lost.length === 0) {
      for (const row of rows) settleRow(row, row.value, true);
      return;
    }
    const stored = await readStored<StoredTag>(reader, 'read-tags', lost, written.dialect);
    const byKey = new Map(stored.map((row) => [`${row.user_id} ${row.unique_tag}`, row]));
    const isLost = new Set(lost);
    for (const row of rows) {
      if (!isLost.has(row)) {
        settleRow(row, row.value, true);
        continue;
      }
      const found = byKey.get(`${row.userId} ${row.key}`);
      settleRow(
        row,
        found === undefined ? undefined : entryOfRow(found),
        isOwnMark(written, row.userId, found?.mark),
      );
    }
  },

  refuse({ submission }) {
    submission.settleRow({ result: 'rejected', code: 'change_refused' });
  },
};

/** Rows that met something, or may have: nothing was written, or an add went into a tombstone. */
function lostRows(
  rows: readonly WatchlistRow[],
  { dialect, results }: Written,
): readonly WatchlistRow[] {
  if (dialect.batch === 'unnest') {
    const [summary] = (results[0] ?? []) as readonly UpsertResult[];
    const removals = rows.filter((row) => row.value.removed !== null).length;
    const isAll = summary?.written === rows.length && summary.written_removed === removals;
    return isAll ? [] : rows;
  }
  const written = new Map(
    (results.flat() as readonly WrittenRow[]).map((row) => [
      `${row.user_id} ${row.unique_tag}`,
      row.is_removed,
    ]),
  );
  return rows.filter(
    ({ userId, key, value }) => written.get(`${userId} ${key}`) !== (value.removed !== null),
  );
}

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
