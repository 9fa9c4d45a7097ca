import type { Database } from '../database.ts';

/** More than what a start after a crash uses up before its first write. */
const ABORTS = 50;

/** Takes transaction ids that no flushed log knows of: a crash right after hands them out again. */
export async function abortTransactions(database: Database): Promise<void> {
  const aborted = new Error('aborted on purpose');
  for (let count = 0; count < ABORTS; count += 1) {
    const transaction = database.transaction(async (queryable) => {
      await queryable.execute('select pg_current_xact_id()');
      throw aborted;
    });
    await transaction.catch((error: unknown) => {
      if (error !== aborted) throw error;
    });
  }
}
