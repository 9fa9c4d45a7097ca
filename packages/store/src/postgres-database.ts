import { CuepointError } from '@cuepoint/core';
import type pg from 'pg';
import { UnconfirmedCommitError } from './commit-notices.ts';
import {
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_POOL_SIZE,
  DEFAULT_SCHEMA,
  DEFAULT_SILENCE_MS,
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
import { createPostgresConnections, type Connection } from './postgres-connections.ts';
import { parsePostgresHosts } from './postgres-hosts.ts';
import { PLAN_CACHE_MODE, sessionSettings } from './postgres-session.ts';
import { SilentConnectionError } from './silence-watch.ts';
import { createStatementCache } from './statement-cache.ts';

/** PostgreSQL through node-postgres. */
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
    silenceMs = DEFAULT_SILENCE_MS,
  } = options;
  const textOf = createStatementCache(schema);
  const hosts = parsePostgresHosts(url);
  const settings = sessionSettings(statementTimeoutMs);
  const connections = createPostgresConnections({
    hosts,
    directHosts: directUrl === undefined ? undefined : parsePostgresHosts(directUrl),
    poolSize,
    writers,
    pooled,
    statementTimeoutMs,
    connectTimeoutMs,
    silenceMs,
    // Behind a transaction pooler a session's settings would stay on a stranger's connection.
    sessionSettings: pooled ? undefined : `${settings};${PLAN_CACHE_MODE}`,
  });
  const reads = queryableOf(connections.read);
  /** Every statement of the store may run twice, so nobody has to hear of a connection that died idle. */
  const query: Queryable['query'] = (name, params) =>
    reads.query<never>(name, params).catch((error: unknown) => {
      if (!(error instanceof SilentConnectionError)) throw error;
      return reads.query(name, params);
    });
  const dialect = createDialectSource((name) => query(name), options);

  /** For one transaction behind a pooler. */
  function localSettings(): string {
    const mode = dialect.known?.batch === 'unnest' ? 'force_generic_plan' : 'auto';
    return `${settings.replaceAll('set ', 'set local ')};set local plan_cache_mode = ${mode}`;
  }

  async function begin({ ask, servedBy }: Connection, isolation = 'read committed') {
    const text = `begin isolation level ${isolation}`;
    if (!pooled) return ask(text);
    const result = await ask(`${text};${localSettings()};select pg_backend_pid() as pid`);
    servedBy(toResult<{ pid: number }>(result).rows[0]?.pid ?? 0);
    return result;
  }

  function queryConfig({ name, params }: BoundStatement): pg.QueryConfig {
    const text = textOf(name);
    return { text, values: params as unknown[], ...(pooled ? {} : { name }) };
  }

  function queryableOf(ask: Connection['ask']): Queryable {
    return {
      query: async <Row>(name: string, params: readonly unknown[] = []) =>
        toResult<Row>(await ask(queryConfig({ name, params }))),
      execute: async <Row>(text: string, params?: readonly unknown[]) =>
        toResult<Row>(
          await ask(params === undefined ? text : { text, values: params as unknown[] }),
        ),
    };
  }

  const statementsOf = ({ ask }: Connection, statements: readonly BoundStatement[]) =>
    statements.map((statement) => ask(queryConfig(statement)));

  async function commitInTwo(
    connection: Connection,
    statements: readonly BoundStatement[],
    next: NextStatements,
  ): Promise<readonly QueryResult<unknown>[]> {
    try {
      const first = await pipelined([begin(connection), ...statementsOf(connection, statements)]);
      const results = first.slice(1);
      const rest = [...statementsOf(connection, next(results)), connection.ask('commit')];
      return [...results, ...(await pipelined(rest)).slice(0, -1)];
    } catch (error) {
      await connection.ask('rollback').catch(() => undefined);
      throw error;
    }
  }

  const { description } = hosts;
  return {
    kind: 'postgres',
    isPooled: pooled,
    description,
    schema,
    writers,
    query,
    execute: (text, params) => reads.execute(text, params),
    dialect,

    commit: (statements, next) =>
      connections.withWriter(async (connection) => {
        if (next !== undefined) return commitInTwo(connection, statements, next);
        const [single] = statements;
        if (statements.length === 1 && single !== undefined && !pooled) {
          return [toResult(await connection.ask(queryConfig(single)))];
        }
        const results = await pipelined([
          begin(connection),
          ...statementsOf(connection, statements),
          connection.ask('commit'),
        ]);
        return results.slice(1, -1);
      }),

    transaction: async (work, { isolation } = {}) => {
      const committing = connections.withTransaction(async (connection) => {
        await begin(connection, isolation);
        try {
          const result = await work(queryableOf(connection.ask));
          const { command } = await connection.ask('commit');
          if (command !== 'COMMIT') throw new Error('the transaction was rolled back');
          return result;
        } catch (error) {
          await connection.ask('rollback').catch(() => undefined);
          throw error;
        }
      });
      return committing.catch(throwUnknown);
    },

    async requireWritable() {
      await connections.tryWriter(async ({ ask }) => {
        const { rows } = toResult<{ setting: string }>(await ask(READ_ONLY_SETTING));
        if (rows[0]?.setting === 'off') return;
        throw new CuepointError('database_unavailable', `${description} ${IS_READ_ONLY}`);
      });
    },

    async ping() {
      await connections.read('select 1');
    },

    stats: () => connections.stats(),
    close: () => connections.close(),
  };
}

const READ_ONLY_SETTING = "select current_setting('transaction_read_only') as setting";
const IS_READ_ONLY =
  'takes no writes: it is a standby, or default_transaction_read_only is on for the role or the database.';

/** Whoever waits for a single transaction tries again, or not. */
function throwUnknown(error: unknown): never {
  if (!(error instanceof UnconfirmedCommitError)) throw error;
  throw new CuepointError(
    'outcome_unknown',
    'The change is stored; the standby has not confirmed it. Sending it again is safe.',
    { cause: error },
  );
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
