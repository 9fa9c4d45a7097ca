import { CuepointError } from '@cuepoint/core';
import { Umzug } from 'umzug';
import type { Database, Queryable } from './database.ts';
import { readMigrationFiles, type MigrationFile } from './migration-files.ts';
import { withShortLocks, type ShortLocksOptions } from './short-locks.ts';
import { bindSchema, quoteIdentifier } from './sql-files.ts';

export interface MigrateOptions extends Omit<ShortLocksOptions, 'before'> {
  readonly direction: 'up' | 'down';
  /** How many migrations to take back; `down` only. Default 1. */
  readonly steps?: number;
  /** What to migrate with; the tests bring their own. */
  readonly files?: readonly MigrationFile[];
}

export interface MigrationStatus {
  readonly version: number;
  readonly name: string;
  /** Undefined while it is pending. */
  readonly appliedAt: Date | undefined;
  /** False for a migration of newer code. */
  readonly known: boolean;
  /** Whether this code works once it is applied. */
  readonly compatible: boolean;
}

interface MigrationRow {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly applied_at: Date;
  readonly compatible_from: number;
}

/**
 * Brings the schema up, or takes migrations back, in one transaction: all of it happens or nothing.
 *
 * No table is waited for longer than 2 s at a time, for who waits for a table holds up all who come after: it lets
 * them through and tries again, for two minutes. [OPS1]
 *
 * An advisory lock makes starters wait for one another, so twenty that start at once migrate once. [SQL6]
 *
 * @returns the migrations that this call ran.
 * @throws CuepointError `overloaded` while another transaction holds the tables, `schema_too_new` when the database holds migrations that this code must not touch.
 */
export async function migrate(
  database: Database,
  { direction, steps = 1, files = readMigrationFiles(), ...options }: MigrateOptions,
): Promise<readonly { readonly version: number; readonly name: string }[]> {
  const before = async (transaction: Queryable) => {
    await transaction.execute('set local statement_timeout = 0');
    await transaction.execute('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [
      `cuepoint.migrate.${database.schema}`,
    ]);
  };
  const migrated = await withShortLocks(
    database,
    async (transaction) => {
      await createMigrationsTable(transaction, database.schema);
      requireUsable(files, await readApplied(transaction, database.schema));
      const umzug = createUmzug(transaction, database.schema, files);
      const ran = direction === 'up' ? await umzug.up() : await umzug.down({ step: steps });
      return ran.map(({ name }) => {
        const file = fileNamed(files, name);
        return { version: file.version, name: file.name };
      });
    },
    { attemptsMax: ATTEMPTS_MAX, ...options, before },
  );
  await database.dialect.refresh();
  return migrated;
}

/** Two minutes, of which all others have every second two seconds. */
const ATTEMPTS_MAX = 30;

/** Known and applied migrations, in the order of their versions. */
export async function migrationStatus(
  database: Database,
  files: readonly MigrationFile[] = readMigrationFiles(),
): Promise<readonly MigrationStatus[]> {
  const applied = new Map(
    (await readApplied(database, database.schema)).map((row) => [row.version, row]),
  );
  const newest = newestVersion(files);
  const known = files.map(({ version, name }) => ({
    version,
    name,
    appliedAt: applied.get(version)?.applied_at,
    known: true,
    compatible: true,
  }));
  const unknown = [...applied.values()]
    .filter((row) => row.version > newest)
    .map((row) => ({
      version: row.version,
      name: row.name,
      appliedAt: row.applied_at,
      known: false,
      compatible: row.compatible_from <= newest,
    }));
  return [...known, ...unknown].sort((a, b) => a.version - b.version);
}

/**
 * Refuses a schema that this code cannot work with.
 *
 * A newer schema is fine when each newer migration says that it is compatible with this code: during a
 * rolling upgrade the old instances go on.
 *
 * @throws CuepointError `schema_too_new`, `schema_outdated`
 */
export async function requireUsableSchema(
  database: Database,
  files: readonly MigrationFile[] = readMigrationFiles(),
): Promise<void> {
  const applied = await readApplied(database, database.schema);
  requireUsable(files, applied);
  const versions = new Set(applied.map((row) => row.version));
  const missing = files.find((file) => !versions.has(file.version));
  if (missing !== undefined) {
    throw new CuepointError(
      'schema_outdated',
      `The database lacks migration ${missing.version} (${missing.name}). Run "cuepoint migrate up".`,
    );
  }
}

function requireUsable(files: readonly MigrationFile[], applied: readonly MigrationRow[]): void {
  const newest = newestVersion(files);
  const tooNew = applied.find((row) => row.version > newest && row.compatible_from > newest);
  if (tooNew !== undefined) {
    throw new CuepointError(
      'schema_too_new',
      `The database is at migration ${tooNew.version} (${tooNew.name}), which needs code that knows ` +
        `migration ${tooNew.compatible_from}; this code knows up to ${newest}. Upgrade Cuepoint, or take ` +
        'the migration back with the newer version ("cuepoint migrate down").',
    );
  }
  for (const row of applied) {
    const file = files.find(({ version }) => version === row.version);
    if (file !== undefined && file.checksum !== row.checksum) {
      throw new CuepointError(
        'schema_too_new',
        `Migration ${row.version} (${row.name}) was applied with another content than this code has. ` +
          'Run the version of Cuepoint that migrated this database.',
      );
    }
  }
}

function newestVersion(files: readonly MigrationFile[]): number {
  return files.at(-1)?.version ?? 0;
}

/** Umzug decides what is pending and in which order; the transaction around it makes it safe. */
function createUmzug(transaction: Queryable, schema: string, files: readonly MigrationFile[]) {
  const table = migrationsTable(schema);
  return new Umzug({
    logger: undefined,
    migrations: files.map((file) => ({
      name: file.name,
      up: async () => void (await transaction.execute(bindSchema(file.up, schema))),
      down: async () => void (await transaction.execute(bindSchema(file.down, schema))),
    })),
    storage: {
      executed: async () => (await readApplied(transaction, schema)).map((row) => row.name),
      async logMigration({ name }) {
        const { version, checksum, compatibleFrom } = fileNamed(files, name);
        await transaction.execute(
          `insert into ${table} (version, name, checksum, compatible_from)
           values ($1::integer, $2::text, $3::text, $4::integer)`,
          [version, name, checksum, compatibleFrom],
        );
      },
      async unlogMigration({ name }) {
        await transaction.execute(`delete from ${table} where name = $1::text`, [name]);
      },
    },
  });
}

function fileNamed(files: readonly MigrationFile[], name: string): MigrationFile {
  const file = files.find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`no migration is named ${name}`);
  return file;
}

function migrationsTable(schema: string): string {
  return `${quoteIdentifier(schema)}.cuepoint_migrations`;
}

async function createMigrationsTable(transaction: Queryable, schema: string): Promise<void> {
  const name = quoteIdentifier(schema);
  const { rows } = await transaction.execute<{ missing: boolean }>(
    'select to_regnamespace($1::text) is null as missing',
    [name],
  );
  // "if not exists" wants the right to create schemas even where this one is there.
  if (rows[0]?.missing !== false) await transaction.execute(`create schema ${name}`);
  await transaction.execute(`
    create table if not exists ${migrationsTable(schema)} (
      version integer primary key,
      name text not null unique,
      checksum text not null,
      compatible_from integer not null,
      applied_at timestamptz not null default clock_timestamp()
    )`);
}

/** Empty for a database that was never migrated. */
async function readApplied(queryable: Queryable, schema: string): Promise<readonly MigrationRow[]> {
  const table = migrationsTable(schema);
  const { rows: found } = await queryable.execute<{ found: boolean }>(
    'select to_regclass($1::text) is not null as found',
    [table],
  );
  if (found[0]?.found !== true) return [];
  const { rows } = await queryable.execute<MigrationRow>(
    `select version, name, checksum, applied_at, compatible_from from ${table} order by version`,
    [],
  );
  return rows;
}
