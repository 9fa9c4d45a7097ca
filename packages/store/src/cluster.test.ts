import { randomUUID } from 'node:crypto';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireCluster } from './cluster.ts';
import { openDatabase } from './open-database.ts';

let root: string;
let dataDir: string;
let clusterDir: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'cuepoint-cluster-'));
  dataDir = path.join(root, 'data');
  clusterDir = path.join(dataDir, 'pgdata');
  const database = await openDatabase({ dataDir });
  await database.execute("create table public.precious as select 'kept' as text");
  await database.close();
}, 240_000);
afterAll(() => rm(root, { recursive: true, force: true }));

/** What is stored, by a start of its own. */
async function readPrecious(): Promise<unknown> {
  const database = await openDatabase({ dataDir });
  try {
    const { rows } = await database.execute('select text from public.precious', []);
    return rows;
  } finally {
    await database.close();
  }
}

const refusal = () => openDatabase({ dataDir }).then(String, (error: unknown) => error);
const namesIn = async (directory: string) => (await readdir(directory, { recursive: true })).sort();

/** Starts twice, as a supervisor does; both are refused in one line. */
async function refuseTwice(reason: string): Promise<void> {
  for (let start = 0; start < 2; start += 1) {
    const error = await refusal();
    expect(error).toMatchObject({ code: 'data_directory_unusable' });
    expect((error as Error).message).toContain(reason);
    expect((error as Error).message).toContain(clusterDir);
    expect((error as Error).message).not.toContain('\n');
  }
}

/** The same, and every file is where it was. */
async function expectRefused(reason: string): Promise<void> {
  const before = await namesIn(dataDir);
  await refuseTwice(reason);
  expect(await namesIn(dataDir)).toEqual(before);
}

/** Where nothing of it is seen by a start. */
async function aside(name: string, work: (file: string) => Promise<void>): Promise<void> {
  const file = path.resolve(clusterDir, name);
  const away = path.join(root, 'away');
  await rename(file, away);
  try {
    await work(file);
  } finally {
    await rm(file, { recursive: true, force: true });
    await rename(away, file);
  }
}

const LACKING_NAMES = (
  'PG_VERSION base global global/pg_control pg_commit_ts pg_dynshmem pg_logical pg_multixact pg_notify pg_replslot ' +
  'pg_serial pg_snapshots pg_stat pg_stat_tmp pg_subtrans pg_tblspc pg_twophase pg_wal pg_xact postgresql.conf ' +
  'postgresql.auto.conf pg_hba.conf pg_ident.conf'
).split(' ');
/** PostgreSQL itself refuses without them; its own files of the moment come and go meanwhile. */
const JUDGED_BY_POSTGRESQL: [string, string][] = [
  ['pg_xact/0000', 'FATAL: '],
  ['pg_wal/000000010000000000000001', 'PANIC: '],
];

describe('[OPS1] no start removes what holds data', () => {
  test('every entry of a cluster is in one of these tests', async () => {
    const tested = new Set(LACKING_NAMES);
    expect((await readdir(clusterDir)).filter((name) => !tested.has(name))).toEqual([]);
  });

  test.each(LACKING_NAMES)(
    'without %s it is refused, twice, and nothing is changed',
    async (name) => {
      await aside(name, () => expectRefused(name));
    },
  );

  test.each(JUDGED_BY_POSTGRESQL)(
    'without %s it is refused, and the data is there once it is back',
    async (name, reason) => {
      await aside(name, () => refuseTwice(reason));
      expect(await readPrecious()).toEqual([{ text: 'kept' }]);
    },
  );

  test.each(['PG_VERSION', 'postgresql.conf', 'base', 'pg_wal'])(
    'a %s that cannot be read is not taken for one that is not there',
    async (name) => {
      await aside(name, async (file) => {
        await symlink(file, file);
        await expectRefused(`${name} cannot be read (ELOOP)`);
      });
    },
  );

  test('nor is a folder in the place of a file, or a file in the place of a folder', async () => {
    await aside('PG_VERSION', async (file) => {
      await mkdir(file);
      await expectRefused('PG_VERSION cannot be read (EISDIR)');
    });
    await aside('base', async (file) => {
      await writeFile(file, '');
      await expectRefused('base cannot be read (ENOTDIR)');
    });
    await aside('', async (file) => {
      await symlink(file, file);
      await expectRefused('it cannot be read (ELOOP)');
    });
  });

  test('a restore that is under way is refused at each of its steps, and opens when it is done', async () => {
    const names = (await readdir(clusterDir)).filter((name) => name !== 'PG_VERSION').sort();
    await aside('', async () => {
      await mkdir(clusterDir);
      await cp(path.join(root, 'away', 'PG_VERSION'), path.join(clusterDir, 'PG_VERSION'));
      for (const name of names) {
        const kept = await namesIn(clusterDir);
        expect(await requireCluster(dataDir).catch((error: unknown) => error)).toMatchObject({
          code: 'data_directory_unusable',
        });
        expect(await namesIn(clusterDir)).toEqual(kept);
        await cp(path.join(root, 'away', name), path.join(clusterDir, name), { recursive: true });
      }
      expect(await readPrecious()).toEqual([{ text: 'kept' }]);
    });
  });
});

describe('a first start that was killed', () => {
  test('[OPS1] leaves a folder that the next one removes by its name, and nothing else goes', async () => {
    const own = await mkdtemp(path.join(root, 'first-'));
    const left = `pgdata.building-${randomUUID()}`;
    const others = ['pgdata.building-mine', 'pgdata.old', 'pgdata.initializing'];
    for (const name of [left, ...others]) {
      await mkdir(path.join(own, name));
      await writeFile(path.join(own, name, 'PG_VERSION'), '18');
    }
    expect(await requireCluster(own)).toBe(path.join(own, 'pgdata'));
    expect((await readdir(own)).sort()).toEqual(['pgdata', ...others].sort());
  }, 240_000);
});

test('files of the database are for their owner alone, also those of a restore', async () => {
  const open = [clusterDir, path.join(clusterDir, 'PG_VERSION'), path.join(clusterDir, 'base')];
  for (const file of open) await chmod(file, (await stat(file)).mode | 0o066);
  await requireCluster(dataDir);
  const names = ['', ...(await namesIn(clusterDir))];
  const stats = await Promise.all(names.map((name) => stat(path.join(clusterDir, name))));
  expect(names.filter((_name, index) => ((stats[index]?.mode ?? 0) & 0o077) !== 0)).toEqual([]);
});
