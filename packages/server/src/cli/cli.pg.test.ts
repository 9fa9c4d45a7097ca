import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, PostgresSyncRepository } from '@cuepoint/store';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createSignal } from '../testing/signal.ts';
import { TEST_SECRET } from '../testing/test-api.ts';
import { runTestCli, type CliRunOptions } from '../testing/test-cli.ts';

const schema = `cli_${randomUUID().replaceAll('-', '')}`;
let env: Record<string, string>;
let home: string;
const run = (argv: string[], options: CliRunOptions = {}) =>
  runTestCli(argv, { ...options, env: { ...env, ...options.env } });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuepoint-cli-'));
  env = { DATABASE_URL: inject('postgresUrl'), CUEPOINT_DATABASE_SCHEMA: schema };
  const { code, err } = await run(['migrate', 'up']);
  if (code !== 0) throw new Error(err);
});
afterAll(async () => {
  const database = await openDatabase({ url: inject('postgresUrl'), schema });
  await database.execute(`drop schema ${schema} cascade`);
  await database.close();
  await rm(home, { recursive: true, force: true });
});

const stamp = (deviceId: string, physical = 1) => ({
  timestamp: `${physical.toString(16).padStart(12, '0')}-0000`,
  deviceId,
});
const liveTag = '11111111-1111-4111-8111-111111111111';
const deadTag = '22222222-2222-4222-8222-222222222222';
const dataLines = [
  {
    type: 'watchlist',
    contentId: 'kept',
    tag: liveTag,
    added: stamp('tv'),
    removed: null,
    removedAt: null,
  },
  {
    type: 'watchlist',
    contentId: 'gone',
    tag: deadTag,
    added: null,
    removed: stamp('phone', 2),
    removedAt: '2026-05-01T00:00:00.000Z',
  },
  {
    type: 'progress',
    contentId: 'kept',
    position: { positionSeconds: 61, durationSeconds: 120, state: 'paused' },
    ...stamp('tv', 3),
    updatedAt: '1970-01-01T00:00:00.003Z',
  },
];

function exportOf(
  userId: string,
  lines: readonly unknown[] = dataLines,
  end = lines.length,
): string {
  const header = { type: 'cuepoint-export', version: 1, userId };
  return [header, ...lines, { type: 'end', lines: end }]
    .map((line) => JSON.stringify(line))
    .join('\n');
}

describe('the data commands', () => {
  it('import is lossless and idempotent, and inspect shows tags, tombstones and stamps', async () => {
    const userId = randomUUID();
    const first = await run(['import'], { input: exportOf(userId) });
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toBe(`user ${userId}: 3 line(s) merged, 3 row(s) changed\n`);
    expect((await run(['import', '-'], { input: exportOf(userId) })).out).toContain(
      '0 row(s) changed',
    );

    const exported = await run(['export', '--user', userId]);
    expect(exported.out.trim().split('\n').toSorted()).toEqual(
      exportOf(userId).split('\n').toSorted(),
    );

    const inspected = await run(['inspect', '--user', userId]);
    expect(inspected.out).toMatch(new RegExp(`kept +${liveTag} +live +000000000001-0000 +tv`));
    expect(inspected.out).toMatch(
      new RegExp(`gone +${deadTag} +removed +- +- +000000000002-0000 +phone`),
    );
    expect(inspected.out).toMatch(/kept +61 +120 +paused +000000000003-0000 +tv/);
    const { watchlist } = JSON.parse((await run(['inspect', '--user', userId, '--json'])).out);
    expect(watchlist).toHaveLength(2);
  });

  it('shows no sign of others that a terminal would act upon', async () => {
    const userId = randomUUID();
    const hostile = 'film:\u202egpj.\u2066';
    const lines = [
      { ...dataLines[0], contentId: hostile },
      { ...dataLines[0], '\u001b]0;title\u0007\u009b2J': true },
      { ...dataLines[0], contentId: '\u001b[31m' },
    ];
    const acted = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
    const imported = await run(['import'], { input: exportOf(userId, lines) });
    expect(imported.code).toBe(1);
    expect(imported.out).toMatch(/line 3: .*\n/);
    const inspected = await run(['inspect', '--user', userId]);
    expect(inspected.out).toContain('film:\\u202egpj.');
    const json = await run(['inspect', '--user', userId, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ watchlist: [{ contentId: hostile }] });
    const exported = await run(['export', '--user', userId]);
    expect(JSON.parse(exported.out.split('\n')[1] ?? '')).toMatchObject({ contentId: hostile });
    const wrong = await run(['inspect', '--user', '\u001b[31mbob\u202e']);
    for (const { out, err } of [imported, inspected, json, exported, wrong]) {
      expect([out, err].filter((text) => acted.test(text.replaceAll('\n', '')))).toEqual([]);
    }
  });

  it('import names the bad lines, stores nothing of them, and takes the good ones', async () => {
    const userId = randomUUID();
    const bad = [
      { ...dataLines[0], contentId: 'x'.repeat(256) },
      { ...dataLines[2], position: { positionSeconds: -1, durationSeconds: 0, state: 'paused' } },
      { ...dataLines[0], surplus: true },
      {
        type: 'watchlist',
        contentId: 'a',
        tag: liveTag,
        added: null,
        removed: null,
        removedAt: null,
      },
      { type: 'mystery' },
      '{not json',
    ];
    const lines = [bad[0], dataLines[0], ...bad.slice(1)];
    const input = exportOf(userId, lines).replace('"{not json"', '{not json');
    const { code, out, err } = await run(['import'], { input });
    expect(code).toBe(1);
    expect(err).toContain('6 line(s) were bad');
    expect(out).toContain('1 line(s) merged, 1 row(s) changed');
    for (const expected of [
      'line 2: invalid_content_id',
      'line 4: invalid_seconds',
      'line 5: invalid_request',
      'line 6: invalid_request',
      'line 7: invalid_request',
      'line 8: invalid_request',
    ]) {
      expect(out).toContain(expected);
    }
  });

  it('import says that an export was cut short, and refuses one of another version', async () => {
    const userId = randomUUID();
    const cut = exportOf(userId).split('\n').slice(0, -1).join('\n');
    expect(await run(['import'], { input: cut })).toMatchObject({
      code: 1,
      err: expect.stringContaining('cut short'),
    });
    const newer = exportOf(userId).replace('"version":1', '"version":2');
    expect((await run(['import'], { input: newer })).code).toBe(1);
    const nobody = exportOf(userId).split('\n').slice(1).join('\n');
    expect((await run(['import'], { input: nobody })).err).toContain('names no user');
    const other = randomUUID();
    expect((await run(['import', '--user', other], { input: nobody })).out).toContain(
      `user ${other}: 3`,
    );
  });

  it('export writes a file for its owner alone and never over another', async () => {
    const userId = randomUUID();
    await run(['import'], { input: exportOf(userId) });
    const file = join(home, 'out.jsonl');
    expect(await run(['export', '--user', userId, '--out', file])).toMatchObject({
      code: 0,
      out: '',
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(6);
    expect(await run(['export', '--user', userId, '--out', file])).toMatchObject({
      code: 1,
      err: expect.stringContaining('EEXIST'),
    });
    expect((await run(['import', file])).code).toBe(0);
    expect((await run(['import', join(home, 'missing')])).err).toContain('ENOENT');
  });

  it('delete-user asks first: refused without a terminal, done after yes or with --yes', async () => {
    const userId = randomUUID();
    await run(['import'], { input: exportOf(userId) });
    const erase = ['delete-user', '--user', userId];
    const isThere = async () =>
      JSON.parse((await run(['inspect', '--user', userId, '--json'])).out).watchlist.length > 0;
    expect(await run(erase)).toMatchObject({ code: 1, err: expect.stringContaining('--yes') });
    expect(await run(erase, { isTerminal: true, input: 'no' })).toMatchObject({ code: 1 });
    expect(await isThere()).toBe(true);
    expect(await run(erase, { isTerminal: true, input: 'yes' })).toMatchObject({ code: 0 });
    expect(await isThere()).toBe(false);
    expect(await run([...erase, '--yes'])).toMatchObject({ code: 0 });
  });

  it('[CUR2] restored makes every older cursor a resync', async () => {
    const userId = randomUUID();
    await run(['import'], { input: exportOf(userId) });
    const database = await openDatabase({ url: inject('postgresUrl'), schema });
    const repository = new PostgresSyncRepository(database);
    const { cursor = '' } = await repository.readChanges(userId, { limit: 10 });
    const isResync = async () =>
      (await repository.readChanges(userId, { limit: 10, cursor })).resync;
    expect(await isResync()).toBe(false);
    expect((await run(['restored'])).code).toBe(0);
    expect(await isResync()).toBe(true);
    await database.close();
  });

  it('gc runs once and says what it did', async () => {
    expect(await run(['gc'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^deleted \d+,/),
    });
  });
});

describe('migrate', () => {
  it('shows what is applied, and takes a migration back only after a yes', async () => {
    const own = { CUEPOINT_DATABASE_SCHEMA: `${schema}_migrate`.slice(0, 63) };
    const status = async () => (await run(['migrate', 'status'], { env: own })).out;
    expect(await run(['migrate', 'up'], { env: own })).toMatchObject({ code: 0 });
    expect(await run(['migrate', 'up'], { env: own })).toMatchObject({ out: 'Nothing to do.\n' });
    expect(await status()).not.toContain('pending');
    expect(await run(['migrate', 'down'], { env: own })).toMatchObject({ code: 1 });
    expect(await status()).not.toContain('pending');
    expect(await run(['migrate', 'down', '--yes'], { env: own })).toMatchObject({ code: 0 });
    expect(await status()).toContain('pending');
    expect(await run(['inspect', '--user', randomUUID()], { env: own })).toMatchObject({
      code: 1,
      err: expect.stringContaining('cuepoint migrate up'),
    });
    const database = await openDatabase({ url: inject('postgresUrl'), schema });
    await database.execute(`drop schema ${own.CUEPOINT_DATABASE_SCHEMA} cascade`);
    await database.close();
  });
});

describe('serve', () => {
  it('prints where it listens, takes a token of the token command, keeps its trail, and stops on a signal', async () => {
    const userId = randomUUID();
    const secret = { CUEPOINT_JWT_SECRET_FILE: join(home, 'secret') };
    await writeFile(secret.CUEPOINT_JWT_SECRET_FILE, `${TEST_SECRET}\n`);
    const printed = createSignal();
    let output = '';
    let stop = (): void => undefined;
    const audit = join(home, 'audit.jsonl');
    const flags = ['--host', '0.0.0.0', '--port', '0', '--log-level', 'silent', '--audit', audit];
    const serving = run(['serve', ...flags], {
      env: secret,
      onOutput: (text) => {
        output = text;
        if (text.includes('data')) printed.send();
      },
      onStopSignal: (listener) => {
        stop = listener;
      },
    });
    await printed.received;
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
    expect(output).toContain(
      `other machines  http://192.168.1.20:${new URL(address ?? '').port}\n`,
    );
    const { out: token } = await run(['token', '--user', userId, '--ttl', '60'], { env: secret });
    const headers = { authorization: `Bearer ${token.trim()}` };
    const answer = await fetch(`${address}/api/v1/watchlist`, { headers });
    expect(answer.status).toBe(200);
    const admin = ['token', '--user', userId, '--ttl', '60', '--scope', 'cuepoint:admin'];
    const authorization = `Bearer ${(await run(admin, { env: secret })).out.trim()}`;
    const look = `${address}/api/v1/inspector/users/${userId}`;
    expect((await fetch(look, { headers: { authorization } })).status).toBe(200);
    // Whatever the level of the log is. [SEC4]
    expect(JSON.parse(await readFile(audit, 'utf8'))).toMatchObject({ audit: 'looks at a user' });
    stop();
    expect(await serving).toMatchObject({ code: 0, err: '' });
    expect(output).not.toContain('curl');
    await expect(fetch(`${address}/livez`)).rejects.toThrow('fetch failed');
  });
});
