import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { mintToken } from '@cuepoint/server';
import { openDatabase, PostgresSyncRepository, type Database } from '@cuepoint/store';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startServiceProcess } from '../support/service-process.ts';
import { fill, stored } from './stored.ts';

const MAIN = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));
/** Some twenty processes, one after the other, on a machine that is busy. */
const SLOW_MS = 240_000;
const SECRET = 'a secret of the tests, 32 bytes or more';
const schemas: string[] = [];
let home: string;
let server: Database;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuepoint-backup-'));
  server = await openDatabase({ url: inject('postgresUrl'), poolSize: 1, writers: 1 });
});
afterAll(async () => {
  for (const schema of schemas) await server.execute(`drop schema if exists ${schema} cascade`);
  await server.close();
  await rm(home, { recursive: true, force: true });
});

interface Place {
  readonly env: Readonly<Record<string, string>>;
  readonly options:
    | { readonly url: string; readonly schema: string }
    | { readonly dataDir: string };
}

function onServer(): Place & { readonly schema: string } {
  const [url, schema] = [inject('postgresUrl'), `backup_${randomUUID().replaceAll('-', '')}`];
  schemas.push(schema);
  const env = { DATABASE_URL: url, CUEPOINT_DATABASE_SCHEMA: schema };
  return { env, options: { url, schema }, schema };
}

function embedded(): Place {
  const dataDir = join(home, randomUUID());
  return { env: { CUEPOINT_DATA_DIR: dataDir }, options: { dataDir } };
}

function begin(argv: readonly string[], { env }: Pick<Place, 'env'>) {
  const { DATABASE_URL: _url, ...own } = process.env;
  return spawn(process.execPath, [MAIN, ...argv], {
    env: { ...own, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function run(argv: readonly string[], place: Pick<Place, 'env'>, input = '') {
  const child = begin(argv, place);
  child.stdin.end(input);
  const [out, err] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: child.exitCode, out, err };
}

const newFile = (ending = '.jsonl'): string => join(home, `${randomUUID()}${ending}`);

describe.each<{ name: string; from: () => Place; to: () => Place; ending: string }>([
  { name: 'PGlite to PostgreSQL', from: embedded, to: onServer, ending: '.jsonl' },
  { name: 'PostgreSQL to PGlite, packed', from: onServer, to: embedded, ending: '.jsonl.gz' },
])('a backup, $name', { timeout: SLOW_MS }, ({ from, to, ending }) => {
  it('holds everything of everybody, is for its owner alone, and may be restored twice', async () => {
    const [source, target, file] = [from(), to(), newFile(ending)];
    const users = await fill(source.options, 7);
    const before = await stored(source.options);

    const listed = await run(['users'], source);
    expect(listed.out.split('\n').flatMap((line) => /^[0-9a-f-]{36}/.exec(line) ?? [])).toEqual(
      users,
    );
    const made = await run(['backup', file], source);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toMatch(/ 7 user\(s\), \d+ line\(s\), sha256 [0-9a-f]{64}\n$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await run(['backup', file], source)).toMatchObject({
      code: 1,
      err: `cuepoint: ${file} is there already.\n`,
    });

    const first = await run(['restore', file], target);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain('7 user(s) merged');
    expect(await stored(target.options)).toEqual(before);
    const again = await run(['restore', file], target);
    expect(again.out).toContain('7 user(s) merged, 0 row(s) changed');
    expect(await stored(target.options)).toEqual(before);

    // A number that was given is not given again.
    const database = await openDatabase(target.options);
    const { rows } = await database.execute<{ number: number }>(
      `insert into ${schemaOf(target)}content_numbers (name) values ('next') returning number`,
    );
    expect(rows[0]?.number).toBe(3);
    await database.close();
  });
});

function schemaOf({ options }: Place): string {
  return 'schema' in options ? `${options.schema}.` : '';
}

it('leaves out who was erased after it was made, and brings back who was there', async () => {
  const [place, file] = [onServer(), newFile()];
  const [gone = '', kept = ''] = await fill(place.options, 2);
  await run(['backup', file], place);
  const database = await openDatabase(place.options);
  const repository = new PostgresSyncRepository(database);
  await repository.eraseUser(gone, Date.now());
  await database.execute(`delete from ${place.schema}.user_registers where user_id = $1`, [kept]);
  await database.close();
  const { out } = await run(['restore', file], place);
  expect(out).toContain('1 user(s) merged, ');
  expect(out).toContain('1 user(s) left out: they were erased since');
  expect(Object.keys(await stored(place.options))).not.toContain(gone);
});

describe('a file that is not whole', () => {
  it.each<{ name: string; ending: string; spoil: (bytes: Buffer) => Buffer }>([
    { name: 'a byte of its begin is another', ending: '.jsonl', spoil: (bytes) => flip(bytes, 40) },
    {
      name: 'a byte of its middle',
      ending: '.jsonl',
      spoil: (bytes) => flip(bytes, bytes.length / 2),
    },
    {
      name: 'a byte of its sum',
      ending: '.jsonl',
      spoil: (bytes) => flip(bytes, bytes.length - 10),
    },
    {
      name: 'a packed byte',
      ending: '.jsonl.gz',
      spoil: (bytes) => flip(bytes, bytes.length / 2),
    },
    {
      name: 'a byte below a good packing',
      ending: '.jsonl.gz',
      spoil: (bytes) => gzipSync(flip(gunzipSync(bytes), 2_000)),
    },
    { name: 'its end is missing', ending: '.jsonl', spoil: (bytes) => bytes.subarray(0, -200) },
    {
      name: 'its packed end is missing',
      ending: '.jsonl.gz',
      spoil: (bytes) => bytes.subarray(0, -20),
    },
    {
      name: 'two lines have changed places',
      ending: '.jsonl',
      spoil(bytes) {
        const [header, first, second, ...rest] = bytes.toString().split('\n');
        return Buffer.from([header, second, first, ...rest].join('\n'));
      },
    },
    { name: 'it is no backup', ending: '.jsonl', spoil: () => Buffer.from('{"type":"end"}\n') },
    { name: 'it is empty', ending: '.jsonl', spoil: () => Buffer.alloc(0) },
  ])('is refused before a row is written: $name', async ({ ending, spoil }) => {
    const [file, spoiled, target] = [newFile(ending), newFile(ending), onServer()];
    await run(['backup', file], whole);
    await writeFile(spoiled, spoil(await readFile(file)));
    const refused = await run(['restore', spoiled], target);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^cuepoint: (The backup|It is no backup|A line of it)[^\n]*\n$/);
    const { rows } = await server.execute(
      'select from information_schema.schemata where schema_name = $1',
      [target.schema],
    );
    expect(rows).toEqual([]);
  });

  let whole: Place;
  beforeAll(async () => {
    whole = onServer();
    await fill(whole.options, 4);
  });

  it('is not left behind where there is no room for it', async () => {
    const file = join(home, 'no-such-folder', 'file.jsonl');
    const failed = await run(['backup', file], whole);
    expect(failed).toMatchObject({ code: 1, err: `cuepoint: Cannot write ${file} (ENOENT).\n` });
  });
});

/** Another byte of the same class, so that the line may still be JSON. */
function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = Math.floor(at);
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}

it('a restore that was killed in the middle is run again', { timeout: SLOW_MS }, async () => {
  const [source, target, file] = [onServer(), onServer(), newFile()];
  const users = await fill(source.options, 150);
  await run(['backup', file], source);
  // The floor of a user is the last of their rows.
  const table = `${target.schema}.user_floors`;
  const counted = async (): Promise<number> => {
    const made = await server.execute('select where to_regclass($1) is not null', [table]);
    if (made.rows.length === 0) return 0;
    const count = `select count(*)::integer as users from ${table}`;
    return (await server.execute<{ users: number }>(count)).rows[0]?.users ?? 0;
  };
  const child = begin(['restore', file], target);
  while ((await counted()) < 10 && child.exitCode === null);
  child.kill('SIGKILL');
  await once(child, 'close');
  const half = await counted();
  expect(half).toBeGreaterThanOrEqual(10);
  expect(half).toBeLessThan(users.length);

  const again = await run(['restore', file], target);
  expect(again).toMatchObject({ code: 0, err: '' });
  expect(await stored(target.options)).toEqual(await stored(source.options));
});

describe('beside a service that holds the embedded database', { timeout: SLOW_MS }, () => {
  it('backs up beside writers, restores, and moves to PostgreSQL with what came meanwhile', async () => {
    const [place, target, file] = [embedded(), onServer(), newFile('.jsonl.gz')];
    const users = await fill(place.options, 5);
    const service = await startServiceProcess({
      port: await freePort(),
      env: { ...place.env, CUEPOINT_JWT_SECRET: SECRET },
    });
    const key = new TextEncoder().encode(SECRET);
    const [writer = ''] = users;
    const token = await mintToken(key, { userId: writer, ttlSeconds: 600 }, Date.now());
    const acknowledged: string[] = [];
    const writing = new AbortController();
    const write = async (name: string): Promise<void> => {
      for (let index = 0; !writing.signal.aborted; index += 1) {
        const contentId = `${name}:${index}`;
        const { status } = await fetch(`${service.address}/api/v1/watchlist/${contentId}`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${token}` },
        });
        if (status === 201) acknowledged.push(contentId);
      }
    };
    const writers = [write('one'), write('two')];
    while (acknowledged.length < 20) await fetch(`${service.address}/livez`);

    const socket = await stat(join(place.env['CUEPOINT_DATA_DIR'] ?? '', 'operator.sock'));
    expect(socket.mode & 0o777).toBe(0o600);
    const before = [...acknowledged];
    expect(await run(['backup', file], place)).toMatchObject({ code: 0, err: '' });
    const kept = gunzipSync(await readFile(file)).toString();
    expect(before.filter((contentId) => !kept.includes(`"${contentId}"`))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(before.length);
    const listed = await run(['users'], place);
    expect(users.filter((userId) => !listed.out.includes(userId))).toEqual([]);

    // Into the service as well, from where a user is gone whom the backup has.
    const again = await run(['restore', file], place);
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toContain('5 user(s) merged');

    const schema = ['--schema', target.schema];
    const url = inject('postgresUrl');
    const moved = await run(['move', '--to', '-', ...schema], place, [url, ''].join('\n'));
    expect(moved).toMatchObject({ code: 0, err: '' });
    writing.abort();
    await Promise.all(writers);
    expect(await service.stop()).toBe(0);

    const rest = await run(['move', '--to', url, ...schema], place);
    expect(rest).toMatchObject({ code: 0, err: '' });
    expect(await stored(target.options)).toEqual(await stored(place.options));
  });

  it('is refused as before where nobody answers', async () => {
    const place = embedded();
    await fill(place.options, 1);
    const database = await openDatabase(place.options);
    const file = newFile();
    const refused = await run(['backup', file], place);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('is in use by another process');
    await database.close();
    await expect(access(`${file}.part`)).rejects.toThrow('ENOENT');
  });
});
