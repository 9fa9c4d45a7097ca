import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { createPostgresServer } from '../../../test/support/postgres-server.ts';
import type { Database } from './database.ts';
import { openDatabase } from './open-database.ts';
import { bindSchema } from './sql-files.ts';
import { SyncPersistence } from './sync-persistence.ts';
import { serverKind, type TestDatabase } from './testing/databases.ts';
import { setOp } from './testing/ops.ts';

const USER_ID = '00000000-0000-4000-8000-000000000000';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface Writer {
  readonly stored: TestDatabase;
  readonly database: Database;
  readonly persistence: SyncPersistence;
  readonly retries: { readonly code: string; readonly reason: string }[];
}

async function writeTo(stored: TestDatabase, url: string): Promise<Writer> {
  closing.push(() => stored.destroy());
  const database = await openDatabase({ url, schema: stored.database.schema });
  const retries: Writer['retries'] = [];
  const persistence = new SyncPersistence(database, {
    observer: { retried: (event) => retries.push(event) },
  });
  closing.push(() => persistence.stop());
  return { stored, database, persistence, retries };
}

/** A role of the test's own, which an operator can set to read-only. */
async function writeAsRole(): Promise<
  Writer & { setReadOnly: (isOn: boolean) => Promise<unknown> }
> {
  const url = new URL(inject('postgresUrl'));
  const stored = await serverKind('PostgreSQL', () => url.href).open();
  const role = `planned_${randomUUID().slice(0, 8)}`;
  await stored.sql(`create role ${role} login superuser`);
  closing.push(async () => {
    const kind = serverKind('PostgreSQL', () => url.href);
    await using connection = await kind.open({ migrated: false });
    await connection.sql(`drop role ${role}`);
  });
  const own = new URL(url);
  own.username = role;
  const writer = await writeTo(stored, own.href);
  return {
    ...writer,
    setReadOnly: (isOn) =>
      stored.sql(`alter role ${role} set default_transaction_read_only = ${isOn ? 'on' : 'off'}`),
  };
}

describe('a database that turned read-only under living connections', () => {
  it('[OPS1] is written to as soon as a new connection can write', async () => {
    const { stored, persistence, retries, setReadOnly } = await writeAsRole();
    await setReadOnly(true);
    const ack = persistence.persistOp(USER_ID, setOp());
    await vi.waitUntil(() => retries.length > 0);
    expect(retries[0]).toEqual({
      code: '25006',
      reason: expect.stringContaining('read-only transaction') as string,
    });
    await setReadOnly(false);
    expect(await ack).toMatchObject({ result: 'applied' });
    expect(await stored.sql('select from cuepoint.user_progress')).toHaveLength(1);
  });

  it('[OPS1] a transaction does not keep such a connection either', async () => {
    const { database, setReadOnly } = await writeAsRole();
    const text = bindSchema(
      'update cuepoint.sync_state set incarnation = incarnation',
      database.schema,
    );
    const write = () => database.transaction((within) => within.execute(text));
    await setReadOnly(true);
    await expect(write()).rejects.toMatchObject({ code: '25006' });
    await setReadOnly(false);
    await expect(write()).resolves.toBeDefined();
  });

  it('[OPS1] is not ready until it takes writes again', async () => {
    const { database, setReadOnly } = await writeAsRole();
    await setReadOnly(true);
    await expect(database.requireWritable?.()).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringContaining('takes no writes') as string,
    });
    await setReadOnly(false);
    await expect(database.requireWritable?.()).resolves.toBeUndefined();
  });
});

describe('a commit that was not confirmed by the standby', () => {
  /** A primary that waits for a standby which is not there. */
  async function waitForNobody() {
    const server = await createPostgresServer();
    closing.push(() => server.destroy());
    await server.start();
    const stored = await serverKind('a primary', () => server.url()).open();
    const writer = await writeTo(stored, server.url());
    await using admin = await stored.connect();
    await admin.query("alter system set synchronous_standby_names = 'nobody'");
    await admin.query('select pg_reload_conf()');
    const waiting = () => stored.sql("select from pg_stat_activity where wait_event = 'SyncRep'");
    return {
      ...writer,
      untilWaiting: () => vi.waitUntil(async () => (await waiting()).length > 0),
      cancel: () =>
        stored.sql(
          "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'",
        ),
      comesBack: async () => {
        await using connection = await stored.connect();
        await connection.query('alter system reset synchronous_standby_names');
        await connection.query('select pg_reload_conf()');
      },
    };
  }

  it('[GC1] is outcome_unknown to a single transaction; a batch is written again until one is', async () => {
    const { database, persistence, retries, untilWaiting, cancel, comesBack } =
      await waitForNobody();
    const transaction = database.transaction((within) =>
      within.execute('create table in_doubt (id integer)'),
    );
    await Promise.all([
      expect(transaction).rejects.toMatchObject({ code: 'outcome_unknown' }),
      untilWaiting().then(cancel),
    ]);

    let acks = 0;
    const ack = persistence.persistOp(USER_ID, setOp()).finally(() => {
      acks += 1;
    });
    for (const rounds of [1, 2]) {
      await untilWaiting();
      await cancel();
      await vi.waitUntil(() => retries.length === rounds);
    }
    // What is repeated changes nothing any more, and waits for the standby all the same.
    await untilWaiting();
    expect(acks).toBe(0);
    expect(retries[0]?.reason).toContain('not confirmed by the standby');
    await comesBack();
    expect(await ack).toMatchObject({
      result: expect.stringMatching(/applied|duplicate/) as string,
    });
  });
});
