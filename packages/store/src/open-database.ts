import { CuepointError } from '@cuepoint/core';
import type { Database, DatabaseOptions } from './database.ts';
import { openPgliteDatabase } from './pglite-database.ts';
import { openPostgresDatabase } from './postgres-database.ts';

/**
 * Opens PostgreSQL when a URL is given, else the embedded database. The caller closes it.
 *
 * @throws CuepointError `database_unavailable`, `data_directory_in_use`, `data_directory_unusable`
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url } = options;
  if (url === undefined || url === '') return openPgliteDatabase(options);
  const database = openPostgresDatabase({ ...options, url });
  try {
    await database.ping();
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
