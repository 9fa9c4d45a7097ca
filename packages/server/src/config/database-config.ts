import type { DatabaseOptions } from '@cuepoint/store';
import { configurationError, readSettings, type SettingSources } from './read-settings.ts';
import type { SettingValues } from './settings.ts';

export type DatabaseSettings = Pick<
  SettingValues,
  | 'dataDir'
  | 'databaseUrl'
  | 'databaseDirectUrl'
  | 'databaseSchema'
  | 'databasePoolSize'
  | 'databasePooled'
  | 'writeConnections'
  | 'catchUp'
  | 'batchStatement'
>;

/**
 * What a command that only opens the database needs to know.
 *
 * @throws CuepointError `configuration_invalid`
 */
export function readDatabaseSettings(sources: SettingSources): DatabaseSettings {
  const { values, problems } = readSettings(sources, ['database']);
  if (problems.length > 0) throw configurationError(problems);
  return values as DatabaseSettings;
}

export function databaseOptionsOf(settings: DatabaseSettings): DatabaseOptions {
  const {
    databaseUrl,
    databasePooled,
    databaseDirectUrl,
    databaseSchema,
    catchUp,
    batchStatement,
  } = settings;
  return {
    poolSize: settings.databasePoolSize,
    writers: settings.writeConnections,
    ...(databaseUrl === undefined ? { dataDir: settings.dataDir } : { url: databaseUrl }),
    ...(databasePooled === undefined ? {} : { pooled: databasePooled }),
    ...(databaseDirectUrl === undefined ? {} : { directUrl: databaseDirectUrl }),
    ...(databaseSchema === undefined ? {} : { schema: databaseSchema }),
    ...(catchUp === undefined ? {} : { catchUp }),
    ...(batchStatement === undefined ? {} : { batch: batchStatement }),
  };
}
