import { compareStamps, mergeEntries } from '@cuepoint/core';
import { plainArray, textArray } from '../array-literal.ts';
import { entryOfRow, watchlistOpOfEntry, type TagRow } from '../rows.ts';
import { createORSetLane } from './or-set-lane.ts';
import { valuesStatements } from './values-statements.ts';

/** Adds to the watchlist and removals. */
export const watchlistLane = createORSetLane({
  name: 'watchlist',
  order: 2,

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

  read: 'read-tags',
  tagOf: (row: TagRow & { readonly user_id: string; readonly mark?: string }) => row.unique_tag,
  toEntry: entryOfRow,
  toOp: watchlistOpOfEntry,
  isSameAdd: (a, b) =>
    a.contentId === b.contentId &&
    a.added !== null &&
    b.added !== null &&
    compareStamps(a.added, b.added) === 0,
});
