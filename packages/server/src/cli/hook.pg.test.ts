import { randomUUID } from 'node:crypto';
import { createHookStore, openDatabase, type Database } from '@cuepoint/store';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { hashOf } from '../accounts/secrets.ts';
import { runTestCli } from '../testing/test-cli.ts';

const schema = `hook_cli_${randomUUID().replaceAll('-', '')}`;
const user = randomUUID();
let database: Database;
const run = async (...argv: string[]) =>
  runTestCli(argv, {
    env: { DATABASE_URL: inject('postgresUrl'), CUEPOINT_DATABASE_SCHEMA: schema },
  });

beforeAll(async () => {
  const { code, err } = await run('migrate', 'up');
  if (code !== 0) throw new Error(err);
  database = await openDatabase({ url: inject('postgresUrl'), schema });
});
afterAll(async () => {
  await database.execute(`drop schema ${schema} cascade`);
  await database.close();
});

it('[HOK1] makes a hook, whose secret is printed once and stored as a hash, lists it and revokes it', async () => {
  const added = await run(
    'hook',
    'add',
    'tautulli',
    '--user',
    user,
    '--accept',
    'someone',
    '--url',
    'https://watch.example/',
  );
  expect(added).toMatchObject({ code: 0, err: '' });
  const secret =
    /https:\/\/watch\.example\/hooks\/tautulli\/([\w-]{43})\n/.exec(added.out)?.[1] ?? '';
  expect(added.out).toContain('tautulli.{action}');
  const found = await createHookStore(database).find(hashOf(secret));
  expect(found).toMatchObject({
    userId: user,
    source: 'tautulli',
    acceptedUsers: [{ name: 'someone' }],
  });

  const listed = await run('hook', 'list', '--user', user);
  expect(listed.out).toMatch(/tautulli +Tautulli +someone +never/);
  expect(listed.out).not.toContain(secret);

  const id = found?.id ?? '';
  expect(await run('hook', 'revoke', id, '--user', randomUUID())).toMatchObject({ code: 1 });
  expect((await run('hook', 'revoke', id, '--user', user)).out).toBe(`revoked ${id}\n`);
  expect(await createHookStore(database).find(hashOf(secret))).toBeUndefined();
});

it('says which sources there are, and what is no hook', async () => {
  const wrong = await run('hook', 'add', 'other', '--user', user);
  expect(wrong.err).toContain('jellyfin, emby, plex, tautulli, kodi');
  expect((await run('hook', 'revoke', 'nothing', '--user', user)).err).toContain('no such hook');
});
