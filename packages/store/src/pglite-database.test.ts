import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readDurability } from './durability.ts';
import { createMaintenance } from './maintenance.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { deviceInfo, setOp } from './testing/ops.ts';

const CHILD = fileURLToPath(new URL('testing/pglite-child.ts', import.meta.url));

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-pglite-'));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

/** A process of its own on the directory, and the lines it prints. */
function spawnChild(userId = ''): { child: ChildProcess; lines: AsyncIterator<string> } {
  const child = spawn(
    process.execPath,
    [
      '--conditions',
      'cuepoint-source',
      '--import',
      import.meta.resolve('tsx'),
      CHILD,
      dataDir,
      userId,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (child.stdout === null) throw new Error('the child has no stdout');
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function nextLine(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next();
  return done === true ? 'the process ended' : value;
}

const walFiles = async () =>
  (await readdir(path.join(dataDir, 'pgdata', 'pg_wal'))).filter((name) =>
    /^[0-9A-F]{24}$/.test(name),
  );

describe('the lock of a data directory', () => {
  test('a second opener is refused in one line that names the directory', async () => {
    const database = await openDatabase({ dataDir });
    try {
      const inProcess = await openDatabase({ dataDir }).catch((error: unknown) => error);
      expect(inProcess).toMatchObject({ code: 'data_directory_in_use' });
      expect((inProcess as Error).message).toContain(dataDir);
      expect((inProcess as Error).message).not.toContain('\n');
      const { child, lines } = spawnChild();
      const exited = once(child, 'exit');
      expect(await nextLine(lines)).toMatch(
        /^data_directory_in_use: The data directory .* is in use/,
      );
      await exited;
    } finally {
      await database.close();
    }
    const again = await openDatabase({ dataDir });
    await again.close();
  });

  test('[GC1] after SIGKILL the directory opens at once and every acknowledged row is there', async () => {
    const userId = randomUUID();
    const { child, lines } = spawnChild(userId);
    expect(await nextLine(lines)).toBe('ready');
    let acknowledged = -1;
    while (acknowledged < 50) acknowledged = Number(await nextLine(lines));
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    for (let line = await nextLine(lines); /^\d+$/.test(line); line = await nextLine(lines)) {
      acknowledged = Number(line);
    }
    const database = await openDatabase({ dataDir });
    try {
      const stored = await new PostgresSyncRepository(database).loadProgress(userId);
      for (let index = 0; index <= acknowledged; index += 1) {
        expect(stored.has(`film-${index}`), `film-${index}`).toBe(true);
      }
      // At most the write that was in flight is there without its ack.
      expect(stored.size).toBeLessThanOrEqual(acknowledged + 2);
    } finally {
      await database.close();
    }
  });

  test('a directory that cannot be used is one clear error', async () => {
    const file = path.join(dataDir, 'a-file');
    await writeFile(file, '');
    for (const unusable of [file, path.join(file, 'below')]) {
      const error = await openDatabase({ dataDir: unusable }).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'data_directory_unusable' });
      expect((error as Error).message).toContain('CUEPOINT_DATA_DIR');
      expect((error as Error).message).not.toContain('\n');
    }
  });
});

describe('what PGlite lacks', () => {
  async function openMigrated() {
    const database = await openDatabase({ dataDir });
    await migrate(database, { direction: 'up' });
    return database;
  }

  test('[GC1] a commit whose flush fails is refused, and so is every later one', async () => {
    await (await openMigrated()).close();
    const database = await openDatabase({ dataDir });
    const repository = new PostgresSyncRepository(database);
    const userId = randomUUID();
    try {
      // PGlite has the segment open after its first write; the store opens it for its first flush.
      await database.execute('create table public.unflushed ()');
      const wal = path.join(dataDir, 'pgdata', 'pg_wal');
      for (const name of await walFiles()) {
        await rename(path.join(wal, name), path.join(dataDir, name));
      }
      const refused = { code: 'storage_failed' };
      await expect(repository.saveProgress(userId, setOp())).rejects.toMatchObject(refused);
      for (const name of await readdir(dataDir)) {
        if (/^[0-9A-F]{24}$/.test(name))
          await rename(path.join(dataDir, name), path.join(wal, name));
      }
      await expect(
        repository.saveProgress(userId, setOp({ contentId: 'later' })),
      ).rejects.toMatchObject(refused);
      await expect(repository.eraseUser(userId, 1)).rejects.toMatchObject(refused);
      await expect(database.ping()).rejects.toMatchObject(refused);
      expect((await repository.loadProgress(userId)).has('later')).toBe(false);
    } finally {
      await database.close();
    }
  });

  test('commits, a vacuum and checkpoints beside one another never fail a flush', async () => {
    const database = await openMigrated();
    const maintenance = createMaintenance(database, { walMaxBytes: 0 });
    try {
      const userId = randomUUID();
      const repository = new PostgresSyncRepository(database);
      await repository.saveProgress(userId, setOp());
      for (let round = 0; round < 3; round += 1) {
        // More log than one segment holds, written without a flush of its own.
        await database.execute(`
          create table if not exists public.logged_filler (text text);
          insert into public.logged_filler
            select repeat(md5(i::text), 20) from generate_series(1, 60000) i;
          truncate public.logged_filler;
        `);
        await Promise.all([
          maintenance.checkpoint(),
          maintenance.vacuum(),
          ...Array.from({ length: 10 }, (_, index) =>
            repository.saveProgress(userId, setOp({ contentId: `film-${round}-${index}` })),
          ),
          repository.saveDevice(userId, deviceInfo()),
          maintenance.checkpoint(),
        ]);
      }
      expect((await repository.loadProgress(userId)).size).toBe(31);
    } finally {
      await database.close();
    }
  });

  test('a checkpoint runs past the bound of the log only, and a vacuum gives space back', async () => {
    const database = await openMigrated();
    try {
      expect(await readDurability(database)).toMatchObject({ durable: true, warnings: [] });
      const maintenance = createMaintenance(database, { walMaxBytes: 8 * 1024 * 1024 });
      const bytes = async () => {
        const { rows } = await database.execute<{ bytes: number }>(
          "select pg_relation_size('public.filler')::float8 as bytes",
        );
        return rows[0]?.bytes ?? 0;
      };
      await maintenance.checkpoint();
      expect(await maintenance.checkpoint()).toBe(false);
      await database.execute(`
        create table public.filler as
        select repeat(md5(i::text), 20) as text from generate_series(1, 30000) i`);
      expect(await maintenance.checkpoint()).toBe(true);
      expect(await maintenance.checkpoint()).toBe(false);
      const full = await bytes();
      await database.execute('delete from public.filler');
      expect(await bytes()).toBe(full);
      await maintenance.vacuum();
      expect(await bytes()).toBe(0);
    } finally {
      await database.close();
    }
  });
});
