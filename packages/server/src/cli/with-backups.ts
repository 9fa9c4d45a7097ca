import { isCuepointError } from '@cuepoint/core';
import { migrate, prepareIdentity, requireUsableSchema, type Database } from '@cuepoint/store';
import { askService } from '../backup/ask-service.ts';
import { createBackups, type Backups } from '../backup/backups.ts';
import { socketPathOf } from '../backup/operator-socket.ts';
import { readDatabaseSettings } from '../config/database-config.ts';
import type { CliContext } from './context.ts';
import { withDatabase } from './with-database.ts';

/**
 * Opens the configured database; where a service has it, an embedded one, the service answers.
 *
 * @param options.create makes the database and its schema where there are none.
 */
export async function withBackups<Result>(
  context: CliContext,
  work: (backups: Backups) => Promise<Result>,
  { create }: { readonly create: boolean } = { create: false },
): Promise<Result> {
  const open = async (database: Database): Promise<Result> => {
    if (create) await makeReady(database);
    await requireUsableSchema(database);
    return work(createBackups(database, context));
  };
  try {
    return await withDatabase(context, open, { create });
  } catch (error) {
    if (!isCuepointError(error, 'data_directory_in_use')) throw error;
    const socketPath = socketPathOf(readDatabaseSettings(context).dataDir);
    if (socketPath === undefined) throw error;
    return work(askService(socketPath, error));
  }
}

/** The schema of this version, as a start of the service makes it. */
export async function makeReady(database: Database): Promise<void> {
  await migrate(database, { direction: 'up' });
  await requireUsableSchema(database);
  await prepareIdentity(database);
}
