import type { Socket } from 'node:net';
import pg from 'pg';
import { isUnconfirmedCommit, UnconfirmedCommitError } from './commit-notices.ts';
import type { PoolStats } from './database.ts';
import type { PostgresHosts } from './postgres-hosts.ts';
import { getTypeParser } from './postgres-session.ts';
import { createSilenceWatch, type SilenceWatch } from './silence-watch.ts';
import { readSql } from './sql-files.ts';
import { isReadOnly, isUnavailable, leavesConnectionUsable } from './sql-state.ts';
import { sum } from './sum.ts';

export interface PostgresConnectionsOptions {
  readonly hosts: PostgresHosts;
  /** Past a pooler, for transactions. */
  readonly directHosts: PostgresHosts | undefined;
  readonly poolSize: number;
  readonly writers: number;
  /** A transaction pooler is in front of `hosts`. */
  readonly pooled: boolean;
  readonly statementTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly silenceMs: number;
  /** Run on each new connection; undefined where connections are shared with strangers. */
  readonly sessionSettings: string | undefined;
}

/** A connection while it is lent out. */
export interface Connection {
  /** Pipelined on a writer: what is asked in one turn travels at once. */
  readonly ask: (query: string | pg.QueryConfig) => Promise<pg.QueryResult>;
  /** Behind a pooler: which process of the server has the transaction that has just begun. */
  readonly servedBy: (processId: number) => void;
}

export interface PostgresConnections {
  /** One statement on a reader. It does not wait for a database that hangs. */
  readonly read: Connection['ask'];
  withTransaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  withWriter<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /**
   * Asks a writer that has no batch; where all have one, what the last batch met is the answer.
   *
   * @throws that error.
   */
  tryWriter(work: (connection: Connection) => Promise<void>): Promise<void>;
  stats(): PoolStats;
  /** Ends idle connections at once and busy ones when their statement ends, or their time is over. */
  close(): Promise<void>;
}

/** A pool and who looks after its connections. */
interface Lender {
  readonly hosts: PostgresHosts;
  readonly pool: pg.Pool;
  readonly silence: SilenceWatch;
  readonly giveUpMs?: number;
}

/**
 * The connections to one PostgreSQL: readers, writers and a few for transactions, so that a burst of reads
 * never keeps a batch waiting. One that broke, fell silent or is as old as one that did is not used again.
 */
export function createPostgresConnections(
  options: PostgresConnectionsOptions,
): PostgresConnections {
  const { hosts, directHosts, pooled, connectTimeoutMs, silenceMs, statementTimeoutMs } = options;
  const servedBy = new WeakMap<pg.ClientBase, number>();
  const inUse = new Set<pg.PoolClient>();
  /** Whose last commit was waved through. */
  const unconfirmed = new WeakSet<pg.ClientBase>();
  let lastWriteError: unknown;
  let closed: Promise<void> | undefined;

  // A host that vanished without a word is given up as well; the server's own timeout would end sooner.
  const queryTimeoutMs = statementTimeoutMs + QUERY_TIMEOUT_MARGIN_MS;
  const silence = createWatch(hosts, pooled);
  const reader: Lender = {
    ...createLender(hosts, silence, { max: options.poolSize, query_timeout: queryTimeoutMs }),
    giveUpMs: READ_SILENCES * silenceMs,
  };
  const writer = createLender(hosts, silence, {
    max: options.writers,
    query_timeout: queryTimeoutMs,
    pipeline: true,
  });
  // Migrations and maintenance: past a pooler where there is a way past it, and as long as they take.
  const transactor =
    directHosts === undefined
      ? createLender(hosts, silence, { max: TRANSACTION_POOL_SIZE })
      : createLender(directHosts, createWatch(directHosts, false), { max: TRANSACTION_POOL_SIZE });
  const pools = [reader.pool, writer.pool, transactor.pool];

  function createLender(
    target: PostgresHosts,
    watch: SilenceWatch,
    config: pg.PoolConfig & { readonly pipeline?: boolean },
  ): Lender {
    const { sessionSettings } = options;
    const poolConfig: pg.PoolConfig = {
      ...config,
      // Each new connection goes to the host of its moment.
      Client: class extends pg.Client {
        constructor(given: pg.ClientConfig) {
          super({ ...given, connectionString: target.current });
        }
      } as unknown as NonNullable<pg.PoolConfig['Client']>,
      application_name: APPLICATION_NAME,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
      types: { getTypeParser },
    };
    const onConnect = [
      ...(sessionSettings === undefined ? [] : [sessionSettings]),
      ...(target.isReadWrite ? [REQUIRE_WRITABLE] : []),
    ].join(';');
    if (onConnect !== '') {
      const query = { text: onConnect, query_timeout: connectTimeoutMs };
      // The pool waits for it, whatever its type says.
      poolConfig.onConnect = (client) => client.query(query) as unknown as void;
    }
    const pool = new pg.Pool(poolConfig);
    // An idle connection that breaks is replaced at the next use; without a listener it ends the process.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => {
      watch.opened(client);
      client.on('notice', (notice) => {
        if (isUnconfirmedCommit(notice)) unconfirmed.add(client);
      });
    });
    return { hosts: target, pool, silence: watch };
  }

  /** @param isPooled the process behind a connection changes from transaction to transaction. */
  function createWatch(target: PostgresHosts, isPooled: boolean): SilenceWatch {
    const timeoutMs = Math.min(connectTimeoutMs, Math.max(silenceMs, ASK_TIMEOUT_MIN_MS));
    return createSilenceWatch({
      findBusy: (processIds) => findBusyProcesses(target.current, timeoutMs, processIds),
      processIdOf: (client) => (isPooled ? servedBy.get(client) : processIdOf(client)),
      now: () => performance.now(),
      silenceMs,
    });
  }

  async function connect(lender: Lender): Promise<pg.PoolClient> {
    for (;;) {
      const client = await connectToAny(lender);
      if (!lender.silence.isDoubted(client)) return client;
      discard(client);
    }
  }

  /** Tries each host once. */
  async function connectToAny({
    pool,
    hosts: { urls },
    hosts: of,
  }: Lender): Promise<pg.PoolClient> {
    for (let left = urls.length - 1; ; left -= 1) {
      const url = of.current;
      try {
        return await pool.connect();
      } catch (error) {
        if (left === 0 || !isUnavailable(error)) throw error;
        of.leave(url);
      }
    }
  }

  async function use<T>(
    client: pg.PoolClient,
    { silence: watch, giveUpMs }: Lender,
    work: (connection: Connection) => Promise<T>,
    giveBack: (client: pg.PoolClient) => void,
  ): Promise<T> {
    // A connection that breaks while it is out emits here as well as at the query.
    const ignore = () => undefined;
    client.on('error', ignore);
    inUse.add(client);
    let broken: Error | undefined;
    try {
      const result = await work({
        ask: (query) => watch.watch(client, client.query(query as pg.QueryConfig), giveUpMs),
        servedBy: (processId) => void servedBy.set(client, processId),
      });
      if (unconfirmed.has(client)) {
        throw new UnconfirmedCommitError('the commit was not confirmed by the standby');
      }
      return result;
    } catch (error) {
      broken = leavesConnectionUsable(error) ? undefined : (error as Error);
      // The server behind all of them is another one than it was, or will not take their writes either.
      if (isReadOnly(error)) watch.doubtAll();
      throw error;
    } finally {
      client.off('error', ignore);
      inUse.delete(client);
      servedBy.delete(client);
      if (broken !== undefined) client.release(broken);
      else if (watch.isDoubted(client)) discard(client);
      else giveBack(client);
    }
  }

  const withClient = async <T>(
    lender: Lender,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> => use(await connect(lender), lender, work, (client) => client.release());

  /**
   * Writers' connections between two commits, each with what to do when it breaks.
   *
   * The pool hands out a connection in the next turn of the event loop; one of these sends its batch in
   * this turn, ahead of the callers of the last batch, who are answered while the database works.
   */
  const warmWriters = new Map<pg.PoolClient, { sinceMs: number; onError: (e: Error) => void }>();
  let isCooling = false;

  function takeWarmWriter(): pg.PoolClient | undefined {
    for (const client of warmWriters.keys()) {
      cool(client);
      if (!silence.isDoubted(client)) return client;
      discard(client);
    }
    return undefined;
  }

  function keepWarm(client: pg.PoolClient): void {
    // Who waits in the pool comes first: kept here, the next batch would have it, and so on for ever.
    if (closed !== undefined || writer.pool.waitingCount > 0) {
      client.release();
      return;
    }
    const onError = (error: Error) => {
      warmWriters.delete(client);
      client.release(error);
    };
    warmWriters.set(client, { sinceMs: performance.now(), onError });
    client.on('error', onError);
    coolLater();
  }

  function cool(client: pg.PoolClient): void {
    const kept = warmWriters.get(client);
    if (kept !== undefined) client.off('error', kept.onError);
    warmWriters.delete(client);
  }

  /** The pool closes what idles: an old connection is the likelier to be dead without a word. */
  function coolLater(): void {
    if (isCooling) return;
    isCooling = true;
    setTimeout(() => {
      isCooling = false;
      const beforeMs = performance.now() - WARM_MS;
      for (const [client, { sinceMs }] of warmWriters) {
        if (sinceMs > beforeMs) continue;
        cool(client);
        client.release();
      }
      if (warmWriters.size > 0) coolLater();
    }, WARM_MS).unref();
  }

  async function withWriter<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      const client = takeWarmWriter() ?? (await connect(writer));
      const result = await use(client, writer, work, keepWarm);
      lastWriteError = undefined;
      return result;
    } catch (error) {
      lastWriteError = isUnavailable(error) ? error : undefined;
      throw error;
    }
  }

  async function tryWriter(work: (connection: Connection) => Promise<void>): Promise<void> {
    const { totalCount, idleCount } = writer.pool;
    if (warmWriters.size > 0 || idleCount > 0 || totalCount < options.writers) {
      return withWriter(work);
    }
    if (lastWriteError !== undefined) throw lastWriteError;
    return undefined;
  }

  async function close(): Promise<void> {
    for (let warm = takeWarmWriter(); warm !== undefined; warm = takeWarmWriter()) warm.release();
    const timer = setTimeout(() => {
      for (const client of inUse) socketOf(client).destroy();
    }, CLOSE_GRACE_MS);
    await Promise.all(pools.map((pool) => pool.end()));
    clearTimeout(timer);
  }

  return {
    read: (query) => withClient(reader, ({ ask }) => ask(query)),
    withTransaction: (work) => withClient(transactor, work),
    withWriter,
    tryWriter,
    stats: () => ({
      total: sum(pools, (pool) => pool.totalCount),
      idle: sum(pools, (pool) => pool.idleCount) + warmWriters.size,
      waiting: sum(pools, (pool) => pool.waitingCount),
    }),
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** Fails with the error of a write. */
const REQUIRE_WRITABLE = `do $$
begin
  if current_setting('transaction_read_only')::boolean then
    raise read_only_sql_transaction using message = 'no host takes writes; the last one asked is a standby, or set to read-only';
  end if;
end $$`;
const APPLICATION_NAME = 'cuepoint';
const TRANSACTION_POOL_SIZE = 2;
const QUERY_TIMEOUT_MARGIN_MS = 5_000;
/** How long `close` waits for statements that still run. */
const CLOSE_GRACE_MS = 2_000;
/** Below what firewalls and balancers allow an idle connection. */
const KEEP_ALIVE_DELAY_MS = 10_000;
/** How long a writer without a batch is kept out of its pool. */
const WARM_MS = 5_000;
const ASK_TIMEOUT_MIN_MS = 500;
/** Silences until a reader is given up although no other connection works. */
const READ_SILENCES = 4;

async function findBusyProcesses(
  connectionString: string,
  timeoutMs: number,
  processIds: readonly number[],
): Promise<ReadonlySet<number>> {
  const client = new pg.Client({
    connectionString,
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(readSql('find-busy-processes', 'public'), [
      processIds,
    ]);
    return new Set(rows.map(({ pid }) => pid));
  } finally {
    socketOf(client).destroy();
  }
}

/** Nobody says goodbye to a connection that may be dead: the answer would never come. */
function discard(client: pg.PoolClient): void {
  socketOf(client).destroy();
  client.release(true);
}

/** node-postgres waits for a pipelined statement's answer, also for one that never comes. */
function socketOf(client: pg.ClientBase): Socket {
  return (client as unknown as { readonly connection: { readonly stream: Socket } }).connection
    .stream;
}

/** As the server introduced itself; a pooler in front has numbers of its own. */
function processIdOf(client: pg.ClientBase): number | undefined {
  return (client as unknown as { readonly processID: number | null }).processID ?? undefined;
}
