import { isCuepointError } from '@cuepoint/core';
import {
  createBackupStore,
  PostgresSyncRepository,
  type BackupStore,
  type Database,
  type KeptRow,
  type ListedUser,
  type SyncRepository,
} from '@cuepoint/store';
import { encodeExport } from '../export/encode-export.ts';
import { importExport } from '../export/import-export.ts';
import {
  BACKUP_TYPE,
  BACKUP_VERSION,
  damaged,
  isUserEnd,
  LineSum,
  readEnd,
  readHeader,
  readItem,
  type BackupHeader,
} from './backup-lines.ts';

export interface RestoreReport {
  readonly users: number;
  /** Users who were erased after the backup was made: nothing of them came back. */
  readonly erasedSince: number;
  /** Rows that changed: 0 where all of it was there. */
  readonly changed: number;
  /** Lines that are not valid here; nothing of them is stored. */
  readonly bad: number;
  /** Of the first of them, whose they are and what is wrong. */
  readonly firstBad: readonly string[];
}

/** Everything of everybody, in and out. */
export interface Backups {
  listUsers(): AsyncIterable<ListedUser>;
  /** Lines with their line feeds, made as they are read. Every change that was acknowledged before is in them. */
  write(): AsyncIterable<string>;
  /**
   * Merges a backup in: idempotent, and nothing is ever deleted.
   *
   * @param lines without line feeds.
   * @throws CuepointError `invalid_request` where it is damaged or cut short, after what came before is merged.
   */
  restore(lines: AsyncIterable<string>): Promise<RestoreReport>;
}

/** Rows of one transaction. */
const ROWS_PER_WRITE = 500;
const EXPORT_ATTEMPTS_MAX = 5;
const BAD_SHOWN = 10;

export function createBackups(
  database: Database,
  { now }: { readonly now: () => number },
): Backups {
  const store = createBackupStore(database);
  const repository = new PostgresSyncRepository(database);
  return {
    listUsers: () => store.listUsers(),
    write: () => writeBackup(store, repository, now()),
    restore: (lines) => restoreBackup(store, repository, lines),
  };
}

async function* writeBackup(
  store: BackupStore,
  repository: Pick<SyncRepository, 'exportUser'>,
  madeAtMs: number,
): AsyncGenerator<string> {
  const sum = new LineSum();
  const summed = (value: object): string => {
    const line = JSON.stringify(value);
    sum.add(line);
    return `${line}\n`;
  };
  const header: BackupHeader = {
    type: BACKUP_TYPE,
    version: BACKUP_VERSION,
    madeAt: new Date(madeAtMs).toISOString(),
  };
  yield summed(header);
  for await (const kept of store.readRows()) yield summed({ type: 'row', ...kept });
  for await (const { userId } of store.listUsers()) {
    for (const line of await exportWhole(repository, userId)) {
      sum.add(line.slice(0, -1));
      yield line;
    }
  }
  for await (const erasure of store.readErasures()) yield summed({ type: 'erasure', ...erasure });
  yield `${JSON.stringify(sum.end())}\n`;
}

/**
 * All lines of a user before the first is written: an export that an erasure cuts short is made anew, and what it had read
 * of somebody who is gone is in no backup. The quota of rows bounds it.
 */
export async function exportWhole(
  repository: Pick<SyncRepository, 'exportUser'>,
  userId: string,
): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const lines: string[] = [];
      for await (const line of encodeExport(userId, repository.exportUser(userId)))
        lines.push(line);
      return lines;
    } catch (error) {
      if (!isCuepointError(error, 'invalid_cursor') || attempt >= EXPORT_ATTEMPTS_MAX) throw error;
    }
  }
}

async function restoreBackup(
  store: BackupStore,
  repository: Pick<SyncRepository, 'importUser'>,
  given: AsyncIterable<string>,
): Promise<RestoreReport> {
  const lines = given[Symbol.asyncIterator]();
  const sum = new LineSum();
  const firstBad: string[] = [];
  const report = { users: 0, erasedSince: 0, changed: 0, bad: 0, firstBad };
  let waiting: KeptRow[] = [];

  /** @throws CuepointError where there is none: only a backup with its last line is whole. */
  async function next(): Promise<string> {
    const { value, done } = await lines.next();
    if (done === true) throw damaged('The backup was cut short: its last line is missing.');
    return value;
  }
  async function* linesOfUser(first: string): AsyncGenerator<string> {
    for (let line = first; ; line = await next()) {
      if (line !== first) sum.add(line);
      yield line;
      if (isUserEnd(line)) return;
    }
  }
  async function writeWaiting(): Promise<void> {
    const [first] = waiting;
    if (first === undefined) return;
    const rows = waiting.map(({ row }) => row);
    waiting = [];
    report.changed += await store.writeRows(first.table, rows, madeAtMs);
  }

  const header = await next();
  const { madeAtMs } = readHeader(header);
  sum.add(header);
  for (;;) {
    const line = await next();
    const end = readEnd(line);
    if (end !== undefined) {
      await writeWaiting();
      const { sha256, lines: count } = sum.end();
      if (end.sha256 === sha256 && end.lines === count) return report;
      throw damaged('The backup is damaged: its check sum is another one.');
    }
    sum.add(line);
    const item = readItem(line);
    if (item.kind === 'row') {
      if (waiting.length >= ROWS_PER_WRITE || waiting[0]?.table !== item.kept.table) {
        await writeWaiting();
      }
      waiting.push(item.kept);
      continue;
    }
    await writeWaiting();
    if (item.kind === 'erasure') {
      await store.writeErasure(item.erasure);
      continue;
    }
    const ofUser = linesOfUser(line);
    if (await store.isErasedSince(item.userId, madeAtMs)) {
      report.erasedSince += 1;
      await readOver(ofUser);
      continue;
    }
    const { changed, badCount, bad } = await importExport(repository, ofUser, {});
    report.users += 1;
    report.changed += changed;
    report.bad += badCount;
    for (const { line: number, code, message } of bad.slice(0, BAD_SHOWN - firstBad.length)) {
      firstBad.push(`user ${item.userId}, line ${number}: ${code}: ${message}`);
    }
  }
}

async function readOver(lines: AsyncIterable<string>): Promise<void> {
  const left = lines[Symbol.asyncIterator]();
  while ((await left.next()).done !== true);
}
