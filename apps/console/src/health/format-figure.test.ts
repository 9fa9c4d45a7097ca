import { expect, it } from 'vitest';
import { describeLine, formatFigure } from './format-figure.ts';

it.each<readonly [number | null, string, string]>([
  [null, 'ms', '–'],
  [Number.NaN, '', '–'],
  [0, '/s', '0/s'],
  [0.123, 'ms', '0.12 ms'],
  [3.456, 'ms', '3.5 ms'],
  [3, '', '3'],
  [99.6, '%', '100 %'],
  [12_345.6, '/s', '12,346/s'],
])('%d %s reads %s', (value, unit, text) => {
  expect(formatFigure(value, unit)).toBe(text);
});

it.each<readonly [readonly (number | null)[], string]>([
  [[], 'nothing known yet'],
  [[null], 'nothing known yet'],
  [[2, null, 2], 'steady at 2/s'],
  [[2, null, 8, 4], 'between 2/s and 8/s'],
])('the line %j is: %s', (values, text) => {
  expect(describeLine(values, '/s')).toBe(text);
});
