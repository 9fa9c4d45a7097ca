import { describe, expect, it } from 'vitest';
import { bucketsBetween, percentileOf } from './percentile.ts';

const bucketsOf = (...pairs: readonly (readonly [number, number])[]) =>
  pairs.map(([atMost, count]) => ({ atMost, count }));

describe('a percentile of a histogram', () => {
  it.each([
    [0.45, 5],
    [0.9, 10],
    [0.95, 55],
    [1, 100],
    [0, 0],
  ])('lies evenly within its bucket: %d', (share, expected) => {
    expect(percentileOf(bucketsOf([10, 90], [100, 100], [Infinity, 100]), share)).toBeCloseTo(
      expected,
    );
  });

  it('is at least the last bound, where it lies past it', () => {
    expect(percentileOf(bucketsOf([10, 1], [Infinity, 100]), 0.5)).toBe(10);
  });

  it('is nothing without samples', () => {
    expect(percentileOf([], 0.5)).toBeNull();
    expect(percentileOf(bucketsOf([10, 0], [Infinity, 0]), 0.5)).toBeNull();
  });
});

describe('what came between two readings', () => {
  it('is the difference of each bucket', () => {
    const between = bucketsBetween(
      bucketsOf([1, 5], [Infinity, 7]),
      bucketsOf([1, 6], [Infinity, 9]),
    );
    expect(between).toEqual(bucketsOf([1, 1], [Infinity, 2]));
  });

  it('is everything where there was nothing before, and unknown after a restart', () => {
    expect(bucketsBetween([], bucketsOf([1, 2]))).toEqual(bucketsOf([1, 2]));
    expect(bucketsBetween(bucketsOf([1, 5]), bucketsOf([1, 2]))).toBeNull();
  });
});
