import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { hasPgBouncer, startPgBouncer } from '../../../test/support/pgbouncer.ts';
import { readDurability } from './durability.ts';
import { openDatabase } from './open-database.ts';
import { SyncPersistence } from './sync-persistence.ts';
import { POSTGRES } from './testing/databases.ts';
import { setOp } from './testing/ops.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A schema behind PgBouncer, in a database whose default is to commit before the flush. */
async function setup(pooled?: boolean) {
  const stored = await POSTGRES.open();
  closing.push(() => stored.destroy());
  const pooler = await startPgBouncer(inject('postgresUrl'));
  closing.push(async () => pooler[Symbol.asyncDispose]());
  const database = await openDatabase({
    url: pooler.url,
    schema: stored.database.schema,
    ...(pooled === undefined ? {} : { pooled }),
  });
  closing.push(() => database.close());
  return { stored, database };
}

describe.skipIf(!hasPgBouncer())('PgBouncer in transaction mode', () => {
  it('[OPS1] is noticed by itself: many clients share few sessions, and nothing is tried again', async () => {
    const { stored, database } = await setup();
    expect(database.isPooled).toBe(true);
    const retries: string[] = [];
    const persistence = new SyncPersistence(database, {
      observer: { retried: ({ reason }) => retries.push(reason) },
    });
    for (let round = 0; round < 5; round += 1) {
      const users = Array.from({ length: 20 }, () => randomUUID());
      const acks = await Promise.all(users.map((user) => persistence.persistOp(user, setOp())));
      expect(acks.every(({ result }) => result === 'applied')).toBe(true);
      await Promise.all(users.map((user) => persistence.loadProgressState(user)));
    }
    expect(retries).toEqual([]);
    expect(await stored.sql('select from cuepoint.user_progress')).toHaveLength(100);
  });

  it('a server that is asked directly is not taken for one', async () => {
    await using opened = await POSTGRES.open({ migrated: false });
    expect(opened.database.isPooled).toBe(false);
  });

  it('[GC1] the report of durability is of the settings that a batch has, whatever the default', async () => {
    const name = `lazy_${randomUUID().slice(0, 8)}`;
    await using opened = await POSTGRES.open({ migrated: false });
    await opened.sql(`create database ${name}`);
    closing.push(async () => {
      await using again = await POSTGRES.open({ migrated: false });
      await again.sql(`drop database ${name} with (force)`);
    });
    await opened.sql(`alter database ${name} set synchronous_commit = off`);
    const pooler = await startPgBouncer(inject('postgresUrl'));
    closing.push(async () => pooler[Symbol.asyncDispose]());
    const url = new URL(pooler.url);
    url.pathname = name;
    // The dialect is not there before a migration: what is opened here is what reads the settings.
    for (const pooled of [undefined, true]) {
      const database = await openDatabase({
        url: url.href,
        ...(pooled === undefined ? {} : { pooled }),
      });
      expect(await readDurability(database)).toMatchObject({ durable: true, warnings: [] });
      const [within] = await database.commit([{ name: 'read-durability', params: [] }]);
      expect(within?.rows).toContainEqual({ name: 'synchronous_commit', setting: 'on' });
      await database.close();
    }
  });
});
