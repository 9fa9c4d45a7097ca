import { dateToMs } from '@cuepoint/core';

/** What stands for a time that nobody knows: importers of this data take the first of the epoch for none. */
export const UNKNOWN_DATE = '1970-01-01T00:00:00.000Z';

/** The end of the year 9999: a stamp is of its writer's clock, which may be any. */
const LAST_MS = 253_402_300_799_999;

/** In ms since the epoch; the one form that every client reads. */
export function msToAnswer(ms: number): string {
  return Number.isFinite(ms)
    ? new Date(Math.min(Math.max(ms, 0), LAST_MS)).toISOString()
    : UNKNOWN_DATE;
}

/** @param date as `readDate` gives it: a day is its first moment. Undefined where nobody knows. */
export function dateToAnswer(date: string | undefined): string {
  return date === undefined ? UNKNOWN_DATE : msToAnswer(dateToMs(date));
}
