import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSql } from '../sql-files.ts';
import { VALUES_ROWS_MAX, valuesStatements } from './values-statements.ts';

const PARAMETERS_MAX = 65_535;
const FILES = [
  'upsert-progress-values',
  'upsert-progress-passive-values',
  'upsert-watchlist-values',
  'upsert-devices-values',
  'raise-versions-values',
];

/** The numbers of a text's parameters, in its order. */
function parametersOf(text: string): number[] {
  return [...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
}

describe('a batch as lists of values', () => {
  test('[SQL4] every row comes once and in its order, in lists of few lengths', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5_000 }), (count) => {
        const rows = Array.from({ length: count }, (_, index) => [index, `row ${index}`]);
        const statements = valuesStatements('any', rows);
        expect(statements.flatMap(({ params }) => params)).toEqual(rows.flat());
        const sizes = statements.map(({ params }) => params.length / 2);
        expect(statements.map(({ name }) => name)).toEqual(sizes.map((size) => `any@${size}`));
        expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
        expect(sizes.filter((size) => !Number.isInteger(Math.log2(size)))).toEqual([]);
        expect(sizes.filter((size) => size > VALUES_ROWS_MAX)).toEqual([]);
        const full = Math.floor(count / VALUES_ROWS_MAX);
        expect(statements.length).toBeLessThanOrEqual(full + Math.log2(VALUES_ROWS_MAX));
      }),
      { numRuns: 60, examples: [[0], [1], [VALUES_ROWS_MAX], [VALUES_ROWS_MAX + 1], [5_000]] },
    );
  });

  test.each(FILES)(
    '%s numbers the parameters of its rows on, below the protocol’s limit',
    (file) => {
      const width = Math.max(...parametersOf(readSql(`${file}@1`, 'public')));
      expect(new Set(parametersOf(readSql(`${file}@1`, 'public'))).size).toBe(width);
      const two = parametersOf(readSql(`${file}@2`, 'public'));
      expect(two.toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 2 * width }, (_, index) => index + 1),
      );
      const longest = parametersOf(readSql(`${file}@${VALUES_ROWS_MAX}`, 'public'));
      expect(longest.length).toBe(width * VALUES_ROWS_MAX);
      expect(longest.length).toBeLessThan(PARAMETERS_MAX);
    },
  );
});
