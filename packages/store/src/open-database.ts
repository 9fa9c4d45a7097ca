import { CuepointError } from '@cuepoint/core';
import type { Database, DatabaseOptions } from './database.ts';
import { guardTransactions } from './guard-transactions.ts';
import { openPgliteDatabase } from './pglite-database.ts';
import { openPostgresDatabase } from './postgres-database.ts';

/**
 * Opens PostgreSQL when a URL is given, else the embedded database. The caller closes it.
 *
 * Its dialect is read here, and again by whatever migrates or switches it.
 *
 * @throws CuepointError `database_unavailable`, `data_directory_in_use`, `data_directory_unusable`
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url } = options;
  const database = guardTransactions(
    url === undefined || url === ''
      ? await openPgliteDatabase(options)
      : openPostgresDatabase({ ...options, url }),
  );
  try {
    await database.ping();
    await database.dialect.refresh();
    return database;
  } catch (cause) {
    await database.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CuepointError(
      'database_unavailable',
      `${database.description} does not answer: ${reason}`,
      { cause },
    );
  }
}
