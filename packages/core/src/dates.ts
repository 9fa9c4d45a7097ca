import { CuepointError } from './errors.ts';

/**
 * When something happened, as people and programs say it: an instant as RFC 3339 has it, or a day without a time.
 * [PLY2]
 */
export const DATE_PATTERN =
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}' +
  '([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$';
// Marked so that an app which reads no date has none of it.
const dateRegExp = /* @__PURE__ */ new RegExp(DATE_PATTERN);
/** Of `+00:00`. */
const ZONE_LENGTH = 6;

/**
 * The one form in which a date is stored and told: an instant in UTC with `Z`, its ms only where there are any; a day
 * stays a day.
 *
 * @returns undefined for what is no date: a day that no calendar has, a leap second, a year before 1 or past 9999.
 */
export function readDate(text: string): string | undefined {
  if (!dateRegExp.test(text)) return undefined;
  const day = text.slice(0, 10);
  if (dayMsOf(day) === undefined) return undefined;
  return text.length === day.length ? day : readInstant(text);
}

/** Whether {@link readDate} gave a day, and not an instant. */
export function isDay(date: string): boolean {
  return date.length === 10;
}

/** In ms since the epoch; of a day its first moment in UTC. @param date as {@link readDate} gives it. */
export function dateToMs(date: string): number {
  return Date.parse(isDay(date) ? `${date}T00:00:00Z` : date);
}

/** @param ms since the epoch, of an instant. */
export function msToDate(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** Undefined for a 30th of February, which `Date` takes for a day in March. */
function dayMsOf(day: string): number | undefined {
  const ms = Date.parse(`${day}T00:00:00Z`);
  const isReal = !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === day;
  return isReal && !day.startsWith('0000') ? ms : undefined;
}

/** Its day and its form have been looked at. */
function readInstant(text: string): string | undefined {
  const isUtc = /[Zz]$/.test(text);
  const zone = isUtc ? '+00:00' : text.slice(-ZONE_LENGTH);
  const [hour, minute, second] = [11, 14, 17].map((at) => Number(text.slice(at, at + 2)));
  const [zoneHour, zoneMinute] = [1, 4].map((at) => Number(zone.slice(at, at + 2)));
  if (!isWithin(hour, 23) || !isWithin(minute, 59) || !isWithin(second, 59)) return undefined;
  if (!isWithin(zoneHour, 23) || !isWithin(zoneMinute, 59)) return undefined;
  const fraction = /[.]([0-9]{1,3})/.exec(text)?.[1] ?? '0';
  const local = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`);
  const offsetMs = (zone.startsWith('-') ? -1 : 1) * (zoneHour * 60 + zoneMinute) * 60_000;
  const date = msToDate(local + Number(`${fraction}00`.slice(0, 3)) - offsetMs);
  // Past the first or the last year by its zone: the text has a sign and more digits.
  return /^(?!0000)[0-9]{4}-/.test(date) ? date : undefined;
}

function isWithin(part: number | undefined, max: number): part is number {
  return part !== undefined && part <= max;
}

/** Of a field that {@link readDate} refuses. */
export function invalidDate(field: string): CuepointError {
  return new CuepointError(
    'invalid_date',
    'A date is an instant as RFC 3339 has it, without a leap second, or a day that there is.',
    { field },
  );
}
