import {
  DEFAULT_GROUP_COMMIT_OPTIONS,
  openDatabase,
  PostgresSyncRepository,
  requireUsableSchema,
  SyncPersistence,
  type Database,
  type SyncRepository,
} from '@cuepoint/store';
import { makeDataDirectory, requireDataDirectory } from '../config/data-directory.ts';
import { databaseOptionsOf, readDatabaseSettings } from '../config/database-config.ts';
import { toStartError } from '../service/start-error.ts';
import type { CliContext } from './context.ts';

export interface OpenOptions {
  /** Makes the data directory where there is none. */
  readonly create: boolean;
}

/** Opens the configured database for one command and closes it again. */
export async function withDatabase<Result>(
  context: CliContext,
  work: (database: Database) => Promise<Result>,
  { create }: OpenOptions = { create: false },
): Promise<Result> {
  const settings = readDatabaseSettings(context);
  if (settings.databaseUrl === undefined) {
    await (create ? makeDataDirectory : requireDataDirectory)(settings.dataDir);
  }
  const database = await openDatabase(databaseOptionsOf(settings));
  try {
    return await work(database);
  } catch (error) {
    throw toStartError(error, database);
  } finally {
    await database.close();
  }
}

/** The same for commands that read or write users' data: the schema has to fit. */
export async function withRepository<Result>(
  context: CliContext,
  work: (repository: SyncRepository) => Promise<Result>,
  options?: OpenOptions,
): Promise<Result> {
  return withDatabase(
    context,
    async (database) => {
      await requireUsableSchema(database);
      return work(new PostgresSyncRepository(database));
    },
    options,
  );
}

/** The same for commands that write as services do, many changes to a commit. */
export async function withPersistence<Result>(
  context: CliContext,
  work: (persistence: SyncPersistence) => Promise<Result>,
): Promise<Result> {
  return withDatabase(
    context,
    async (database) => {
      await requireUsableSchema(database);
      const persistence = new SyncPersistence(database, {
        // Nobody else waits for this process, and it has one user.
        batchMaxRowsPerUser: DEFAULT_GROUP_COMMIT_OPTIONS.batchMaxRows,
      });
      try {
        return await work(persistence);
      } finally {
        await persistence.stop();
      }
    },
    { create: true },
  );
}
