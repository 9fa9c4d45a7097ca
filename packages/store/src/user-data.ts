import { normalizeUuid, registerId, requireRegister, toPlayId } from '@cuepoint/core';
import { plainArray } from './array-literal.ts';
import type { Database, Queryable } from './database.ts';
import { withDialect, type Dialect } from './dialect.ts';
import type { AnyRow, Lane, PendingRow } from './group-commit/lane.ts';
import { playLane } from './group-commit/play-lane.ts';
import { createProgressLane } from './group-commit/progress-lane.ts';
import { registerLane } from './group-commit/register-lane.ts';
import { watchlistLane } from './group-commit/watchlist-lane.ts';
import {
  arraysStatement,
  guardStatements,
  listStatements,
  markStatements,
  readGuards,
  readMarks,
} from './group-commit/write-plan.ts';
import { runStatements } from './run-statements.ts';
import { withShortLocks } from './short-locks.ts';
import { ofCounters, quoteIdentifier } from './sql-files.ts';
import { progressOp } from './rows.ts';
import type { ExportLine } from './sync-repository.ts';

const progressLane = createProgressLane({ passive: false });

/**
 * Merges lines in, each by the statement that writes its kind, with the time that the line carries.
 *
 * @returns how many rows the merge changed; a second import of the same lines changes none.
 */
export async function importUser(
  database: Database,
  userId: string,
  lines: readonly ExportLine[],
): Promise<number> {
  return withDialect(database.dialect, (dialect) =>
    database.transaction(async (transaction) => {
      const isPlain = dialect.catchUp === 'xid' && dialect.batch === 'unnest';
      const marks = isPlain ? [] : markStatements([userId], dialect);
      const markOf = readMarks(await runStatements(transaction, marks));
      // Before the row of the erasure, which an erasure writes last: the other way round they deadlock. [SQL4]
      await transaction.execute(`lock table ${writtenTables(database)} in row exclusive mode`);
      await transaction.query('reinstate-user', [userId]);
      const guards = dialect.batch === 'values' ? guardStatements([userId], [userId]) : [];
      const guardOf = readGuards(await runStatements(transaction, guards));
      const write = createRowWriter(transaction, dialect, markOf, guardOf);
      let changed = 0;
      for (const line of lines.toSorted(compareLines)) {
        changed += await importLine(transaction, userId, line, write);
      }
      return changed;
    }),
  );
}

type WriteRow = (row: AnyRow, atMs: number) => Promise<number>;

/** Writes one row at a time, through the statements of the batches. @returns how many rows it wrote. */
function createRowWriter(
  transaction: Queryable,
  dialect: Dialect,
  markOf: ReturnType<typeof readMarks>,
  guardOf: ReturnType<typeof readGuards>,
): WriteRow {
  return async (row, atMs) => {
    const group = { lane: row.lane, rows: [row] };
    if (dialect.batch === 'values') {
      const statements = listStatements(group, atMs, markOf, guardOf, dialect);
      const results = await runStatements(transaction, statements);
      return results.reduce((sum, { rowCount }) => sum + rowCount, 0);
    }
    const [result] = await runStatements(transaction, [arraysStatement(group, atMs, dialect)]);
    const [summary] = (result?.rows ?? []) as readonly { readonly written: number }[];
    return summary?.written ?? 0;
  };
}

/** The order in which a batch writes: an import beside one, or beside an erasure, never deadlocks. [SQL4] */
function compareLines(a: ExportLine, b: ExportLine): number {
  if (a.type !== b.type) return WRITE_ORDER[a.type] - WRITE_ORDER[b.type];
  const [first, second] = [keyOfLine(a), keyOfLine(b)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

/** The floor comes last: the live adds that it covers are stored before it refuses them. [CUR4] */
const WRITE_ORDER = {
  progress: 0,
  watchlist: 1,
  register: 2,
  play: 3,
  device: 4,
  floor: 5,
} as const;

function keyOfLine(line: ExportLine): string {
  switch (line.type) {
    case 'watchlist':
      return normalizeUuid(line.entry.tag);
    case 'progress':
      return line.contentId;
    case 'register':
      return registerId(line.register, line.key);
    case 'play':
      return toPlayId(line.play.tag);
    case 'device':
      return line.device.deviceId;
    case 'floor':
      return '';
  }
}

async function importLine(
  transaction: Queryable,
  userId: string,
  line: ExportLine,
  write: WriteRow,
): Promise<number> {
  switch (line.type) {
    case 'watchlist': {
      const entry = { ...line.entry, tag: normalizeUuid(line.entry.tag) };
      const atMs = line.removedAtMs ?? entry.added?.timestamp.physical ?? 0;
      return write(singleRow(watchlistLane, userId, entry.tag, entry), atMs);
    }
    case 'progress': {
      const op = progressOp(line.contentId, line.position, line.stamp);
      return write(singleRow(progressLane, userId, op.contentId, op), line.updatedAtMs);
    }
    case 'register': {
      const { register, key, value, stamp } = line;
      const op = requireRegister({ kind: 'register.set', register, key, value, ...stamp });
      const row = singleRow(registerLane, userId, registerId(register, key), op);
      return write(row, line.updatedAtMs);
    }
    case 'play': {
      const play = { ...line.play, tag: toPlayId(line.play.tag) };
      const atMs = line.removedAtMs ?? play.added?.timestamp.physical ?? 0;
      return write(singleRow(playLane, userId, play.tag, play), atMs);
    }
    case 'device': {
      const { device, revokedAtMs } = line;
      const { rows } = await transaction.query('import-device', [
        userId,
        device.deviceId,
        device.deviceType,
        new Date(device.lastSeenMs),
        device.platform,
        JSON.stringify(device.capabilities),
        device.appVersion,
        device.isOnline,
        device.deviceName,
        revokedAtMs === null ? null : new Date(revokedAtMs),
      ]);
      return rows.length;
    }
    case 'floor': {
      const { physical, logical } = line.collected;
      const { rows } = await transaction.query('import-floor', [userId, physical, logical]);
      return rows.length;
    }
  }
}

function singleRow<Value, Outcome>(
  lane: Lane<Value, Outcome>,
  userId: string,
  key: string,
  value: Value,
): PendingRow<Value, Outcome> {
  return { lane, key, userId, value, contributions: [], bytes: 0, firstAtMs: 0 };
}

/**
 * Deletes a user for good and leaves one row: the user id, a transaction id or version, the time. Where devices
 * catch up by counters, the user's counter stays as well: a version is never given twice.
 *
 * The tables are locked against writers for the moment of the deletion. Otherwise a batch that began before
 * could commit after it, unseen, and the user's rows would be back.
 *
 * @param atMs by the caller's clock; the database's bounds it.
 * @throws CuepointError `overloaded` while some writer holds the tables for longer than all attempts.
 */
export async function eraseUser(
  database: Database,
  userId: string,
  atMs: number,
): Promise<{ readonly rows: number }> {
  return withDialect(database.dialect, ({ catchUp, batch }) =>
    withShortLocks(database, async (transaction) => {
      const lock = `lock table ${writtenTables(database)} in share row exclusive mode`;
      // A batch raises its counters before it touches a table: in the other order the two deadlock. [SQL4]
      const isCounting = catchUp === 'counter';
      const marks = isCounting
        ? await runStatements(transaction, markStatements([userId], { catchUp, batch }))
        : [];
      await transaction.execute(lock);
      let rows = 0;
      for (const name of ERASURES) {
        rows += (await transaction.query(name, [userId])).rowCount;
      }
      // No later than now: a clock that was ahead when somebody was erased must not keep them out afterwards.
      const {
        rows: [time],
      } = await transaction.query<{ ms: number }>('read-database-time');
      const erasedAtMs = Math.min(atMs, Math.floor(time?.ms ?? atMs));
      const markOf = readMarks(isCounting ? marks : [await transaction.query('read-xid')]);
      const params = [userId, erasedAtMs, new Date(erasedAtMs), markOf(userId)];
      await transaction.query(isCounting ? ofCounters('record-erasure') : 'record-erasure', params);
      return { rows };
    }),
  );
}

/**
 * Remembers an erasure of which a backup tells, where a greater one is not known: what is older stays out.
 *
 * @param erasure.erasedPhysical in ms: no op at or below it is stored.
 */
export async function restoreErasure(
  database: Database,
  userId: string,
  { erasedPhysical, erasedAtMs }: { readonly erasedPhysical: number; readonly erasedAtMs: number },
): Promise<void> {
  await withDialect(database.dialect, ({ catchUp, batch }) =>
    database.transaction(async (transaction) => {
      const { rows } = await transaction.query<{ erased_physical: number | string }>(
        'read-erasures',
        [plainArray([userId])],
      );
      if (rows.some((row) => Number(row.erased_physical) >= erasedPhysical)) return;
      const isCounting = catchUp === 'counter';
      const markOf = readMarks(
        isCounting
          ? await runStatements(transaction, markStatements([userId], { catchUp, batch }))
          : [await transaction.query('read-xid')],
      );
      const params = [userId, erasedPhysical, new Date(erasedAtMs), markOf(userId)];
      await transaction.query(isCounting ? ofCounters('record-erasure') : 'record-erasure', params);
    }),
  );
}

const ERASURES = [
  // First: what a media server tells from here on is of nobody.
  'hook-erase',
  'erase-progress',
  'erase-watchlist',
  'erase-registers',
  'erase-plays',
  'erase-devices',
  'erase-floor',
] as const;

/** The tables that a batch writes, in its order: locked in any other they could deadlock with one. [SQL4] */
function writtenTables(database: Database): string {
  const schema = quoteIdentifier(database.schema);
  return ['user_progress', 'user_watchlists', 'user_registers', 'user_plays', 'user_devices']
    .map((table) => `${schema}.${table}`)
    .join(', ');
}
