import pg from 'pg';
import { migrate, openDatabase, SyncPersistence } from '@cuepoint/store';
import type { DatabaseOptions, SyncPersistenceOptions } from '@cuepoint/store';
import type { BenchContext } from '../workload.ts';
import { ageProgress, prefillProgress } from './data-set.ts';

/** Runs statements one after another on a connection of its own. */
export async function onServer<T>(
  { server }: BenchContext,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Cuepoint's own schema under this name, made by its migrations. */
export async function createCuepointSchema(context: BenchContext, schema: string): Promise<void> {
  await onServer(context, async (client) => {
    await client.query(`drop schema if exists ${schema} cascade`);
    await client.query(`create schema ${schema}`);
  });
  const database = await openDatabase({ url: context.server.url(), schema });
  try {
    await migrate(database, { direction: 'up' });
  } finally {
    await database.close();
  }
}

/**
 * Fills a progress table with every pair, and ages it after the checkpoint: its first update of a page since then writes the
 * whole page to the log, and a slow variant would be measured on little else.
 */
export async function fillProgressTable(context: BenchContext, table: string): Promise<void> {
  context.progress(`filling ${table}`);
  await onServer(context, async (client) => {
    await client.query(prefillProgress(table, context.scale));
    await client.query('checkpoint');
    await client.query(ageProgress(table, context.scale));
    await client.query(`vacuum analyze ${table}`);
  });
}

export async function dropSchemas(context: BenchContext, schemas: readonly string[]) {
  await onServer(context, (client) =>
    client.query(`drop schema if exists ${schemas.join(', ')} cascade`),
  );
}

/** Persistence over the bench's server for the time of `work`. */
export async function withPersistence<T>(
  { server }: BenchContext,
  databaseOptions: DatabaseOptions,
  options: SyncPersistenceOptions,
  work: (persistence: SyncPersistence) => Promise<T>,
): Promise<T> {
  const database = await openDatabase({ url: server.url(), ...databaseOptions });
  const persistence = new SyncPersistence(database, options);
  try {
    return await work(persistence);
  } finally {
    await persistence.stop();
  }
}
