import {
  openDatabase,
  PostgresSyncRepository,
  requireUsableSchema,
  type Database,
  type SyncRepository,
} from '@cuepoint/store';
import { databaseOptionsOf, readDatabaseSettings } from '../config/database-config.ts';
import type { CliContext } from './context.ts';

/** Opens the configured database for one command and closes it again. */
export async function withDatabase<Result>(
  context: CliContext,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase(databaseOptionsOf(readDatabaseSettings(context)));
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** The same for commands that read or write users' data: the schema has to fit. */
export async function withRepository<Result>(
  context: CliContext,
  work: (repository: SyncRepository) => Promise<Result>,
): Promise<Result> {
  return withDatabase(context, async (database) => {
    await requireUsableSchema(database);
    return work(new PostgresSyncRepository(database));
  });
}
