import { dateToMs, type Timestamp } from '@cuepoint/core';
import type { When } from '../record.ts';

/** The least claim there is: whatever anybody said of a thing counts more than an import without a date. */
const LEAST: Timestamp = { physical: 1, logical: 0 };

/** As `readDate` has it; undefined where nobody knows. */
export function dateOf(when: When): string | undefined {
  if (when.precision === 'unknown') return undefined;
  return when.precision === 'day' ? when.day : when.at;
}

/**
 * Since when an imported statement counts: the moment of which it tells, so that it never beats what was said later,
 * in whatever order files come.
 *
 * @param tie decides between two statements of one moment. [IMP3]
 */
export function claimOfWhen(when: When, tie = 0): Timestamp {
  const date = dateOf(when);
  if (date === undefined) return { ...LEAST, logical: tie };
  return { physical: Math.max(dateToMs(date), LEAST.physical), logical: tie };
}
