import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import type { Database, DatabaseOptions } from '../database.ts';
import type { BatchForm, CatchUpName } from '../dialect.ts';
import { prepareForDistribution } from '../distribution/distribute.ts';
import { prepareIdentity } from '../identity.ts';
import { migrate } from '../migrate.ts';
import { openDatabase } from '../open-database.ts';
import { bindSchema, quoteIdentifier } from '../sql-files.ts';

/** A database of one test file's own; nothing of it is left after `destroy`. */
export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  /** What opens the same data again. PGlite: only after this one was closed. */
  readonly options: DatabaseOptions;
  /** Runs SQL in which `cuepoint.` stands for the schema. */
  sql<Row = Record<string, never>>(text: string, params?: readonly unknown[]): Promise<Row[]>;
  /** A plain connection to the same data, for transactions held open by hand. PostgreSQL only. */
  connect(): Promise<TestConnection>;
  /** Deletes the data of a database that is closed already. */
  dropData(): Promise<void>;
  /** Closes the database and deletes its data. */
  destroy(): Promise<void>;
}

export interface TestConnection extends AsyncDisposable {
  query<Row = Record<string, never>>(text: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Of the server process behind the connection. */
  readonly backendPid: number;
}

export interface TestDatabaseKind {
  readonly name: string;
  readonly isServer: boolean;
  readonly catchUp: CatchUpName;
  readonly batch: BatchForm;
  readonly open: (options?: OpenTestDatabaseOptions) => Promise<TestDatabase>;
}

export interface OpenTestDatabaseOptions extends DatabaseOptions {
  /** Default true. */
  readonly migrated?: boolean;
  /** Primary keys that begin with the user. */
  readonly keyedByUser?: boolean;
}

export const PGLITE: TestDatabaseKind = {
  name: 'PGlite',
  isServer: false,
  catchUp: 'xid',
  batch: 'unnest',
  async open(options = {}) {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-pglite-'));
    return prepare({ ...options, dataDir }, options.migrated, () =>
      rm(dataDir, { recursive: true, force: true }),
    );
  },
};

export const POSTGRES: TestDatabaseKind = serverKind('PostgreSQL 18', () => inject('postgresUrl'));

export const POOLED_POSTGRES: TestDatabaseKind = serverKind(
  'PostgreSQL 18 behind a transaction pooler',
  () => inject('postgresUrl'),
  { pooled: true },
);

export const COUNTED_POSTGRES: TestDatabaseKind = serverKind(
  'PostgreSQL 18 with counters',
  () => inject('postgresUrl'),
  { catchUp: 'counter' },
);

/** As `cuepoint distribute` leaves a database, less Citus itself. */
export const DISTRIBUTED_POSTGRES: TestDatabaseKind = serverKind(
  'PostgreSQL 18 as distribute leaves it',
  () => inject('postgresUrl'),
  { catchUp: 'counter', batch: 'values', keyedByUser: true },
);

/** Lists of values by xid: what a database with Citus has that was not distributed. */
export const LISTED_POSTGRES: TestDatabaseKind = serverKind(
  'PostgreSQL 18 with lists of values',
  () => inject('postgresUrl'),
  { batch: 'values' },
);

const namedUrl = process.env['DATABASE_URL'] ?? '';

/** Every database that the contract has to hold on. */
export const TEST_DATABASES: readonly TestDatabaseKind[] = [
  PGLITE,
  POSTGRES,
  POOLED_POSTGRES,
  COUNTED_POSTGRES,
  DISTRIBUTED_POSTGRES,
  ...(namedUrl === '' ? [] : [serverKind('the database of DATABASE_URL', () => namedUrl)]),
];

export const SERVER_DATABASES = TEST_DATABASES.filter(({ isServer }) => isServer);

/** Opens a server database of its own settings, such as one that a test started itself. */
export function serverKind(
  name: string,
  url: () => string,
  defaults: OpenTestDatabaseOptions = {},
): TestDatabaseKind {
  return {
    name,
    isServer: true,
    catchUp: defaults.catchUp ?? 'xid',
    batch: defaults.batch ?? 'unnest',
    open: (options = {}) => {
      // A name that has to be quoted: SQL that forgets to shows up as a failure.
      const schema = `cue "point" ${randomUUID().slice(0, 8)}`;
      const opened = { ...defaults, schema, ...options, url: url() };
      return prepare(opened, options.migrated, async () => {
        await using connection = await connectTo(opened.url, opened.schema);
        await connection.query(`drop schema if exists ${quoteIdentifier(opened.schema)} cascade`);
      });
    },
  };
}

async function prepare(
  options: OpenTestDatabaseOptions,
  migrated = true,
  cleanUp: () => Promise<void>,
): Promise<TestDatabase> {
  const database = await openDatabase(options);
  if (migrated) {
    await migrate(database, { direction: 'up' });
    if (options.keyedByUser === true) await prepareForDistribution(database);
    if (options.catchUp !== undefined) await prepareIdentity(database);
  }
  const { schema } = database;

  async function destroy(): Promise<void> {
    await database.close();
    await cleanUp();
  }

  return {
    database,
    options,
    async sql<Row>(text: string, params: readonly unknown[] = []) {
      return (await database.execute<Row>(bindSchema(text, schema), params)).rows;
    },
    connect() {
      if (options.url === undefined) throw new Error('PGlite has one connection');
      return connectTo(options.url, schema);
    },
    dropData: cleanUp,
    destroy,
    [Symbol.asyncDispose]: destroy,
  };
}

async function connectTo(url: string, schema: string): Promise<TestConnection> {
  const client = new pg.Client({ connectionString: url });
  // A server that a test kills emits here as well as at the query.
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return {
    backendPid: rows[0]?.pid ?? 0,
    async query<Row>(text: string, params: readonly unknown[] = []) {
      const result = await client.query(bindSchema(text, schema), [...params]);
      return result.rows as Row[];
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
