import { CuepointError, isCuepointError } from '@cuepoint/core';
import type { Database, DatabaseOptions } from './database.ts';
import { findPooler } from './find-pooler.ts';
import { guardTransactions } from './guard-transactions.ts';
import { openPgliteDatabase } from './pglite-database.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import { parsePostgresHosts } from './postgres-hosts.ts';
import { sqlStateOf } from './sql-state.ts';

/**
 * Opens PostgreSQL when a URL is given, else the embedded database. The caller closes it.
 *
 * Its dialect is read here, and again by whatever migrates or switches it.
 *
 * @throws CuepointError `database_unavailable`, `data_directory_in_use`, `data_directory_unusable`
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const database = guardTransactions(await open(options));
  try {
    await database.ping();
    await database.dialect.refresh();
    return database;
  } catch (cause) {
    await database.close();
    throw toUnavailable(database.description, cause);
  }
}

async function open(options: DatabaseOptions): Promise<Database> {
  const { url } = options;
  if (url === undefined || url === '') return openPgliteDatabase(options);
  if (options.pooled !== undefined) return openPostgresDatabase({ ...options, url });
  const hosts = parsePostgresHosts(url);
  try {
    return openPostgresDatabase({ ...options, url, pooled: await findPooler(hosts) });
  } catch (cause) {
    throw toUnavailable(hosts.description, cause);
  }
}

function toUnavailable(description: string, cause: unknown): CuepointError {
  if (isCuepointError(cause)) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const verb = sqlStateOf(cause) === undefined ? 'does not answer' : 'answers';
  return new CuepointError('database_unavailable', `${description} ${verb}: ${reason}`, { cause });
}
