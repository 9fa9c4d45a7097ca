/**
 * A hybrid logical clock value: milliseconds since the Unix epoch (48 bits) and a counter (16 bits).
 *
 * Source: Kulkarni, Demirbas et al., "Logical Physical Clocks", 2014.
 */
export interface Timestamp {
  /** Integer milliseconds since the epoch, 0 to 2^48 - 1 (the year 10889). */
  readonly physical: number;
  /** Integer counter, 0 to 65,535. */
  readonly logical: number;
}

export const PHYSICAL_MAX = 2 ** 48 - 1;
export const LOGICAL_MAX = 0xffff;

export const ZERO_TIMESTAMP: Timestamp = { physical: 0, logical: 0 };

/** HLC5: 12 hex digits, `-`, 4 hex digits. */
export const TIMESTAMP_PATTERN = '^[0-9a-f]{12}-[0-9a-f]{4}$';
const timestampRegExp = new RegExp(TIMESTAMP_PATTERN);

/** Negative, zero or positive, as `Array.prototype.sort` wants it. */
export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return a.physical - b.physical || a.logical - b.logical;
}

export function maxTimestamp(a: Timestamp, b: Timestamp): Timestamp {
  return compareTimestamps(a, b) >= 0 ? a : b;
}

/**
 * The least timestamp greater than `timestamp`. A full counter carries into `physical`. [HLC3]
 *
 * @throws RangeError after the last timestamp of all, in the year 10889.
 */
export function nextTimestamp({ physical, logical }: Timestamp): Timestamp {
  if (logical < LOGICAL_MAX) return { physical, logical: logical + 1 };
  if (physical < PHYSICAL_MAX) return { physical: physical + 1, logical: 0 };
  throw new RangeError('no timestamp is left after the greatest one');
}

export function isTimestamp({ physical, logical }: Timestamp): boolean {
  return (
    Number.isInteger(physical) &&
    physical >= 0 &&
    physical <= PHYSICAL_MAX &&
    Number.isInteger(logical) &&
    logical >= 0 &&
    logical <= LOGICAL_MAX
  );
}

/**
 * The text form; it sorts by code unit as the timestamps do. [HLC5]
 *
 * @throws RangeError for what is no timestamp: its text would neither sort nor be read again.
 */
export function timestampToText(timestamp: Timestamp): string {
  assertTimestamp(timestamp);
  const { physical, logical } = timestamp;
  return `${hex(physical, 12)}-${hex(logical, 4)}`;
}

const ZEROS = '0'.repeat(12);

/** Not `padStart`, which is younger than the oldest engine of the client. [ENG1] */
function hex(part: number, digits: number): string {
  return (ZEROS + part.toString(16)).slice(-digits);
}

/** @throws RangeError for a part that is negative, fractional, not finite or past its bits. */
export function assertTimestamp(timestamp: Timestamp): void {
  if (!isTimestamp(timestamp)) {
    throw new RangeError('a timestamp is 48 bits of milliseconds and a counter of 16 bits');
  }
}

/** `undefined` for anything but the exact text form. [HLC5] */
export function textToTimestamp(text: string): Timestamp | undefined {
  if (!timestampRegExp.test(text)) return undefined;
  return {
    physical: Number.parseInt(text.slice(0, 12), 16),
    logical: Number.parseInt(text.slice(13), 16),
  };
}
