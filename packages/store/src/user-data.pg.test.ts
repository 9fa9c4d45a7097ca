import { randomUUID } from 'node:crypto';
import type { DeviceInfo, Timestamp } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBatchWriter } from './group-commit/batch-writer.ts';
import { heartbeatLane } from './group-commit/device-lane.ts';
import type { AnyRow, Lane, PendingRow } from './group-commit/lane.ts';
import { createProgressLane } from './group-commit/progress-lane.ts';
import { watchlistLane } from './group-commit/watchlist-lane.ts';
import { createMaintenance, DEFAULT_GC_GRACE_MS, DEFAULT_RETENTION_MS } from './maintenance.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { entriesOfOp } from './rows.ts';
import { sqlStateOf } from './sql-state.ts';
import type { ExportLine, SyncRepository } from './sync-repository.ts';
import { blockedBy, withoutOlderTransactions } from './testing/blocked-by.ts';
import {
  SERVER_DATABASES,
  TEST_DATABASES,
  type TestConnection,
  type TestDatabase,
} from './testing/databases.ts';
import { insertMarked } from './testing/marked-insert.ts';
import { addOp, at, clearOp, deviceInfo, NOW_MS, removeOp, setOp } from './testing/ops.ts';
import { writeBatch } from './testing/write-batch.ts';

const progressLane = createProgressLane({ passive: false });

const ERASED_AT_MS = NOW_MS + 60_000;
const USER_TABLES = ['user_watchlists', 'user_progress', 'user_devices', 'user_floors'] as const;

/** A row of every kind: live, removed, removed before its add; set, cleared; a device, a revoked one. */
async function seed(repository: SyncRepository, userId: string): Promise<void> {
  const removed = addOp({ contentId: 'removed', timestamp: at(1, 2) });
  await repository.addWatchlistItem(userId, addOp({ contentId: '🎬 "live"' }));
  await repository.addWatchlistItem(userId, removed);
  await repository.removeWatchlistItem(
    userId,
    removeOp({ contentId: 'removed', tags: [removed.tag], timestamp: at(3, 4) }),
  );
  await repository.removeWatchlistItem(userId, removeOp({ contentId: 'unseen' }));
  await repository.saveProgress(userId, setOp({ contentId: 'watched', timestamp: at(5, 6) }));
  await repository.saveProgress(userId, setOp({ contentId: 'cleared' }));
  await repository.deleteProgress(userId, clearOp({ contentId: 'cleared' }));
  await repository.saveDevice(userId, deviceInfo());
  await repository.saveDevice(
    userId,
    deviceInfo({ deviceId: 'phone', deviceType: 'Phone', deviceName: null, capabilities: {} }),
  );
  await repository.deleteDevice(userId, 'phone', NOW_MS + 5);
}

async function exported(repository: SyncRepository, userId: string): Promise<ExportLine[]> {
  const lines: ExportLine[] = [];
  for await (const line of repository.exportUser(userId)) lines.push(line);
  return lines;
}

async function rowsOf(opened: TestDatabase, userId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of [...USER_TABLES, 'user_erasures']) {
    const [row] = await opened.sql<{ rows: number }>(
      `select count(*)::integer as rows from cuepoint.${table} where user_id = $1::uuid`,
      [userId],
    );
    counts[table] = row?.rows ?? -1;
  }
  return counts;
}

const ONLY_THE_ERASURE = {
  user_watchlists: 0,
  user_progress: 0,
  user_devices: 0,
  user_floors: 0,
  user_erasures: 1,
};

describe.each(TEST_DATABASES)('a user as a whole on $name', ({ open }) => {
  let opened: TestDatabase;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened.destroy();
  });

  function setup() {
    const clock = { nowMs: NOW_MS };
    const repository = new PostgresSyncRepository(opened.database, { now: () => clock.nowMs });
    return { repository, userId: randomUUID(), clock };
  }

  test('an erasure leaves one row, and says how many it deleted', async () => {
    const { repository, userId } = setup();
    const neighbour = randomUUID();
    await seed(repository, userId);
    await seed(repository, neighbour);
    await opened.sql('insert into cuepoint.user_floors values ($1::uuid, 1, 1)', [userId]);
    const before = await exported(repository, neighbour);
    expect(await repository.eraseUser(userId, ERASED_AT_MS)).toEqual({ rows: 8 });
    expect(await rowsOf(opened, userId)).toEqual(ONLY_THE_ERASURE);
    expect(await exported(repository, userId)).toEqual([]);
    expect(await exported(repository, neighbour)).toEqual(before);
    expect(await repository.eraseUser(userId, ERASED_AT_MS + 1)).toEqual({ rows: 0 });
    expect(await rowsOf(opened, userId)).toEqual(ONLY_THE_ERASURE);
  });

  test('an inspection is every row of the user with its stamps, and no other', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    await seed(repository, randomUUID());
    const { watchlist, progress, devices } = await repository.inspectUser(userId, { rowsMax: 10 });
    expect([watchlist, progress, devices].map(({ rows }) => rows.length)).toEqual([3, 2, 2]);
    const lines = await exported(repository, userId);
    for (const { entry, removedAtMs } of watchlist.rows) {
      expect(lines).toContainEqual({ type: 'watchlist', entry, removedAtMs });
    }
    for (const register of progress.rows) {
      expect(lines).toContainEqual({ type: 'progress', ...register });
    }
    for (const device of devices.rows) expect(lines).toContainEqual({ type: 'device', ...device });
  });

  test('an inspection is bounded: the newest rows of each kind, and whether there are more', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    const { watchlist, progress, devices } = await repository.inspectUser(userId, { rowsMax: 1 });
    const kinds = [watchlist, progress, devices];
    expect(kinds.every(({ isTruncated }) => isTruncated)).toBe(true);
    expect(watchlist.rows.map(({ entry }) => entry.contentId)).toEqual(['unseen']);
    expect(progress.rows.map(({ contentId }) => contentId)).toEqual(['cleared']);
    expect(devices.rows).toHaveLength(1);
    const nobody = await repository.inspectUser(randomUUID(), { rowsMax: 1 });
    expect(nobody.watchlist).toEqual({ rows: [], isTruncated: false });
  });

  test('ops stamped before the erasure are stale; later ones apply', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    await repository.eraseUser(userId, ERASED_AT_MS);
    const stale = { result: 'rejected', code: 'stale_op' };
    const last = { physical: ERASED_AT_MS, logical: 65_535 };
    for (const timestamp of [at(0), last]) {
      expect(await repository.addWatchlistItem(userId, addOp({ timestamp }))).toEqual(stale);
      expect(await repository.removeWatchlistItem(userId, removeOp({ timestamp }))).toEqual(stale);
      expect(await repository.saveProgress(userId, setOp({ timestamp }))).toEqual(stale);
      expect(await repository.deleteProgress(userId, clearOp({ timestamp }))).toEqual(stale);
    }
    expect(await rowsOf(opened, userId)).toEqual(ONLY_THE_ERASURE);
    const context = await repository.readWriteContext(userId, 'film-1');
    expect(context).toMatchObject({ addFloor: last, erasureFloor: last });

    const timestamp = { physical: ERASED_AT_MS + 1, logical: 0 };
    const applied = { result: 'applied' };
    expect(await repository.addWatchlistItem(userId, addOp({ timestamp }))).toEqual(applied);
    expect(await repository.saveProgress(userId, setOp({ timestamp }))).toEqual(applied);
  });

  test('[HLC4] an erasure is not ahead of the database’s clock, whatever the service’s says', async () => {
    const { repository, userId } = setup();
    const aheadMs = Date.now() + 3 * 86_400_000;
    await repository.saveProgress(userId, setOp({ timestamp: { physical: aheadMs, logical: 0 } }));
    await repository.eraseUser(userId, aheadMs + 1);
    const { floor } = await repository.readHeights(userId, []);
    expect(floor?.physical).toBeLessThanOrEqual(Date.now() + 1);
    const timestamp = { physical: Date.now() + 1_000, logical: 0 };
    expect(await repository.saveProgress(userId, setOp({ timestamp }))).toEqual({
      result: 'applied',
    });
    expect(await repository.addWatchlistItem(userId, addOp({ timestamp }))).toEqual({
      result: 'applied',
    });
  });

  test('an import tells of each position when it was, not when it was imported', async () => {
    const { repository, userId } = setup();
    const line = (contentId: string, stampedMs: number, updatedAtMs: number) =>
      ({
        type: 'progress',
        contentId,
        position: { positionSeconds: 1, durationSeconds: 9, state: 'paused' },
        stamp: { timestamp: at(stampedMs), deviceId: 'tv' },
        updatedAtMs: NOW_MS + updatedAtMs,
      }) as const;
    // The second is from a service that told when it heard of it; the third from a clock that was ahead.
    const lines = [line('a', 0, 0), line('b', 0, 90_000), line('c', 90_000, 0)];
    expect(await repository.importUser(userId, lines)).toBe(3);
    const { items } = await repository.listProgress(userId, { status: 'all', limit: 9 });
    expect(items.map(({ updatedAtMs }) => updatedAtMs)).toEqual([NOW_MS, NOW_MS, NOW_MS]);
  });

  test('a second erasure never moves the first one back', async () => {
    const { repository, userId } = setup();
    await repository.eraseUser(userId, ERASED_AT_MS);
    await repository.eraseUser(userId, NOW_MS);
    expect(await repository.saveProgress(userId, setOp({ timestamp: at(30_000) }))).toMatchObject({
      code: 'stale_op',
    });
  });

  test('export, erase, import: the same lines again, and a second import changes nothing', async () => {
    const { repository, userId, clock } = setup();
    await seed(repository, userId);
    const lines = await exported(repository, userId);
    expect(lines).toHaveLength(7);
    expect(lines.map((line) => line.type).toSorted()).toEqual([
      'device',
      'device',
      'progress',
      'progress',
      'watchlist',
      'watchlist',
      'watchlist',
    ]);
    // Line by line as JSON, which is how they leave the service.
    const text = lines.map((line) => JSON.stringify(line));
    await repository.eraseUser(userId, ERASED_AT_MS);
    clock.nowMs = NOW_MS + 1_000_000;
    const parsed = text.map((line) => JSON.parse(line) as ExportLine);
    expect(await repository.importUser(userId, parsed)).toBe(7);
    expect((await exported(repository, userId)).map((line) => JSON.stringify(line))).toEqual(text);
    expect(await repository.importUser(userId, parsed)).toBe(0);
    expect((await exported(repository, userId)).map((line) => JSON.stringify(line))).toEqual(text);
  });

  test('an import into another user is the same state, and merges with what is there', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    const copy = randomUUID();
    await repository.saveProgress(copy, setOp({ contentId: 'watched', timestamp: at(900_000) }));
    const lines = await exported(repository, userId);
    expect(await repository.importUser(copy, lines.toReversed())).toBe(6);
    const progress = await repository.getProgress(copy, 'watched');
    expect(progress?.stamp.timestamp).toEqual(at(900_000));
    const others = (line: ExportLine) => line.type !== 'progress' || line.contentId !== 'watched';
    expect((await exported(repository, copy)).filter(others)).toEqual(lines.filter(others));
  });

  test('[CUR4] what was collected stays collected: the floor goes along, and older live adds too', async () => {
    const { repository, userId, clock } = setup();
    const maintenance = createMaintenance(opened.database, { now: () => clock.nowMs });
    const gone = addOp({ contentId: 'gone', timestamp: at(10, 3) });
    await repository.addWatchlistItem(userId, addOp({ contentId: 'kept', timestamp: at(1) }));
    await repository.addWatchlistItem(userId, gone);
    await repository.removeWatchlistItem(userId, removeOp({ contentId: 'gone', tags: [gone.tag] }));
    clock.nowMs += DEFAULT_RETENTION_MS + 1;
    await withoutOlderTransactions(opened);
    await maintenance.collectGarbage();
    clock.nowMs += DEFAULT_GC_GRACE_MS;
    await maintenance.collectGarbage();
    const lines = await exported(repository, userId);
    expect(lines.map(({ type }) => type)).toEqual(['watchlist', 'floor']);
    expect(lines.at(-1)).toEqual({ type: 'floor', collected: at(10, 3) });

    const copy = randomUUID();
    await repository.eraseUser(userId, ERASED_AT_MS);
    for (const into of [userId, copy]) {
      expect(await repository.importUser(into, lines.toReversed())).toBe(2);
      expect(await exported(repository, into)).toEqual(lines);
      expect(await repository.addWatchlistItem(into, gone)).toEqual({
        result: 'rejected',
        code: 'stale_op',
      });
      expect(await repository.importUser(into, lines)).toBe(0);
    }
  });

  test('[CUR4] an import raises the floor and never lowers it', async () => {
    const { repository, userId } = setup();
    const floor = async (collected: Timestamp) => {
      const changed = await repository.importUser(userId, [{ type: 'floor', collected }]);
      return { changed, lines: await exported(repository, userId) };
    };
    const stored = (collected: Timestamp) => [{ type: 'floor', collected }];
    expect(await floor(at(5, 1))).toEqual({ changed: 1, lines: stored(at(5, 1)) });
    expect(await floor(at(5, 1))).toEqual({ changed: 0, lines: stored(at(5, 1)) });
    expect(await floor(at(4, 9))).toEqual({ changed: 0, lines: stored(at(5, 1)) });
    expect(await floor(at(5, 2))).toEqual({ changed: 1, lines: stored(at(5, 2)) });
  });

  test('[SEC1] an older line of a device brings its revocation and nothing else', async () => {
    const { repository, userId } = setup();
    const current = deviceInfo({ deviceName: 'New name', platform: 'webOS', appVersion: '9' });
    const older = deviceInfo({ lastSeenMs: NOW_MS - 1, isOnline: false, capabilities: {} });
    const line = (device: DeviceInfo, revokedAtMs: number | null): ExportLine => ({
      type: 'device',
      device,
      revokedAtMs,
    });
    await repository.saveDevice(userId, current);
    expect(await repository.importUser(userId, [line(older, null)])).toBe(0);
    expect(await repository.importUser(userId, [line(older, NOW_MS + 7)])).toBe(1);
    expect(await exported(repository, userId)).toEqual([line(current, NOW_MS + 7)]);

    const newer = deviceInfo({ lastSeenMs: NOW_MS + 1, isOnline: false, platform: 'Android' });
    expect(await repository.importUser(userId, [line(newer, null)])).toBe(1);
    expect(await exported(repository, userId)).toEqual([line(newer, NOW_MS + 7)]);
  });

  test('an import of a user that was erased is seen by a cursor from before the erasure', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    const { cursor = '', ops } = await repository.readChanges(userId, { limit: 100 });
    const lines = await exported(repository, userId);
    await repository.eraseUser(userId, ERASED_AT_MS);
    await repository.importUser(userId, lines);
    const answer = await repository.readChanges(userId, { limit: 100, cursor });
    expect(answer).toMatchObject({ ops, resync: true });
  });
});

describe.each(SERVER_DATABASES)('an erasure beside a writer on $name', ({ open, catchUp }) => {
  const WRITES = {
    progress: `insert into cuepoint.user_progress (
        user_id, content_id, position_seconds, duration_seconds, state,
        timestamp_physical, timestamp_logical, device_id {mark}
      ) values ($1, 'in-flight', 1, 0, 'paused', 1, 0, 'tv' {mark})`,
    watchlist: `insert into cuepoint.user_watchlists (
        user_id, content_id, unique_tag, timestamp_physical, timestamp_logical, device_id {mark}
      ) values ($1, 'in-flight', 'tag', 1, 0, 'tv' {mark})`,
    devices: `insert into cuepoint.user_devices (
        user_id, device_id, device_type, platform, app_version
      ) values ($1, 'in-flight', 'TV', 'Tizen', '1')`,
  } as const;
  const ERASURE = `
    insert into cuepoint.user_erasures (user_id, erased_physical, erased_at {mark})
    values ($1, $2, now() {mark})`;

  /** Devices are not caught up on: their rows carry no mark. */
  const write = (connection: TestConnection, kind: keyof typeof WRITES, userId: string) =>
    insertMarked(connection, kind === 'devices' ? 'xid' : catchUp, WRITES[kind], [userId]);

  test.each(['progress', 'watchlist', 'devices'] as const)(
    'a batch in flight with %s cannot bring the user back',
    async (kind) => {
      await using opened = await open();
      const repository = new PostgresSyncRepository(opened.database);
      const userId = randomUUID();
      await seed(repository, userId);
      await using writer = await opened.connect();
      await writer.query('begin');
      await write(writer, kind, userId);
      const erased = repository.eraseUser(userId, ERASED_AT_MS);
      await blockedBy(opened, writer);
      await writer.query('commit');
      expect(await erased).toEqual({ rows: 8 });
      expect(await rowsOf(opened, userId)).toEqual(ONLY_THE_ERASURE);
    },
  );

  test('a writer that waits behind an erasure meets it', async () => {
    await using opened = await open();
    const repository = new PostgresSyncRepository(opened.database);
    const userId = randomUUID();
    await using holder = await opened.connect();
    await holder.query('begin');
    await holder.query('lock table cuepoint.user_progress in share row exclusive mode');
    await insertMarked(holder, catchUp, ERASURE, [userId, ERASED_AT_MS]);
    const late = repository.saveProgress(userId, setOp());
    await blockedBy(opened, holder);
    await holder.query('commit');
    expect(await late).toEqual({ result: 'rejected', code: 'stale_op' });
    expect((await repository.loadProgress(userId)).size).toBe(0);
  });

  test('[SQL4] an import beside an erasure of the same user never deadlocks', async () => {
    await using opened = await open();
    const repository = new PostgresSyncRepository(opened.database);
    const userId = randomUUID();
    await repository.eraseUser(userId, ERASED_AT_MS);
    // What an erasure does first and last.
    await using erasure = await opened.connect();
    await erasure.query('begin');
    await erasure.query('lock table cuepoint.user_progress in share row exclusive mode');
    const imported = repository.importUser(userId, [
      {
        type: 'progress',
        contentId: 'film-1',
        position: null,
        stamp: { timestamp: at(0), deviceId: 'tv' },
        updatedAtMs: NOW_MS,
      },
    ]);
    await blockedBy(opened, erasure);
    await erasure.query("set local lock_timeout = '2s'");
    await erasure.query(
      'update cuepoint.user_erasures set erased_at = now() where user_id = $1::uuid',
      [userId],
    );
    await erasure.query('commit');
    expect(await imported).toBe(1);
  });

  test('[SQL4] erasures, imports and batches of the same users never deadlock', async () => {
    await using opened = await open({ writers: 3 });
    const repository = new PostgresSyncRepository(opened.database);
    const users = [randomUUID(), randomUUID(), randomUUID()].toSorted();
    const states: (string | undefined)[] = [];
    const writer = createBatchWriter(opened.database, () => NOW_MS);
    const lines: ExportLine[] = [
      { type: 'device', device: deviceInfo(), revokedAtMs: null },
      {
        type: 'progress',
        contentId: 'film-1',
        position: null,
        stamp: { timestamp: at(0), deviceId: 'tv' },
        updatedAtMs: NOW_MS,
      },
    ];
    const batch = (round: number): AnyRow[] =>
      users.flatMap((userId) => [
        ...entriesOfOp(addOp()).map((entry) => rowOf(watchlistLane, userId, entry.tag, entry)),
        rowOf(progressLane, userId, 'film-1', setOp({ timestamp: at(round) })),
        rowOf(heartbeatLane, userId, 'tv', { atMs: NOW_MS + round }),
      ]);
    const repeat = async (work: (round: number) => Promise<unknown>) => {
      for (let round = 0; round < 25; round += 1) {
        await work(round).catch((error: unknown) =>
          states.push(sqlStateOf(error) ?? String(error)),
        );
      }
    };
    const userOf = (round: number) => users[round % users.length] ?? '';
    await Promise.all([
      repeat((round) => writeBatch(writer, batch(round))),
      repeat((round) => writeBatch(writer, batch(round).toReversed())),
      repeat((round) => repository.importUser(userOf(round), lines)),
      repeat((round) => repository.eraseUser(userOf(round + 1), NOW_MS)),
    ]);
    expect(states).toEqual([]);
  });

  test('an erasure outlasts a writer that holds the tables longer than one wait', async () => {
    await using opened = await open();
    const repository = new PostgresSyncRepository(opened.database);
    const userId = randomUUID();
    await seed(repository, userId);
    await using writer = await opened.connect();
    await writer.query('begin');
    await write(writer, 'progress', userId);
    const erased = repository.eraseUser(userId, ERASED_AT_MS);
    // Two transactions have waited by then: the first one gave up after its lock timeout.
    await waitersSeen(opened, writer.backendPid, 2);
    await writer.query('commit');
    expect(await erased).toEqual({ rows: 8 });
  });

  test('[SQL4] an import, whatever its order, and batches of the same rows never deadlock', async () => {
    await using opened = await open();
    const repository = new PostgresSyncRepository(opened.database);
    const userId = randomUUID();
    for (let index = 0; index < 20; index += 1) {
      await repository.addWatchlistItem(userId, addOp({ contentId: `film-${index}` }));
      await repository.saveProgress(userId, setOp({ contentId: `film-${index}` }));
    }
    const lines = await exported(repository, userId);
    const newer = (round: number) => lines.map((line) => restamped(line, at(round + 1)));
    await Promise.all(
      Array.from({ length: 16 }, (_, round) =>
        repository.importUser(userId, round % 2 === 0 ? newer(round) : newer(round).toReversed()),
      ),
    );
    const register = await repository.getProgress(userId, 'film-3');
    expect(register?.stamp.timestamp).toEqual(at(16));
  });
});

function restamped(line: ExportLine, timestamp: Timestamp): ExportLine {
  return line.type === 'progress' ? { ...line, stamp: { ...line.stamp, timestamp } } : line;
}

function rowOf<Value, Outcome>(
  lane: Lane<Value, Outcome>,
  userId: string,
  key: string,
  value: Value,
): PendingRow<Value, Outcome> {
  return { lane, userId, key, value, contributions: [], bytes: 0, firstAtMs: 0 };
}

/** Resolves once `count` different transactions have waited for the holder, one after another. */
async function waitersSeen(opened: TestDatabase, holderPid: number, count: number): Promise<void> {
  const seen = new Set<string>();
  for (let question = 0; seen.size < count; question += 1) {
    if (question === 100_000) throw new Error('too few transactions waited for the holder');
    const rows = await opened.sql<{ started: string }>(
      `select xact_start::text as started from pg_stat_activity
       where $1::integer = any(pg_blocking_pids(pid))`,
      [holderPid],
    );
    for (const { started } of rows) seen.add(started);
  }
}
