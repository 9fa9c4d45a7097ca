import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import type { Database } from './database.ts';
import { openDatabase } from './open-database.ts';
import { SyncPersistence } from './sync-persistence.ts';
import { POSTGRES, type TestDatabase } from './testing/databases.ts';
import { setOp } from './testing/ops.ts';
import { openProxy, type Proxy } from './testing/proxy.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closing.splice(0).toReversed()) await close();
});

interface Setup {
  readonly stored: TestDatabase;
  readonly proxy: Proxy;
  readonly database: Database;
  readonly persistence: SyncPersistence;
  readonly retries: string[];
}

/** A store whose connections pass a hop that can forget them. */
async function setup({ silenceMs = 400, pooled = false } = {}): Promise<Setup> {
  const stored = await POSTGRES.open();
  closing.push(() => stored.destroy());
  const proxy = await openProxy(inject('postgresUrl'));
  closing.push(async () => proxy[Symbol.asyncDispose]());
  const database = await openDatabase({
    url: proxy.url,
    schema: stored.database.schema,
    writers: 2,
    silenceMs,
    pooled,
  });
  const retries: string[] = [];
  const persistence = new SyncPersistence(database, {
    observer: { retried: ({ code }) => retries.push(code) },
  });
  closing.push(() => persistence.stop());
  return { stored, proxy, database, persistence, retries };
}

/** One for each of two shards. */
const USERS = [
  '00000000-0000-4000-8000-000000000000',
  '00000000-0000-4000-8000-000000000001',
] as const;

const write = ({ persistence }: Setup, contentId: string) =>
  Promise.all(USERS.map((userId) => persistence.persistOp(userId, setOp({ contentId }))));

const APPLIED = USERS.map(() => ({ result: 'applied' }));

describe('connections that die without a word', () => {
  for (const pooled of [false, true]) {
    const behind = pooled ? ' behind a transaction pooler' : '';
    it(`[OPS1] writers${behind} are replaced while new connections work, all at one time`, async () => {
      const opened = await setup({ pooled });
      expect(await write(opened, 'before')).toMatchObject(APPLIED);
      opened.proxy.freeze();
      expect(await write(opened, 'after')).toMatchObject(APPLIED);
      // Each shard met its own dead connection once.
      expect(opened.retries).toEqual(['connection', 'connection']);
    });
  }

  it('[OPS1] text that was sent is not sent again, and the next meets no connection that is as old', async () => {
    const { database, proxy } = await setup();
    const read = () => database.execute('select 1');
    await Promise.all([read(), read(), read(), read()]);
    proxy.freeze();
    await expect(read()).rejects.toThrow('the connection fell silent');
    await Promise.all([read(), read(), read(), read()]);
  });

  it('[OPS1] a statement of the store is asked again on a new one', async () => {
    const { database, proxy } = await setup();
    const read = () => database.query('read-xid');
    await Promise.all([read(), read(), read(), read()]);
    proxy.freeze();
    await expect(Promise.all([read(), read(), read(), read()])).resolves.toHaveLength(4);
  });

  it('[OPS1] a transaction ends as well', async () => {
    const { database, proxy } = await setup();
    const transaction = database.transaction(async (within) => {
      await within.execute('select 1');
      proxy.freeze();
      await within.execute('select 2');
    });
    await expect(transaction).rejects.toThrow('the connection fell silent');
    await expect(
      database.transaction((within) => within.execute('select 1')),
    ).resolves.toBeDefined();
  });

  for (const pooled of [false, true]) {
    const behind = pooled ? ', behind a transaction pooler too' : '';
    it(`[OPS1] a slow statement is waited for however long it takes${behind}`, async () => {
      const opened = await setup({ silenceMs: 200, pooled });
      await write(opened, 'before');
      await using blocker = await opened.stored.connect();
      await blocker.query('begin');
      await blocker.query('lock table cuepoint.user_progress');
      const written = write(opened, 'after');
      // Ten looks: the proxy sees each question on a connection of its own.
      const before = opened.proxy.connections;
      await vi.waitUntil(() => opened.proxy.connections >= before + 10, { timeout: 30_000 });
      await blocker.query('commit');
      expect(await written).toMatchObject(APPLIED);
      expect(opened.retries).toEqual([]);
    });
  }

  it('[OPS1] a reader does not wait for a database where no new connection works either', async () => {
    const { database, proxy } = await setup({ silenceMs: 200 });
    await database.ping();
    proxy.freeze();
    proxy.freezeNew();
    await expect(database.ping()).rejects.toThrow('the connection fell silent');
  });

  it('[OPS1] a writer without work is closed as every idle connection is', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { database } = await setup();
    await database.commit([{ name: 'read-xid', params: [] }]);
    expect(database.stats()).toMatchObject({ total: 2, idle: 2 });
    await vi.advanceTimersByTimeAsync(14_000);
    expect(database.stats()).toMatchObject({ total: 1, idle: 1 });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(database.stats().total).toBe(0);
  });
});
