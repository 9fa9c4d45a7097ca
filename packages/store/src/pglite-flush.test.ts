import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { setOp } from './testing/ops.ts';

/** What happens after the log is flushed, and before the pages of a checkpoint are. */
const hooks = vi.hoisted(() => ({
  logFlushed: async (): Promise<void> => undefined,
  pagesToFlush: async (): Promise<void> => undefined,
}));

vi.mock(import('./wal-flush.ts'), async (importOriginal) => {
  const { createWalFlush } = await importOriginal();
  return {
    createWalFlush(dataDir, firstLsn) {
      const wal = createWalFlush(dataDir, firstLsn);
      return {
        ...wal,
        async flushTo(position) {
          await wal.flushTo(position);
          await hooks.logFlushed();
        },
      };
    },
  };
});

vi.mock(import('./flush-tree.ts'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    async flushTree(directory) {
      await hooks.pagesToFlush();
      await original.flushTree(directory);
    },
  };
});

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

let dataDir: string;
let database: Database;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-flush-'));
  database = await openDatabase({ dataDir });
  await migrate(database, { direction: 'up' });
});
afterEach(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

test('[GC1] a checkpoint that begins while the log is flushed holds the ack until its pages are on the disk', async () => {
  const checkpointing = deferred();
  const released = deferred();
  const logFlushed = deferred();
  let checkpoint: Promise<void> | undefined;
  hooks.pagesToFlush = () => {
    checkpointing.resolve();
    return released.promise;
  };
  hooks.logFlushed = async () => {
    hooks.logFlushed = async () => undefined;
    checkpoint = database.upkeep?.checkpoint();
    await checkpointing.promise;
    logFlushed.resolve();
  };
  let acked = false;
  const ack = new PostgresSyncRepository(database)
    .saveProgress(randomUUID(), setOp())
    .then(() => (acked = true));
  await logFlushed.promise;
  // Turns in which the ack would come, were it not held.
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
  expect(acked).toBe(false);
  released.resolve();
  await Promise.all([ack, checkpoint]);
  expect(acked).toBe(true);
});
