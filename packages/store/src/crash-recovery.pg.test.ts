import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createPostgresServer,
  type PostgresServer,
} from '../../../test/support/postgres-server.ts';
import { textToCursor } from './cursor.ts';
import type { Database, DatabaseOptions } from './database.ts';
import { openDatabase } from './open-database.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { abortTransactions } from './testing/abort-transactions.ts';
import { serverKind, type TestDatabase } from './testing/databases.ts';
import { setOp } from './testing/ops.ts';

const CHILD = fileURLToPath(new URL('testing/pglite-pull-child.ts', import.meta.url));
/** The log of an abort stays in memory: the writer that would put it on the disk sleeps. */
const LAZY_LOG = { wal_writer_delay: '10s' };

async function pull(database: Database, userId: string, cursor?: string) {
  const request = { limit: 10, ...(cursor === undefined ? {} : { cursor }) };
  const page = await new PostgresSyncRepository(database).readChanges(userId, request);
  if (page.cursor === undefined) throw new Error('a last page has a cursor');
  return { ...page, cursor: page.cursor };
}

function xminOf(cursor: string): bigint {
  return BigInt(textToCursor(cursor).seen.split(':')[0] ?? '');
}

/** A pull since `cursor`, after a write under a transaction id that the cursor takes for finished. */
async function pullReused(database: Database, userId: string, cursor: string) {
  const op = setOp();
  await new PostgresSyncRepository(database).saveProgress(userId, op);
  const written = xminOf((await pull(database, userId)).cursor);
  // Past the cursor: else it is refused for being from the future, which tells nothing here.
  for (let round = 0; round < 2; round += 1) await abortTransactions(database);
  const answer = await pull(database, userId, cursor);
  const isReused = written < xminOf(cursor) && xminOf(answer.cursor) > xminOf(cursor);
  return { op, isReused, ops: answer.ops, resync: answer.resync };
}

describe('a cursor and a crash of PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await createPostgresServer();
    await server.start(LAZY_LOG);
  });
  afterAll(async () => {
    await server.destroy();
  });

  const openOwn = (options: DatabaseOptions = {}) =>
    serverKind('a server that is killed', () => server.url(), options).open();

  /** Resolves when the server takes queries again. */
  async function recovered(database: Database): Promise<void> {
    for (;;) {
      try {
        await database.ping();
        return;
      } catch {
        // A client that connects without a pause keeps the server from getting ready at all.
        await pause(100);
      }
    }
  }

  async function recoveredAtUs(database: Database): Promise<string> {
    const { rows } = await database.execute<{ at: string }>(
      'select pg_stat_get_bgwriter_stat_reset_time()::text as at',
    );
    return rows[0]?.at ?? '';
  }

  /** Resolves with a new connection pool once the server has recovered from its crash. */
  async function reopened({ options }: TestDatabase, startedAt: string): Promise<Database> {
    for (;;) {
      await pause(100);
      const database = await openDatabase(options).catch(() => undefined);
      if (database === undefined) continue;
      if ((await recoveredAtUs(database).catch(() => startedAt)) !== startedAt) return database;
      await database.close();
    }
  }

  test('[CUR2] after SIGKILL of the server no write under a reused transaction id is missed', async () => {
    await using opened = await openOwn();
    const userId = randomUUID();
    await abortTransactions(opened.database);
    const { cursor } = await pull(opened.database, userId);
    await server.kill();
    await server.start(LAZY_LOG);
    await recovered(opened.database);
    const { op, ...answer } = await pullReused(opened.database, userId, cursor);
    expect(answer).toEqual({ isReused: true, ops: [op], resync: true });
  });

  test('[CUR2] after SIGKILL of one backend no write under a reused transaction id is missed', async () => {
    const opened = await openOwn();
    const userId = randomUUID();
    const victim = new pg.Client({ connectionString: server.url() });
    victim.on('error', () => undefined);
    await victim.connect();
    const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid');
    const startedAt = await recoveredAtUs(opened.database);
    await abortTransactions(opened.database);
    const { cursor } = await pull(opened.database, userId);
    await opened.database.close();
    const victimEnded = new Promise<void>((resolve) => victim.once('end', resolve));
    process.kill(rows[0]?.pid ?? 0, 'SIGKILL');
    await victimEnded;
    const database = await reopened(opened, startedAt);
    const { op, ...answer } = await pullReused(database, userId, cursor);
    expect(answer).toEqual({ isReused: true, ops: [op], resync: true });
    await database.close();
  });

  test('[CUR2] counters: after SIGKILL of the server no acknowledged write is missed', async () => {
    await using opened = await openOwn({ catchUp: 'counter' });
    const userId = randomUUID();
    const ops = ['a', 'b', 'c'].map((contentId) => setOp({ contentId }));
    const repository = new PostgresSyncRepository(opened.database);
    await repository.saveProgress(userId, setOp({ contentId: 'a' }));
    const { cursor } = await pull(opened.database, userId);
    await repository.saveProgress(userId, setOp({ contentId: 'b' }));
    await server.kill();
    await server.start(LAZY_LOG);
    await recovered(opened.database);
    await repository.saveProgress(userId, setOp({ contentId: 'c' }));
    expect(await pull(opened.database, userId, cursor)).toMatchObject({ ops, resync: true });
  });

  test.each(['xid', 'counter'] as const)(
    '[CUR2] a cursor stays good over an orderly restart, by %s',
    async (catchUp) => {
      await using opened = await openOwn({ catchUp });
      const userId = randomUUID();
      const { cursor } = await pull(opened.database, userId);
      await server.stop();
      await server.start(LAZY_LOG);
      await recovered(opened.database);
      const op = setOp();
      await new PostgresSyncRepository(opened.database).saveProgress(userId, op);
      expect(await pull(opened.database, userId, cursor)).toMatchObject({
        ops: [op],
        resync: false,
      });
    },
  );
});

describe('a cursor and a crash of the embedded database', () => {
  test('[CUR2] after SIGKILL no write under a reused transaction id is missed', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-pglite-'));
    try {
      const userId = randomUUID();
      const cursor = await cursorOfKilledChild(dataDir, userId);
      const database = await openDatabase({ dataDir });
      try {
        const { op, ...answer } = await pullReused(database, userId, cursor);
        expect(answer).toEqual({ isReused: true, ops: [op], resync: true });
      } finally {
        await database.close();
      }
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  async function cursorOfKilledChild(dataDir: string, userId: string): Promise<string> {
    const flags = ['--conditions', 'cuepoint-source', '--import', import.meta.resolve('tsx')];
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [...flags, CHILD, dataDir, userId], (error, stdout, stderr) => {
        if (error?.signal === 'SIGKILL') resolve(stdout.trim());
        else reject(new Error(`the child was not killed: ${stderr}`, { cause: error }));
      });
    });
  }
});
