import { UNKNOWN, type When } from './record.ts';

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|UTC|[+-]\d{2}:?\d{2})?$/i;
const YEAR_MIN = 1;
const YEAR_MAX = 9_999;

const DAY_MS = 86_400_000;

/** The first day of the epoch is what programs write for "no date": its midnight, or the second after it. */
const isNoDate = (ms: number) => ms >= 0 && ms < DAY_MS;

interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  readonly ms?: number;
}

/** The UTC milliseconds of a wall clock that reads UTC; undefined for what no calendar has, like 30 February. */
function utcMs({ year, month, day, hour = 0, minute = 0, second = 0, ms = 0 }: Wall) {
  if (year < YEAR_MIN || year > YEAR_MAX || hour > 23 || minute > 59 || second > 59) {
    return undefined;
  }
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, ms);
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? date.getTime() : undefined;
}

const padded = (value: number, length: number) => String(value).padStart(length, '0');

/** @returns undefined for a day that no calendar has; the first of the epoch is an unknown date. */
export function dayOf(year: number, month: number, day: number): When | undefined {
  const ms = utcMs({ year, month, day });
  if (ms === undefined) return undefined;
  if (isNoDate(ms)) return UNKNOWN;
  return { precision: 'day', day: `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}` };
}

/** @param ms since the epoch, whose first day is an unknown date. */
export function instantOf(ms: number): When | undefined {
  if (isNoDate(ms)) return UNKNOWN;
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return undefined;
  const year = date.getUTCFullYear();
  if (year < YEAR_MIN || year > YEAR_MAX) return undefined;
  return { precision: 'instant', at: date.toISOString().replace('.000Z', 'Z') };
}

/** Seconds since the epoch, as text or number. */
export function unixSeconds(value: string | number): When | undefined {
  const seconds = typeof value === 'number' ? value : Number(value.trim() || Number.NaN);
  return Number.isFinite(seconds) ? instantOf(Math.round(seconds * 1_000)) : undefined;
}

/** `YYYY-MM-DD`; empty is unknown. */
export function plainDay(text: string): When | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return UNKNOWN;
  const [, year, month, date] = DAY.exec(trimmed) ?? [];
  return year === undefined ? undefined : dayOf(Number(year), Number(month), Number(date));
}

/** What a clock without a zone is taken for. */
export type Zoneless = 'utc' | 'day' | { readonly zone: string } | undefined;

/**
 * A day, or a date with a time and 0 to 9 digits of a fraction (cut to milliseconds); empty is unknown.
 *
 * @param zoneless what a time without `Z` or offset is: UTC where the source says so, a day where only the date can be
 * trusted, a time of a zone that the person picked, or, left out, nothing that can be read. It is never shifted by the
 * zone of this machine. [IMP1]
 * @returns undefined for what is no date.
 */
export function moment(text: string, zoneless: Zoneless): When | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || DAY.test(trimmed)) return plainDay(trimmed);
  const match = INSTANT.exec(trimmed);
  if (match === null) return undefined;
  const [, year, month, date, hour, minute, second = '0', fraction = '', offset] = match;
  const wall: Wall = {
    year: Number(year),
    month: Number(month),
    day: Number(date),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    ms: Number(fraction.slice(0, 3).padEnd(3, '0')),
  };
  return wallMoment(wall, offset, zoneless);
}

/** The same for a wall clock that was read in another form. */
export function wallMoment(
  wall: Wall,
  offset: string | undefined,
  zoneless: Zoneless,
): When | undefined {
  const ms = utcMs(wall);
  if (ms === undefined) return undefined;
  if (offset !== undefined) {
    const shift = offsetMs(offset);
    return shift === undefined ? undefined : instantOf(ms - shift);
  }
  if (zoneless === 'utc') return instantOf(ms);
  if (zoneless === 'day') return dayOf(wall.year, wall.month, wall.day);
  if (zoneless === undefined) return undefined;
  return instantOf(ms - zoneOffsetMs(ms, zoneless.zone));
}

function offsetMs(offset: string): number | undefined {
  if (/^(?:z|utc)$/i.test(offset)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(offset) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/**
 * What a zone was ahead of UTC when its clocks showed `wallMs`. Of an hour that clocks went through twice it is the
 * first; of one that they left out, the offset before it.
 */
function zoneOffsetMs(wallMs: number, zone: string): number {
  const before = offsetAt(wallMs - DAY_MS, zone);
  if (offsetAt(wallMs - before, zone) === before) return before;
  const after = offsetAt(wallMs + DAY_MS, zone);
  return offsetAt(wallMs - after, zone) === after ? after : before;
}

const clocksByZone = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const clock =
    clocksByZone.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  clocksByZone.set(zone, clock);
  return clock;
}

function offsetAt(ms: number, zone: string): number {
  const parts = clockOf(zone).formatToParts(ms);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((found) => found.type === type)?.value);
  const wall = utcMs({
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  });
  return (wall ?? ms) - Math.floor(ms / 1_000) * 1_000;
}
