import { CuepointError } from '@cuepoint/core';
import type { Socket } from 'node:net';
import pg from 'pg';
import {
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_POOL_SIZE,
  DEFAULT_SCHEMA,
  DEFAULT_STATEMENT_TIMEOUT_MS,
  DEFAULT_WRITERS,
  type BoundStatement,
  type Database,
  type DatabaseOptions,
  type NextStatements,
  type QueryResult,
  type Queryable,
} from './database.ts';
import { createDialectSource } from './dialect.ts';
import { leavesConnectionUsable } from './sql-state.ts';
import { sum } from './sum.ts';
import { createStatementCache } from './statement-cache.ts';

/**
 * PostgreSQL through node-postgres: one pool for reads and maintenance, one for group commit, so that a
 * burst of reads never keeps a batch waiting for a connection.
 */
export function openPostgresDatabase(
  options: DatabaseOptions & { readonly url: string },
): Database {
  const {
    url,
    directUrl,
    schema = DEFAULT_SCHEMA,
    poolSize = DEFAULT_POOL_SIZE,
    writers = DEFAULT_WRITERS,
    pooled = false,
    statementTimeoutMs = DEFAULT_STATEMENT_TIMEOUT_MS,
    connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS,
  } = options;
  const textOf = createStatementCache(schema);
  // On a client that `close` knows of: the first batch waits for the answer.
  const dialect = createDialectSource(
    (name) => withClient(readPool, (client) => queryableOf(client).query(name)),
    options,
  );
  const settings = sessionSettings(statementTimeoutMs);

  // The pool waits for it, whatever its type says.
  function applySettings(client: pg.ClientBase): void {
    return client.query(`${settings};${PLAN_CACHE_MODE}`) as unknown as void;
  }

  /** For one transaction behind a pooler. */
  function localSettings(): string {
    const mode = dialect.known?.batch === 'unnest' ? 'force_generic_plan' : 'auto';
    return `${settings.replaceAll('set ', 'set local ')};set local plan_cache_mode = ${mode}`;
  }

  function createPool(
    connectionString: string,
    max: number,
    { pipeline = false, queryTimeoutMs = 0 } = {},
  ): pg.Pool {
    const config: pg.PoolConfig & { pipeline: boolean } = {
      connectionString,
      max,
      pipeline,
      application_name: 'cuepoint',
      connectionTimeoutMillis: connectTimeoutMs,
      ...(queryTimeoutMs > 0 ? { query_timeout: queryTimeoutMs } : {}),
      keepAlive: true,
      types: { getTypeParser },
    };
    // Behind a transaction pooler a session's settings would stay on a stranger's connection.
    if (!pooled) config.onConnect = applySettings;
    const pool = new pg.Pool(config);
    // An idle connection that breaks is replaced at the next use; without a listener it ends the process.
    pool.on('error', () => undefined);
    return pool;
  }

  // A host that vanished without a word is given up as well; the server's own timeout would end sooner.
  const queryTimeoutMs = statementTimeoutMs + QUERY_TIMEOUT_MARGIN_MS;
  const readPool = createPool(url, poolSize, { queryTimeoutMs });
  const writePool = createPool(url, writers, { queryTimeoutMs, pipeline: true });
  // Migrations and maintenance: past a pooler where there is a way past it, and as long as they take.
  const transactionPool = createPool(directUrl ?? url, TRANSACTION_POOL_SIZE);
  const pools = [readPool, writePool, transactionPool];
  const begin = (isolation = 'read committed') =>
    `begin isolation level ${isolation}${pooled ? `;${localSettings()}` : ''}`;

  function queryConfig({ name, params }: BoundStatement): pg.QueryConfig {
    const text = textOf(name);
    return { text, values: params as unknown[], ...(pooled ? {} : { name }) };
  }

  function queryableOf(client: pg.Pool | pg.PoolClient): Queryable {
    return {
      query: async <Row>(name: string, params: readonly unknown[] = []) =>
        toResult<Row>(await client.query(queryConfig({ name, params }))),
      execute: async <Row>(sql: string, params?: readonly unknown[]) =>
        toResult<Row>(
          await (params === undefined
            ? client.query(sql)
            : client.query({ text: sql, values: params as unknown[] })),
        ),
    };
  }

  let closed: Promise<void> | undefined;

  const inUse = new Set<pg.PoolClient>();

  async function use<T>(
    client: pg.PoolClient,
    work: (client: pg.PoolClient) => Promise<T>,
    giveBack: (client: pg.PoolClient) => void,
  ): Promise<T> {
    // A connection that breaks while it is out emits here as well as at the query.
    const ignore = () => undefined;
    client.on('error', ignore);
    inUse.add(client);
    let broken: Error | undefined;
    try {
      return await work(client);
    } catch (error) {
      broken = leavesConnectionUsable(error) ? undefined : (error as Error);
      throw error;
    } finally {
      client.off('error', ignore);
      inUse.delete(client);
      if (broken === undefined) giveBack(client);
      else client.release(broken);
    }
  }

  async function withClient<T>(
    pool: pg.Pool,
    work: (client: pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    return use(await pool.connect(), work, (client) => client.release());
  }

  /**
   * Writers' connections between two commits, each with what to do when it breaks.
   *
   * The pool hands out a connection in the next turn of the event loop; one of these sends its batch in
   * this turn, ahead of the callers of the last batch, who are answered while the database works.
   */
  const warmWriters = new Map<pg.PoolClient, (error: Error) => void>();

  function takeWarmWriter(): pg.PoolClient | undefined {
    for (const [client, onError] of warmWriters) {
      warmWriters.delete(client);
      client.off('error', onError);
      return client;
    }
    return undefined;
  }

  function keepWarm(client: pg.PoolClient): void {
    // Who waits in the pool comes first: kept here, the next batch would have it, and so on for ever.
    if (closed !== undefined || writePool.waitingCount > 0) {
      client.release();
      return;
    }
    const onError = (error: Error) => {
      warmWriters.delete(client);
      client.release(error);
    };
    warmWriters.set(client, onError);
    client.on('error', onError);
  }

  async function withWriter<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return use(takeWarmWriter() ?? (await writePool.connect()), work, keepWarm);
  }

  /** Ends idle connections at once and busy ones when their statement ends, or their time is over. */
  async function closePools(): Promise<void> {
    for (let warm = takeWarmWriter(); warm !== undefined; warm = takeWarmWriter()) warm.release();
    const timer = setTimeout(() => {
      for (const client of inUse) socketOf(client).destroy();
    }, CLOSE_GRACE_MS);
    await Promise.all(pools.map((pool) => pool.end()));
    clearTimeout(timer);
  }

  const statementsOf = (client: pg.PoolClient, statements: readonly BoundStatement[]) =>
    statements.map((statement) => client.query(queryConfig(statement)));

  async function commitInTwo(
    client: pg.PoolClient,
    statements: readonly BoundStatement[],
    next: NextStatements,
  ): Promise<readonly QueryResult<unknown>[]> {
    try {
      const first = await pipelined([client.query(begin()), ...statementsOf(client, statements)]);
      const results = first.slice(1);
      const rest = [...statementsOf(client, next(results)), client.query('commit')];
      return [...results, ...(await pipelined(rest)).slice(0, -1)];
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    }
  }

  return {
    kind: 'postgres',
    description: describeUrl(url),
    schema,
    writers,
    ...queryableOf(readPool),
    dialect,

    commit: (statements, next) =>
      withWriter(async (client) => {
        if (next !== undefined) return commitInTwo(client, statements, next);
        const [single] = statements;
        if (statements.length === 1 && single !== undefined && !pooled) {
          return [toResult(await client.query(queryConfig(single)))];
        }
        const results = await pipelined([
          client.query(begin()),
          ...statementsOf(client, statements),
          client.query('commit'),
        ]);
        return results.slice(1, -1);
      }),

    transaction: (work, { isolation } = {}) =>
      withClient(transactionPool, async (client) => {
        await client.query(begin(isolation));
        try {
          const result = await work(queryableOf(client));
          const { command } = await client.query('commit');
          if (command !== 'COMMIT') throw new Error('the transaction was rolled back');
          return result;
        } catch (error) {
          await client.query('rollback').catch(() => undefined);
          throw error;
        }
      }),

    async ping() {
      await readPool.query('select 1');
    },

    stats: () => ({
      total: sum(pools, (pool) => pool.totalCount),
      idle: sum(pools, (pool) => pool.idleCount) + warmWriters.size,
      waiting: sum(pools, (pool) => pool.waitingCount),
    }),

    close() {
      closed ??= closePools();
      return closed;
    },
  };
}

const TRANSACTION_POOL_SIZE = 2;
const QUERY_TIMEOUT_MARGIN_MS = 5_000;
/** How long `close` waits for statements that still run. */
const CLOSE_GRACE_MS = 2_000;

/** Durable whatever the role's or the database's defaults say. */
function sessionSettings(statementTimeoutMs: number): string {
  return [
    'set synchronous_commit = on',
    `set statement_timeout = ${Math.floor(statementTimeoutMs)}`,
    `set idle_in_transaction_session_timeout = ${Math.floor(statementTimeoutMs)}`,
    "set timezone = 'UTC'",
    // Every statement here is short; compiling one takes longer than running it.
    'set jit = off',
  ].join(';');
}

/**
 * A batch's statement is planned once; its plan does not depend on the parameters. Citus cannot plan a
 * statement on several tables before it knows which user it is for, and chooses by itself.
 */
const PLAN_CACHE_MODE = `
select set_config(
  'plan_cache_mode',
  case
    when exists (select from pg_catalog.pg_extension where extname = 'citus') then 'auto'
    else 'force_generic_plan'
  end,
  false
)`;

/** Timestamps have 48 bits and counts stay far below 2^53, so bigint columns read as numbers. */
const getTypeParser: typeof pg.types.getTypeParser = (oid, format) =>
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);

/** node-postgres waits for a pipelined statement's answer, also for one that never comes. */
function socketOf(client: pg.PoolClient): Socket {
  return (client as unknown as { readonly connection: { readonly stream: Socket } }).connection
    .stream;
}

/**
 * Statements that travel at once. In a transaction a failed one fails those behind it, and a commit among them
 * rolls back.
 */
async function pipelined(
  queries: readonly Promise<pg.QueryResult>[],
): Promise<QueryResult<unknown>[]> {
  const outcomes = await Promise.allSettled(queries);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return outcomes.map((outcome) =>
    toResult((outcome as PromiseFulfilledResult<pg.QueryResult>).value),
  );
}

/** A text with many statements answers with a list; the last one counts. */
function toResult<Row>(result: pg.QueryResult | pg.QueryResult[]): QueryResult<Row> {
  const last = Array.isArray(result) ? result.at(-1) : result;
  return { rows: (last?.rows ?? []) as Row[], rowCount: last?.rowCount ?? 0 };
}

function describeUrl(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `PostgreSQL at ${hostname || 'localhost'}:${port || '5432'}${pathname}`;
  } catch (cause) {
    throw new CuepointError('configuration_invalid', 'DATABASE_URL is not a PostgreSQL URL.', {
      cause,
      field: 'DATABASE_URL',
    });
  }
}
