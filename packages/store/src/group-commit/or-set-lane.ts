import {
  APPLIED,
  compareStamps,
  compareTimestamps,
  DUPLICATE,
  type Op,
  type OpResult,
  type ORSetEntry,
} from '@cuepoint/core';
import type { Lane, PendingRow, Written } from './lane.ts';
import { isOwnMark } from './own-mark.ts';
import { readStored, type StoredRead } from './read-stored.ts';

type EntryRow<Entry> = PendingRow<Entry, OpResult>;

interface UpsertResult {
  readonly written: number;
  readonly written_removed: number;
}

interface WrittenRow {
  readonly user_id: string;
  readonly is_removed: boolean;
}

interface ORSetLaneParts<
  Entry extends ORSetEntry,
  Row extends { readonly user_id: string; readonly mark?: string },
> extends Pick<
  Lane<Entry, OpResult>,
  'name' | 'order' | 'fold' | 'weigh' | 'statement' | 'valuesStatements'
> {
  /** Reads what is stored of some tags. */
  readonly read: StoredRead;
  readonly tagOf: (row: Row) => string;
  readonly toEntry: (row: Row) => Entry;
  /** Whether two adds of one tag are one: else the tag was used for another. */
  readonly isSameAdd: (a: Entry, b: Entry) => boolean;
  /** What tells another replica of an entry. */
  readonly toOp: (entry: Entry) => Op;
}

/** Adds and removals of an OR-Set, a row a tag: two adds of one content are two tags and never fold. [GC3] */
export function createORSetLane<
  Entry extends ORSetEntry,
  Row extends { readonly user_id: string; readonly mark?: string },
>({
  read,
  tagOf,
  toEntry,
  isSameAdd,
  toOp,
  ...parts
}: ORSetLaneParts<Entry, Row>): Lane<Entry, OpResult> {
  return {
    ...parts,
    debounced: false,
    isCaughtUp: true,
    hasFloor: true,

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
      const lost = lostRows(rows, written, tagOf);
      if (lost.length === 0) {
        for (const row of rows) settleRow(row, row.value, true);
        return;
      }
      const stored = await readStored<Row>(reader, read, lost, written.dialect);
      const byKey = new Map(stored.map((row) => [`${row.user_id} ${tagOf(row)}`, row]));
      const isLost = new Set(lost);
      for (const row of rows) {
        if (!isLost.has(row)) {
          settleRow(row, row.value, true);
          continue;
        }
        const found = byKey.get(`${row.userId} ${row.key}`);
        settleRow(
          row,
          found === undefined ? undefined : toEntry(found),
          isOwnMark(written, row.userId, found?.mark),
        );
      }
    },

    refuse({ submission }) {
      submission.settleRow({ result: 'rejected', code: 'change_refused' });
    },
  };

  function settleRow(row: EntryRow<Entry>, stored: Entry | undefined, written: boolean): void {
    // Of equal changes in one batch the first is the one that was applied.
    const applied = { add: !written, removal: !written };
    for (const { value, submission } of row.contributions) {
      submission.settleRow(outcomeAgainst(value, stored, applied));
    }
  }

  function outcomeAgainst(
    entry: Entry,
    stored: Entry | undefined,
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

  function supersededBy(stored: Entry): OpResult {
    return { result: 'superseded', winner: toOp(stored) };
  }
}

/** Rows that met something, or may have: nothing was written, or an add went into a tombstone. */
function lostRows<Entry extends ORSetEntry, Row extends { readonly user_id: string }>(
  rows: readonly EntryRow<Entry>[],
  { dialect, results }: Written,
  tagOf: (row: Row) => string,
): readonly EntryRow<Entry>[] {
  if (dialect.batch === 'unnest') {
    const [summary] = (results[0] ?? []) as readonly UpsertResult[];
    const removals = rows.filter((row) => row.value.removed !== null).length;
    const isAll = summary?.written === rows.length && summary.written_removed === removals;
    return isAll ? [] : rows;
  }
  const written = new Map(
    (results.flat() as readonly (WrittenRow & Row)[]).map((row) => [
      `${row.user_id} ${tagOf(row)}`,
      row.is_removed,
    ]),
  );
  return rows.filter(
    ({ userId, key, value }) => written.get(`${userId} ${key}`) !== (value.removed !== null),
  );
}

const STALE: OpResult = { result: 'rejected', code: 'stale_op' };

function applyOnce(applied: { add: boolean; removal: boolean }, part: 'add' | 'removal'): OpResult {
  if (applied[part]) return DUPLICATE;
  applied[part] = true;
  return APPLIED;
}

const RANK = { duplicate: 0, superseded: 1, applied: 2, rejected: 3 } as const;

/** The outcome of a remove from those of its tags: a refusal shows, else what changed the most. */
export function combineTagOutcomes(a: OpResult, b: OpResult): OpResult {
  return RANK[b.result] > RANK[a.result] ? b : a;
}
