import { dateToMs, isDay, mergePlays, type PlayEntry } from '@cuepoint/core';
import { plainArray, textArray } from '../array-literal.ts';
import { playOfRow, playOpOfEntry, type PlayRow } from '../rows.ts';
import { createORSetLane } from './or-set-lane.ts';
import { valuesStatements } from './values-statements.ts';

/** Plays of the history and their removals, a row a play. [PLY1] */
export const playLane = createORSetLane({
  name: 'plays',
  order: 4,

  fold: mergePlays,

  weigh: ({ contentId }: PlayEntry) => 500 + 2 * contentId.length,

  statement: (rows, nowMs) => ({
    name: 'upsert-plays',
    params: [
      plainArray(rows.map((row) => row.userId)),
      plainArray(rows.map((row) => row.key)),
      textArray(rows.map((row) => contentOf(row.value))),
      plainArray(rows.map((row) => watchedAtOf(row.value))),
      plainArray(rows.map((row) => precisionOf(row.value))),
      textArray(rows.map((row) => row.value.source ?? null)),
      plainArray(rows.map((row) => row.value.added?.timestamp.physical ?? null)),
      plainArray(rows.map((row) => row.value.added?.timestamp.logical ?? null)),
      plainArray(rows.map((row) => row.value.added?.claim?.physical ?? null)),
      plainArray(rows.map((row) => row.value.added?.claim?.logical ?? null)),
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
      'upsert-plays-values',
      rows.map(({ userId, key, value: play }) => [
        userId,
        key,
        contentOf(play),
        watchedAtOf(play),
        precisionOf(play),
        play.source ?? null,
        play.added?.timestamp.physical ?? null,
        play.added?.timestamp.logical ?? null,
        play.added?.claim?.physical ?? null,
        play.added?.claim?.logical ?? null,
        play.added?.deviceId ?? null,
        play.removed !== null,
        at,
        play.removed === null ? null : at,
        play.removed?.deviceId ?? null,
        play.removed?.timestamp.physical ?? null,
        play.removed?.timestamp.logical ?? null,
        markOf(userId),
      ]),
    );
  },

  read: 'read-plays',
  tagOf: (row: PlayRow & { readonly user_id: string; readonly mark?: string }) => row.play_id,
  toEntry: playOfRow,
  toOp: playOpOfEntry,
  // The id says what it is of: whoever adds it again, whenever, tells of the same play. [PLY1]
  isSameAdd: (a, b) => a.contentId === b.contentId,
});

/** Nobody knows the content of a play of which only a removal has arrived. */
function contentOf({ added, contentId }: PlayEntry): string | null {
  return added === null ? null : contentId;
}

function watchedAtOf({ watchedAt }: PlayEntry): string | null {
  return watchedAt === undefined ? null : new Date(dateToMs(watchedAt)).toISOString();
}

function precisionOf({ watchedAt }: PlayEntry): 'day' | 'instant' | null {
  if (watchedAt === undefined) return null;
  return isDay(watchedAt) ? 'day' : 'instant';
}
