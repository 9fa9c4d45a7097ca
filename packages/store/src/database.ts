import type { BatchForm, CatchUpName, DialectSource } from './dialect.ts';

/** Names of statements, as `readSql` takes them; each is prepared under its name. */
export type StatementName = string;

export interface BoundStatement {
  readonly name: StatementName;
  readonly params: readonly unknown[];
}

export interface QueryResult<Row> {
  readonly rows: Row[];
  /** Rows that the statement returned, or that it wrote where it returns none. */
  readonly rowCount: number;
}

/** More statements of a transaction, from what its first ones gave. */
export type NextStatements = (
  results: readonly QueryResult<unknown>[],
) => readonly BoundStatement[];

/** Runs statements; within a transaction all of them are of that transaction. */
export interface Queryable {
  /** Runs the statement of `sql/<name>.sql`. */
  query<Row = Record<string, never>>(
    name: StatementName,
    params?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
  /** Runs SQL text as it is: migrations and maintenance. Without parameters it may hold many statements. */
  execute<Row = Record<string, never>>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
}

/** What PostgreSQL's background processes do, where there are none. */
export interface Upkeep {
  /** Writes dirty pages, and resolves when they are on the disk. */
  checkpoint(): Promise<void>;
  vacuum(): Promise<void>;
}

export type IsolationLevel = 'read committed' | 'repeatable read';

export interface PoolStats {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
}

/**
 * A PostgreSQL server or an embedded PostgreSQL, behind the same SQL.
 *
 * Every write path (`commit`, `transaction`) resolves only once its commit is flushed to disk: on
 * PostgreSQL with `synchronous_commit = on`, on PGlite after the store's own `fdatasync`.
 */
export interface Database extends Queryable {
  readonly kind: 'postgres' | 'pglite';
  /** Printable: where the data is, without a password. */
  readonly description: string;
  readonly schema: string;
  /** Whether a transaction pooler is in front. */
  readonly isPooled?: boolean;
  /** How many `commit` calls can run at once. */
  readonly writers: number;
  readonly dialect: DialectSource;
  /**
   * One durable transaction of these statements, on a connection kept for writers.
   *
   * @param next costs one more round trip.
   * @returns the results of all statements, in their order.
   */
  commit(
    statements: readonly BoundStatement[],
    next?: NextStatements,
  ): Promise<readonly QueryResult<unknown>[]>;
  transaction<T>(
    work: (transaction: Queryable) => Promise<T>,
    options?: { readonly isolation?: IsolationLevel },
  ): Promise<T>;
  ping(): Promise<void>;
  /**
   * Asks a writer's connection whether it takes writes. Of a server only.
   *
   * @throws CuepointError `database_unavailable` where it does not, and what the connection failed with.
   */
  readonly requireWritable?: () => Promise<void>;
  stats(): PoolStats;
  /** Of an embedded database only. */
  readonly upkeep?: Upkeep;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** A PostgreSQL connection string, of several hosts perhaps; without it the embedded database is opened. */
  readonly url?: string;
  /** The same database without a transaction pooler in front, for migrations, maintenance and LISTEN. */
  readonly directUrl?: string;
  /** Directory of the embedded database. Default `.cuepoint`. */
  readonly dataDir?: string;
  /** Default `public`. */
  readonly schema?: string;
  /** Connections for reads and maintenance. Default 8. */
  readonly poolSize?: number;
  /** Connections for group commit, one batch in flight on each. Default 2. [GC3] */
  readonly writers?: number;
  /**
   * A transaction pooler is in front: no named prepares, settings local to each transaction. Default: as the
   * server's processes tell, when the database is opened.
   */
  readonly pooled?: boolean;
  /**
   * Longest run of one statement, in ms. Default 60,000. It bounds how long a writer can hold an old
   * snapshot, so it stays below the GC's grace of 10 minutes. [CUR3]
   */
  readonly statementTimeoutMs?: number;
  /** Longest wait for a new connection, in ms. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /**
   * Silence in the midst of a statement after which a new connection asks whether the server still works on
   * it, in ms. Default 2,500. [OPS1]
   */
  readonly silenceMs?: number;
  /** How catch-up is to work; `prepareIdentity` brings it into force. Default: as the database has it. */
  readonly catchUp?: CatchUpName;
  /** How a batch is put into a statement. Default: `values` where Citus is installed, else `unnest`. */
  readonly batch?: BatchForm;
}

export const DEFAULT_SCHEMA = 'public';
export const DEFAULT_DATA_DIR = '.cuepoint';
export const DEFAULT_POOL_SIZE = 8;
export const DEFAULT_WRITERS = 2;
export const DEFAULT_STATEMENT_TIMEOUT_MS = 60_000;
export const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
export const DEFAULT_SILENCE_MS = 2_500;
