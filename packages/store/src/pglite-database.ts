import { setImmediate as nextTurn } from 'node:timers/promises';
import { access, constants, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { PGlite, types, type Results, type Transaction } from '@electric-sql/pglite';
import { CuepointError } from '@cuepoint/core';
import { notWhole, requireCluster } from './cluster.ts';
import {
  DEFAULT_DATA_DIR,
  DEFAULT_SCHEMA,
  type Database,
  type DatabaseOptions,
  type QueryResult,
  type Queryable,
} from './database.ts';
import { createDialectSource } from './dialect.ts';
import { lockDirectory, type DirectoryLock } from './directory-lock.ts';
import { flushTree } from './flush-tree.ts';
import { createStatementCache } from './statement-cache.ts';
import { createWalFlush } from './wal-flush.ts';

/**
 * The embedded default: PostgreSQL 18 in WebAssembly, one process, one directory.
 *
 * @throws CuepointError `data_directory_in_use`, `data_directory_unusable`
 */
export async function openPgliteDatabase(options: DatabaseOptions): Promise<Database> {
  const { schema = DEFAULT_SCHEMA } = options;
  const dataDir = path.resolve(options.dataDir ?? DEFAULT_DATA_DIR);
  const lock = await claimDirectory(dataDir);
  const { pglite, clusterDir } = await openCluster(dataDir, lock);
  const textOf = createStatementCache(schema);
  const walPosition = async () => {
    const { rows } = await pglite.query<{ timeline: number; lsn: string }>(WAL_POSITION);
    const [position] = rows;
    if (position === undefined) throw new Error('the WAL has a position');
    return position;
  };
  const wal = createWalFlush(clusterDir, (await walPosition()).lsn);
  let failure: CuepointError | undefined;
  let closed: Promise<void> | undefined;
  let checkpointed: Promise<void> = Promise.resolve();

  /**
   * Resolves when everything committed so far is on the disk.
   *
   * A failed flush is final: the kernel may have dropped the pages that it could not write, so a later
   * flush that succeeds proves nothing (PostgreSQL panics for the same reason).
   */
  async function flush(): Promise<void> {
    try {
      // A checkpoint may recycle the segment of a commit before that commit's flush: then it is the
      // checkpoint's pages that have to be on the disk. One that began meanwhile counts as well.
      await checkpointed;
      await wal.flushTo(await walPosition());
      await checkpointed;
    } catch (cause) {
      failure = new CuepointError(
        'storage_failed',
        'The disk refused a flush; the service has to be started again. See docs/operating.md.',
        { cause },
      );
      throw failure;
    }
  }

  /** The pages go to the disk right after, since the log that could restore them may be gone. */
  async function checkpoint(): Promise<void> {
    checkpointed = pglite.exec('checkpoint').then(() => flushTree(clusterDir));
    await checkpointed;
  }

  async function requireSound(): Promise<void> {
    if (failure !== undefined) throw failure;
  }

  function queryableOf(target: PGlite | Transaction): Queryable {
    return {
      query: async <Row>(name: string, params: readonly unknown[] = []) => {
        return toResult(await target.query<Row>(textOf(name), [...params]));
      },
      execute: async <Row>(sql: string, params?: readonly unknown[]) => {
        if (params !== undefined) return toResult(await target.query<Row>(sql, [...params]));
        return toResult((await target.exec(sql)).at(-1) as Results<Row> | undefined);
      },
    };
  }

  const direct = queryableOf(pglite);

  const transaction: Database['transaction'] = async (work, { isolation } = {}) => {
    await requireSound();
    const result = await pglite.transaction(async (tx) => {
      if (isolation !== undefined) await tx.exec(`set transaction isolation level ${isolation}`);
      return work(queryableOf(tx));
    });
    await flush();
    return result;
  };

  async function closeCluster(): Promise<void> {
    await pglite.close();
    await wal.close();
    await lock.release();
  }

  return {
    kind: 'pglite',
    description: `the embedded database in ${dataDir}`,
    schema,
    writers: 1,
    ...direct,
    // The engine answers without a turn of the event loop: who reads page after page would let no flush of others end. [OPS3]
    query: async <Row>(name: string, params?: readonly unknown[]) => {
      const result = await direct.query<Row>(name, params);
      await nextTurn();
      return result;
    },
    dialect: createDialectSource((name) => direct.query(name), options),

    async commit(statements, next) {
      await requireSound();
      const [single] = statements;
      if (statements.length === 1 && single !== undefined && next === undefined) {
        const result = await pglite.query(textOf(single.name), [...single.params]);
        await flush();
        return [toResult(result)];
      }
      return transaction(async (tx) => {
        const results: QueryResult<unknown>[] = [];
        for (const { name, params } of statements) results.push(await tx.query(name, params));
        for (const { name, params } of next?.([...results]) ?? []) {
          results.push(await tx.query(name, params));
        }
        return results;
      });
    },

    transaction,

    async ping() {
      await requireSound();
      await pglite.query('select 1');
    },

    stats: () => ({ total: 1, idle: 1, waiting: 0 }),

    upkeep: {
      checkpoint,
      vacuum: async () => void (await pglite.exec('vacuum (analyze)')),
    },

    close() {
      closed ??= closeCluster();
      return closed;
    },
  };
}

function toResult<Row>(result: Results<Row> | undefined): QueryResult<Row> {
  const rows = result?.rows ?? [];
  return { rows, rowCount: rows.length > 0 ? rows.length : (result?.affectedRows ?? 0) };
}

const WAL_POSITION = `
select
  pg_current_wal_insert_lsn()::text as lsn,
  ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::integer as timeline`;

async function claimDirectory(dataDir: string): Promise<DirectoryLock> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return await lockDirectory(dataDir);
  } catch (cause) {
    if (cause instanceof CuepointError) throw cause;
    throw unusable(dataDir, cause);
  }
}

/** Pages in memory: a quarter of PostgreSQL's default, for the system keeps them in its own cache as well. */
const SHARED_BUFFERS = '32MB';

async function openCluster(
  dataDir: string,
  lock: DirectoryLock,
): Promise<{ readonly pglite: PGlite; readonly clusterDir: string }> {
  try {
    const clusterDir = await requireCluster(dataDir);
    return { pglite: await startEngine(clusterDir), clusterDir };
  } catch (cause) {
    await lock.release();
    if (cause instanceof CuepointError) throw cause;
    throw unusable(dataDir, cause);
  }
}

async function startEngine(clusterDir: string): Promise<PGlite> {
  let complaint: string | undefined;
  try {
    return await PGlite.create(clusterDir, {
      parsers: { [types.INT8]: Number },
      startParams: [...PGlite.defaultStartParams, '-c', `shared_buffers=${SHARED_BUFFERS}`],
      onStderr: (line) => {
        complaint ??= /(?:FATAL|PANIC):.*/.exec(line)?.[0];
        return false;
      },
    });
  } catch (cause) {
    throw notWhole(clusterDir, complaint ?? reasonOf(cause), cause);
  }
}

function unusable(directory: string, cause: unknown): CuepointError {
  return new CuepointError(
    'data_directory_unusable',
    `The data directory ${directory} cannot be used: ${reasonOf(cause)}. Make it writable, or set CUEPOINT_DATA_DIR.`,
    { cause },
  );
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
