import { randomUUID } from 'node:crypto';
import { createAccountStore, openDatabase, type Database } from '@cuepoint/store';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createPasswordHasher } from '../accounts/password-hash.ts';
import { runTestCli, type CliRunOptions } from '../testing/test-cli.ts';

const schema = `user_cli_${randomUUID().replaceAll('-', '')}`;
let database: Database;
const run = (argv: string[], options: CliRunOptions = {}) =>
  runTestCli(argv, {
    ...options,
    env: { DATABASE_URL: inject('postgresUrl'), CUEPOINT_DATABASE_SCHEMA: schema },
  });

beforeAll(async () => {
  const { code, err } = await run(['migrate', 'up']);
  if (code !== 0) throw new Error(err);
  database = await openDatabase({ url: inject('postgresUrl'), schema });
});
afterAll(async () => {
  await database.execute(`drop schema ${schema} cascade`);
  await database.close();
});

async function isPassword(nameKey: string, password: string): Promise<boolean> {
  const account = await createAccountStore(database).find(nameKey);
  return createPasswordHasher().verify(account?.passwordHash, password);
}

describe('[ACC1] cuepoint user', () => {
  it('adds people, lists them and sets a new password; nothing shows one', async () => {
    const added = await run(['user', 'add', 'Anna', '--profile', 'Anna', 'Children'], {
      input: 'correct horse\n',
    });
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.out).toMatch(
      /^added Anna\n {2}[0-9a-f-]{36} {2}Anna\n {2}[0-9a-f-]{36} {2}Children\n$/,
    );
    expect(await isPassword('anna', 'correct horse')).toBe(true);

    const again = await run(['user', 'add', 'ANNA'], { input: 'correct horse\n' });
    expect(again).toMatchObject({ code: 1, err: 'cuepoint: There is somebody named ANNA.\n' });

    const { out } = await run(['user', 'list']);
    expect(out.split('\n').map((line) => line.replace(/[0-9a-f-]{36}/, 'ID'))).toEqual([
      'NAME  PROFILE   USER ID                               LAST USE',
      'Anna  Anna      ID  never',
      'Anna  Children  ID  never',
      '',
    ]);

    const reset = await run(['user', 'password', 'anna'], { input: 'another horse\n' });
    expect(reset.code).toBe(0);
    expect(await isPassword('anna', 'correct horse')).toBe(false);
    expect(await isPassword('anna', 'another horse')).toBe(true);
    expect(added.out + again.err + out + reset.out + reset.err).not.toContain('horse');
  });

  it('asks twice on a terminal, unseen', async () => {
    const input = 'correct horse\rcorrect horsf';
    const { code, out, err } = await run(['user', 'add', 'Ben'], { input, isTerminal: true });
    expect(code).toBe(1);
    expect(err).toContain('The two are not the same');
    expect(out + err).not.toContain('horse');
    expect(await createAccountStore(database).find('ben')).toBeUndefined();
  });

  it.each([
    ['a short password', ['user', 'add', 'Cara'], 'short\n', /8 to 1024 signs/],
    ['no password', ['user', 'add', 'Cara'], '', /8 to 1024 signs/],
    ['a name of nothing', ['user', 'add', ' '], 'correct horse\n', /A name has 1 to 64 signs/],
    ['nobody', ['user', 'password', 'Zed'], 'correct horse\n', /nobody named Zed/],
  ])('refuses %s', async (_what, argv, input, reason) => {
    const { code, err } = await run(argv, { input });
    expect([code, err]).toEqual([1, expect.stringMatching(reason)]);
  });
});
