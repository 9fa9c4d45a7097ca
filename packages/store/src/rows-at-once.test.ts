import { expect, it } from 'vitest';
import { rowsAtOnce } from './rows-at-once.ts';

it.each([
  ['pglite', 500, 100],
  ['pglite', 20, 20],
  ['postgres', 500, 500],
] as const)('[OPS3] on %s %i rows are read %i at a time', (kind, wanted, atOnce) => {
  expect(rowsAtOnce({ kind }, wanted)).toBe(atOnce);
});
