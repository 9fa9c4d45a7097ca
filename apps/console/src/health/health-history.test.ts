import { describe, expect, it } from 'vitest';
import { HISTORY_POINTS_MAX, NO_HISTORY, withReading } from './health-history.ts';
import { readingOf } from './health-point.ts';

const readingAt = (atMs: number) =>
  readingOf(new Map([['cuepoint_sockets', [{ labels: {}, value: 4 }]]]), atMs);

describe('the history', () => {
  it('begins with the second reading', () => {
    const first = withReading(NO_HISTORY, readingAt(0));
    expect(first.points).toEqual([]);
    expect(withReading(first, readingAt(1_000)).points).toMatchObject([
      { atMs: 1_000, sockets: 4 },
    ]);
  });

  it('is bounded, and forgets the oldest', () => {
    let history = NO_HISTORY;
    for (let second = 0; second <= HISTORY_POINTS_MAX + 10; second += 1) {
      history = withReading(history, readingAt(second * 1_000));
    }
    expect(history.points).toHaveLength(HISTORY_POINTS_MAX);
    expect(history.points[0]?.atMs).toBe(11_000);
  });

  it('breaks the lines where nobody looked', () => {
    const before = withReading(withReading(NO_HISTORY, readingAt(0)), readingAt(1_000));
    const after = withReading(before, readingAt(60_000));
    expect(after.points.at(-1)).toMatchObject({
      atMs: 60_000,
      sockets: null,
      commitsPerSecond: null,
    });
    expect(withReading(after, readingAt(61_000)).points.at(-1)?.sockets).toBe(4);
  });
});
