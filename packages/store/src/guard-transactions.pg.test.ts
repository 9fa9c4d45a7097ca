import { executionAsyncId } from 'node:async_hooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMaintenance } from './maintenance.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { PGLITE, POSTGRES, type TestDatabase } from './testing/databases.ts';

describe.each([PGLITE, POSTGRES])('within a transaction on $name', ({ isServer, open }) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await open({ migrated: false });
  });
  afterAll(() => opened.destroy());

  test('[OPS1] the dialect is a value once the schema is there: the first call of all may be one within', async () => {
    const { database } = opened;
    expect(database.dialect.known).toBeUndefined();
    expect(() => database.dialect.current).toThrow('migrate up');
    await migrate(database, { direction: 'up' });
    expect(database.dialect.current).toEqual({ catchUp: 'xid', batch: 'unnest' });
    expect(await createMaintenance(database).markStaleDevicesOffline()).toEqual([]);
    if (!isServer) return;
    const again = await openDatabase(opened.options);
    expect(again.dialect.current).toEqual({ catchUp: 'xid', batch: 'unnest' });
    await again.close();
  });

  const calls: [string, string, () => Promise<unknown>][] = [
    ['a statement', 'read-catch-up', () => opened.database.query('read-catch-up')],
    ['SQL text', 'select 1', () => opened.database.execute('select\n  1')],
    ['a commit', 'read-catch-up', () => opened.database.commit([statement])],
    ['a transaction', 'begin', () => opened.database.transaction(async () => undefined)],
    ['a ping', 'ping', () => opened.database.ping()],
    ['the dialect', 'read-catch-up', () => opened.database.dialect.refresh()],
    ['a close', 'close', () => opened.database.close()],
  ];
  const statement = { name: 'read-catch-up', params: [] };

  test.each(calls)(
    '[OPS1] %s of the database itself throws, and both statements are named',
    async (_what, name, call) => {
      const refused = opened.database.transaction(async (transaction) => {
        await transaction.query('try-task-lock', ['a-lock']);
        await call();
      });
      const error = await refused.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'internal' });
      expect((error as Error).message).toContain(`"${name}"`);
      expect((error as Error).message).toContain('"try-task-lock"');
      await opened.database.ping();
    },
  );

  test('[OPS1] promises cost no more once no transaction runs', async () => {
    const untracked = await countContexts();
    await opened.database.transaction(async (transaction) => {
      await transaction.query('read-catch-up');
      // Of two that run at one time the one that ends first leaves the other its context.
      await Promise.all([
        opened.database.ping().catch(() => undefined),
        transaction.query('read-catch-up'),
      ]);
      await expect(opened.database.ping()).rejects.toMatchObject({ code: 'internal' });
    });
    expect(await countContexts()).toBe(untracked);
  });

  test('[OPS1] what the work of a transaction leaves behind may ask once it is over', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let later: Promise<void> | undefined;
    await opened.database.transaction(async (transaction) => {
      await transaction.query('read-catch-up');
      later = released.then(() => opened.database.ping());
    });
    release();
    await expect(later).resolves.toBeUndefined();
  });
});

/** Contexts of a few continuations: each has one of its own while the platform follows them, which is what costs. */
async function countContexts(): Promise<number> {
  const ids = new Set<number>();
  for (let count = 0; count < 5; count += 1) {
    await Promise.resolve();
    ids.add(executionAsyncId());
  }
  return ids.size;
}
