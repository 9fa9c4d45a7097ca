import type { BoundStatement } from '../database.ts';

/** Rows of one statement, at most: 13 parameters a row stay far below the protocol's 65,535. */
export const VALUES_ROWS_MAX = 1_024;

/**
 * A batch as lists of values of fixed lengths: powers of two, the greatest first.
 *
 * A list has its length in its text, and every text is prepared once on every connection; a batch of 1,000
 * rows is six statements this way, and no connection ever prepares more than eleven of a kind. Filling a
 * list up with copies is no way: a statement must not meet a row twice.
 */
export function valuesStatements(
  name: string,
  rows: readonly (readonly unknown[])[],
): readonly BoundStatement[] {
  const statements: BoundStatement[] = [];
  let size = VALUES_ROWS_MAX;
  for (let start = 0; start < rows.length; start += size) {
    while (size > rows.length - start) size /= 2;
    statements.push({ name: `${name}@${size}`, params: rows.slice(start, start + size).flat() });
  }
  return statements;
}
