import { afterEach, expect, it, vi } from 'vitest';
import { createPostgresServer } from '../../../test/support/postgres-server.ts';
import { openNotificationChannel } from './notification-channel.ts';
import { openDatabase } from './open-database.ts';
import { SyncPersistence } from './sync-persistence.ts';
import { serverKind } from './testing/databases.ts';
import { setOp } from './testing/ops.ts';

const USER_ID = '00000000-0000-4000-8000-000000000000';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

it('[OPS1] of several hosts the one that takes writes is used, also after a standby took over', async () => {
  const primary = await createPostgresServer();
  closing.push(() => primary.destroy());
  await primary.start();
  const stored = await serverKind('a primary', () => primary.url()).open();
  const { schema } = stored.database;
  await stored.database.close();
  await primary.stop();
  const standby = await createPostgresServer({ standbyOf: primary });
  closing.push(() => standby.destroy());
  await primary.start();
  await standby.start();

  // The standby comes first, and refuses.
  const url = `postgres://postgres@127.0.0.1:${standby.port},127.0.0.1:${primary.port}/postgres`;
  const database = await openDatabase({ url, schema, silenceMs: 500 });
  expect(database.description).toContain(`127.0.0.1:${standby.port}, 127.0.0.1:${primary.port}`);
  const persistence = new SyncPersistence(database);
  closing.push(() => persistence.stop());
  expect(await persistence.persistOp(USER_ID, setOp({ contentId: 'before' }))).toMatchObject({
    result: 'applied',
  });
  const heard: string[] = [];
  const channel = await openNotificationChannel(
    { url, channel: 'films' },
    { onPayload: (payload) => heard.push(payload), onLost: () => undefined },
  );
  closing.push(() => channel.close());
  await channel.notify(['told']);
  await vi.waitUntil(() => heard.includes('told'));

  // Nobody takes writes while the primary is away: a start waits, with a line that says why.
  const follower = await openDatabase({ url: standby.url(), schema });
  closing.push(() => follower.close());
  await vi.waitUntil(async () => {
    const { rows } = await follower.execute<{ films: number }>(
      `select count(*)::integer as films from "${schema.replaceAll('"', '""')}".user_progress`,
    );
    return rows[0]?.films === 1;
  });
  await primary.kill();
  await expect(openDatabase({ url, schema })).rejects.toMatchObject({
    code: 'database_unavailable',
  });
  await expect(follower.requireWritable?.()).rejects.toThrow('takes no writes');

  const ack = persistence.persistOp(USER_ID, setOp({ contentId: 'after' }));
  await follower.execute('select pg_promote()');
  expect(await ack).toMatchObject({ result: 'applied' });
  await expect(follower.requireWritable?.()).resolves.toBeUndefined();
});
