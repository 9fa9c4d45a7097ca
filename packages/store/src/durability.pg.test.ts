import { randomUUID } from 'node:crypto';
import { inject, describe, expect, test } from 'vitest';
import { createPostgresServer } from '../../../test/support/postgres-server.ts';
import { readDurability } from './durability.ts';
import { openDatabase } from './open-database.ts';
import { POSTGRES } from './testing/databases.ts';

describe('durability', () => {
  test('a server with its defaults is durable', async () => {
    await using opened = await POSTGRES.open({ migrated: false });
    const report = await readDurability(opened.database);
    expect(report).toMatchObject({ durable: true, warnings: [] });
    expect(report.settings).toMatchObject({ fsync: 'on', synchronous_commit: 'on' });
  });

  test('fsync and full_page_writes that are off are reported, each in a sentence', async () => {
    const server = await createPostgresServer();
    try {
      await server.start({ fsync: 'off', full_page_writes: 'off' });
      const database = await openDatabase({ url: server.url() });
      try {
        const report = await readDurability(database);
        expect(report.durable).toBe(false);
        expect(report.warnings).toEqual([
          expect.stringContaining('fsync is off') as string,
          expect.stringContaining('full_page_writes is off') as string,
        ]);
      } finally {
        await database.close();
      }
    } finally {
      await server.destroy();
    }
  });

  test('[GC1] a role whose default is an asynchronous commit commits synchronously here', async () => {
    await using opened = await POSTGRES.open({ migrated: false });
    const role = `lazy_${randomUUID().slice(0, 8)}`;
    await opened.sql(`create role ${role} login superuser`);
    await opened.sql(`alter role ${role} set synchronous_commit = off`);
    const url = new URL(inject('postgresUrl'));
    url.username = role;
    try {
      for (const pooled of [false, true]) {
        const database = await openDatabase({ url: url.href, pooled });
        try {
          const setting = await database.transaction(async (transaction) => {
            const { rows } = await transaction.execute<{ synchronous_commit: string }>(
              'show synchronous_commit',
            );
            return rows[0]?.synchronous_commit;
          });
          expect(setting, `pooled: ${pooled}`).toBe('on');
          const committed = await database.commit([{ name: 'read-durability', params: [] }]);
          expect(committed[0]?.rows).toContainEqual({ name: 'synchronous_commit', setting: 'on' });
        } finally {
          await database.close();
        }
      }
    } finally {
      await opened.sql(`drop role ${role}`);
    }
  });
});
