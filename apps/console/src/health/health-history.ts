import { gapAt, pointBetween, type HealthPoint, type Reading } from './health-point.ts';

/** Five minutes of readings, one a second. */
export const HISTORY_POINTS_MAX = 300;
/** Readings further apart, such as around a hidden page, are not joined by a line. */
const GAP_MS = 5_000;

export interface HealthHistory {
  readonly last: Reading | undefined;
  /** The oldest first, at most {@link HISTORY_POINTS_MAX}. */
  readonly points: readonly HealthPoint[];
}

export const NO_HISTORY: HealthHistory = { last: undefined, points: [] };

export function withReading({ last, points }: HealthHistory, reading: Reading): HealthHistory {
  if (last === undefined) return { last: reading, points };
  const isGap = reading.atMs - last.atMs > GAP_MS;
  const point = isGap ? gapAt(reading.atMs) : pointBetween(last, reading);
  return { last: reading, points: [...points, point].slice(-HISTORY_POINTS_MAX) };
}
