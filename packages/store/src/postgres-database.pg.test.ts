import type { CuepointError } from '@cuepoint/core';
import { describe, expect, inject, it, vi } from 'vitest';
import { openDatabase } from './open-database.ts';
import { SyncPersistence } from './sync-persistence.ts';
import { POSTGRES } from './testing/databases.ts';
import { setOp } from './testing/ops.ts';
import { openProxy } from './testing/proxy.ts';

const applicationName = "select current_setting('application_name') as name";

describe('the connections to PostgreSQL', () => {
  it('transactions go past the pooler where a direct URL is given, reads and commits do not', async () => {
    const url = new URL(inject('postgresUrl'));
    const withName = (name: string) => `${url.href}?application_name=${name}`;
    const database = await openDatabase({ url: withName('pooler'), directUrl: withName('direct') });
    const read = await database.execute<{ name: string }>(applicationName);
    const within = await database.transaction((transaction) =>
      transaction.execute<{ name: string }>(applicationName),
    );
    expect([read.rows, within.rows]).toEqual([[{ name: 'pooler' }], [{ name: 'direct' }]]);
    await database.close();
  });

  it('every connection commits durably and compiles nothing, whatever the server defaults to', async () => {
    const { href } = new URL(inject('postgresUrl'));
    const url = `${href}?options=-c%20synchronous_commit%3Doff%20-c%20jit%3Don`;
    const database = await openDatabase({ url });
    const { rows } = await database.execute(
      `select current_setting('synchronous_commit') as commit, current_setting('jit') as jit,
         current_setting('plan_cache_mode') as plans`,
    );
    expect(rows).toEqual([{ commit: 'on', jit: 'off', plans: 'force_generic_plan' }]);
    await database.close();
  });

  it('a server that does not answer is database_unavailable, with the reason and no password', async () => {
    const opening = openDatabase({ url: 'postgres://someone:hunter2@127.0.0.1:1/none' });
    const error: unknown = await opening.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'database_unavailable' });
    expect(String(error)).toContain('ECONNREFUSED');
    expect(String(error)).not.toContain('hunter2');
  });

  it('[GC7] stop ends in its time also when the database fell silent', async () => {
    await using opened = await POSTGRES.open();
    await using proxy = await openProxy(inject('postgresUrl'));
    const database = await openDatabase({ url: proxy.url, schema: opened.database.schema });
    const persistence = new SyncPersistence(database, { stopTimeoutMs: 200 });
    const userId = '00000000-0000-4000-8000-000000000000';
    proxy.freezeNew();
    proxy.freeze();
    const ack = persistence
      .persistOp(userId, setOp())
      .catch((error: unknown) => (error as CuepointError).code);
    await persistence.stop();
    expect(await ack).toBe('shutting_down');
    expect(database.stats().total).toBe(0);
  });

  it('a commit gets its turn beside batches that follow each other without a pause, and they get theirs', async () => {
    const database = await openDatabase({
      url: inject('postgresUrl'),
      writers: 2,
      connectTimeoutMs: 2_000,
    });
    const commit = () => database.commit([{ name: 'read-xid', params: [] }]);
    const run = { isOver: false, batches: 0 };
    const follow = async () => {
      for (; !run.isOver; run.batches += 1) await commit();
    };
    const shards = Promise.all([follow(), follow()]);
    await vi.waitUntil(() => run.batches > 10);
    const others = await Promise.allSettled(Array.from({ length: 20 }, commit));
    run.isOver = true;
    await shards;
    expect(others.filter(({ status }) => status === 'rejected')).toEqual([]);
    await database.close();
  });

  it('close is once, however often it is called', async () => {
    const database = await openDatabase({ url: inject('postgresUrl') });
    await Promise.all([database.close(), database.close()]);
    expect(database.stats()).toEqual({ total: 0, idle: 0, waiting: 0 });
  });
});
