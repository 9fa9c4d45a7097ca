import { isDay, dateToMs, msToDate, readDate } from '@cuepoint/core';

/** When something was watched, as a client says it. */
export type WatchedAt =
  | { readonly kind: 'now' | 'unknown' | 'released' }
  | { readonly kind: 'at'; readonly date: string };

const WITH_SPACE = /^(\d{4}-\d{2}-\d{2}) (\d)/;
const WITHOUT_ZONE = /T\d{2}:\d{2}:\d{2}(?:[.]\d{1,9})?$/;
/** The first day of the epoch is what programs write for no date. */
const NO_DATE = '1970-01-01';

/**
 * A client that says nothing means now; one that says what is no date does not know when. Dates come with up to nine digits of
 * a second, a space for the `T`, an offset, or no zone at all, which is UTC. [PLY2]
 */
export function readWatchedAt(value: unknown, nowMs: number): WatchedAt {
  if (value === undefined || value === null) return { kind: 'now' };
  if (value === 'released') return { kind: 'released' };
  if (typeof value !== 'string') return { kind: 'unknown' };
  const text = value.trim().replace(WITH_SPACE, '$1T$2');
  const date = readDate(WITHOUT_ZONE.test(text) ? `${text}Z` : text);
  if (date === undefined || date.startsWith(NO_DATE)) return { kind: 'unknown' };
  if (isDay(date) || dateToMs(date) <= nowMs) return { kind: 'at', date };
  // A clock that is ahead: nothing was watched that is still to come.
  return { kind: 'at', date: msToDate(Math.floor(nowMs)) };
}
