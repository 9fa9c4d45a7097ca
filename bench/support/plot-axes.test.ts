import { expect, test } from 'vitest';
import { logRange, measuredTicks } from './plot-axes.ts';

test('a logarithmic axis ends at the round numbers around its values', () => {
  expect(logRange([0.03, 7]).domain).toEqual([0.02, 10]);
  expect(logRange([10, 100_000]).domain).toEqual([10, 100_000]);
});

test('a logarithmic axis over few decades is labelled between the powers of ten', () => {
  expect(logRange([15, 180]).ticks).toEqual([10, 20, 50, 100, 200]);
});

test('a logarithmic axis over many decades is labelled at the powers of ten', () => {
  expect(logRange([0.004, 3]).ticks).toEqual([0.01, 0.1, 1]);
});

test('a logarithmic axis of one value has a length', () => {
  expect(logRange([100]).domain).toEqual([100, 200]);
});

test('few measured values are labels, in their order and once each', () => {
  expect(measuredTicks([4_000, 1_000, 4_000, 10_000])).toEqual([1_000, 4_000, 10_000]);
});

test('many measured values are not', () => {
  expect(measuredTicks(Array.from({ length: 11 }, (_, index) => index))).toBeUndefined();
});
