import type { BoundStatement, Queryable, QueryResult } from './database.ts';

/** One after another, within the transaction that `transaction` is. */
export async function runStatements(
  transaction: Queryable,
  statements: readonly BoundStatement[],
): Promise<readonly QueryResult<unknown>[]> {
  const results: QueryResult<unknown>[] = [];
  for (const { name, params } of statements) results.push(await transaction.query(name, params));
  return results;
}
