import { dayOf, wallMoment, type Zoneless } from './when.ts';
import type { When } from './record.ts';

/** Which of two numbers comes first in `3/4/21`. */
export type DateOrder = 'day-first' | 'month-first';

const NUMERIC =
  /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([ap])\.?m\.?)?)?$/i;

/**
 * The order of the dates of a whole file: one row with a number past 12 decides for all.
 *
 * @param fallback where no row decides.
 * @returns undefined where no row decides and nothing was said, or rows contradict each other.
 */
export function orderOf(
  texts: Iterable<string>,
  fallback: DateOrder | undefined,
): DateOrder | undefined {
  const seen = new Set<DateOrder>();
  for (const text of texts) {
    const [, first, , second] = NUMERIC.exec(text.trim()) ?? [];
    if (Number(first) > 12) seen.add('day-first');
    if (Number(second) > 12) seen.add('month-first');
  }
  if (seen.size > 1) return undefined;
  return [...seen][0] ?? fallback;
}

export function isNumericDate(text: string): boolean {
  return NUMERIC.test(text.trim());
}

/** @returns undefined for a day that no calendar has, or a text of another form. */
export function numericDate(text: string, order: DateOrder, zoneless: Zoneless): When | undefined {
  const match = NUMERIC.exec(text.trim());
  if (match === null) return undefined;
  const [, first = '', , second = '', yearText = '', hours, minute, seconds = '0', half] = match;
  const [day, month] = (order === 'day-first' ? [first, second] : [second, first]).map(Number);
  if (day === undefined || month === undefined) return undefined;
  // Two digits are of this century: there were no exports in the one before.
  const year = Number(yearText) + (yearText.length === 2 ? 2_000 : 0);
  if (hours === undefined) return dayOf(year, month, day);
  const hour =
    half === undefined ? Number(hours) : (Number(hours) % 12) + (/p/i.test(half) ? 12 : 0);
  const wall = { year, month, day, hour, minute: Number(minute), second: Number(seconds) };
  return wallMoment(wall, undefined, zoneless);
}
