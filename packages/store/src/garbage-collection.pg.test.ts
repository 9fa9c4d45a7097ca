import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createMaintenance,
  REVOKED_DEVICES_KEPT,
  STALE_DEVICES_MAX,
  type MaintenanceOptions,
} from './maintenance.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import type { DeviceKey } from './stale-devices.ts';
import { blockedBy, withoutOlderTransactions } from './testing/blocked-by.ts';
import {
  COUNTED_POSTGRES,
  POSTGRES,
  SERVER_DATABASES,
  TEST_DATABASES,
  type TestConnection,
  type TestDatabase,
} from './testing/databases.ts';
import { insertMarked } from './testing/marked-insert.ts';
import { addOp, at, deviceInfo, NOW_MS, removeOp, setOp } from './testing/ops.ts';

const DAY_MS = 24 * 60 * 60_000;
const MINUTE_MS = 60_000;
const RETENTION_MS = 30 * DAY_MS;
const GRACE_MS = 10 * MINUTE_MS;

/** A repository and a collector whose clock the test sets. */
function setup(opened: TestDatabase, options: MaintenanceOptions = {}) {
  const clock = { nowMs: NOW_MS };
  const now = () => clock.nowMs;
  const repository = new PostgresSyncRepository(opened.database, { now });
  const collector = createMaintenance(opened.database, { now, ...options });
  const maintenance = {
    ...collector,
    async collectGarbage() {
      await withoutOlderTransactions(opened);
      return collector.collectGarbage();
    },
  };
  const userId = randomUUID();
  /** Adds and removes a content; the removal is stored at the clock's time. */
  async function removed(contentId: string, addedAt = at(0)) {
    const add = addOp({ contentId, timestamp: addedAt });
    const remove = removeOp({
      contentId,
      tags: [add.tag],
      timestamp: { physical: addedAt.physical + 1, logical: 0 },
    });
    await repository.addWatchlistItem(userId, add);
    await repository.removeWatchlistItem(userId, remove);
    return { add, remove };
  }
  const stored = async () => (await repository.loadWatchlist(userId)).entryCount;
  return { clock, repository, maintenance, collector, userId, removed, stored };
}

function createSignal() {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function floorOf(opened: TestDatabase, userId: string) {
  const [floor] = await opened.sql<{ physical: number; logical: number }>(
    `select collected_physical as physical, collected_logical as logical
     from cuepoint.user_floors where user_id = $1::uuid`,
    [userId],
  );
  return floor;
}

describe.each(TEST_DATABASES)('garbage collection on $name', ({ open }) => {
  let opened: TestDatabase;

  beforeAll(async () => {
    opened = await open();
  });
  // A collection is of the whole schema, not of one user.
  beforeEach(async () => {
    await opened.sql(
      'truncate cuepoint.user_watchlists, cuepoint.user_floors, cuepoint.user_devices',
    );
    await opened.sql("update cuepoint.sync_state set cursor_floor = '0', floor_raised_at = null");
  });
  afterAll(async () => {
    await opened.destroy();
  });

  test('[SEC1] removed devices are forgotten after the retention, but for the newest, which stay refused', async () => {
    const { clock, repository, maintenance, userId } = setup(opened, { retentionMs: RETENTION_MS });
    const register = (user: string, deviceId: string) =>
      repository.saveDevice(user, deviceInfo({ deviceId }));
    const ids = Array.from({ length: REVOKED_DEVICES_KEPT + 3 }, (_, index) => `gone-${index}`);
    const other = randomUUID();
    await Promise.all([register(userId, 'here'), register(other, 'gone-0')]);
    await repository.deleteDevice(other, 'gone-0', clock.nowMs);
    for (const [index, deviceId] of ids.entries()) {
      await register(userId, deviceId);
      await repository.deleteDevice(userId, deviceId, clock.nowMs + index);
    }
    clock.nowMs += RETENTION_MS;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 0 });
    clock.nowMs += DAY_MS;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 3 });
    const remembered = await Promise.all(
      ids.map((deviceId) => repository.isDeviceRevoked(userId, deviceId)),
    );
    expect(remembered).toEqual(ids.map((_, index) => index >= 3));
    expect(await repository.isDeviceRevoked(other, 'gone-0')).toBe(true);
    expect(await repository.countDevices(userId, 100)).toBe(REVOKED_DEVICES_KEPT + 1);
    expect(await repository.countDevices(userId, 5)).toBe(5);
    expect(await register(userId, 'gone-22')).toBe('revoked');
    expect(await register(userId, 'gone-0')).toBe('saved');
    expect((await repository.loadDevices(userId)).map(({ deviceId }) => deviceId)).toEqual([
      'gone-0',
      'here',
    ]);
  });

  test('[CUR3] a tombstone past its retention goes in two steps, a grace apart', async () => {
    const { clock, repository, maintenance, userId, removed, stored } = setup(opened);
    const { add } = await removed('film-1', at(0, 7));
    await repository.addWatchlistItem(userId, addOp({ contentId: 'kept' }));

    clock.nowMs = NOW_MS + RETENTION_MS - 1;
    expect(await maintenance.collectGarbage()).toEqual({
      raisedUsers: 0,
      deleted: 0,
      lockHeld: true,
    });
    clock.nowMs = NOW_MS + RETENTION_MS + 1;
    expect(await maintenance.collectGarbage()).toEqual({
      raisedUsers: 1,
      deleted: 0,
      lockHeld: true,
    });
    expect(await stored()).toBe(2);
    expect(await floorOf(opened, userId)).toEqual(add.timestamp);
    clock.nowMs += GRACE_MS - 1;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 0 });
    expect(await stored()).toBe(2);
    clock.nowMs += 1;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 1 });
    const set = await repository.loadWatchlist(userId);
    expect([...set.entries()].map(({ contentId }) => contentId)).toEqual(['kept']);
  });

  test('[CUR3] a run every few minutes does not postpone the deletion for ever', async () => {
    const { clock, maintenance, removed, stored } = setup(opened);
    await removed('film-1');
    let deleted = 0;
    for (let run = 0; run < 8; run += 1) {
      clock.nowMs = NOW_MS + RETENTION_MS + 1 + run * 3 * MINUTE_MS;
      // Something new becomes due at each run.
      await removed(`later-${run}`, at(-run));
      await opened.sql(
        'update cuepoint.user_watchlists set removed_at = $1::timestamptz where content_id = $2',
        [new Date(clock.nowMs - RETENTION_MS - 1), `later-${run}`],
      );
      deleted += (await maintenance.collectGarbage()).deleted;
    }
    expect(deleted).toBeGreaterThanOrEqual(1);
    expect(await stored()).toBeLessThan(9);
  });

  test('[CUR3] age counts from the removal: an old add removed lately stays', async () => {
    const { clock, maintenance, userId, removed, stored } = setup(opened);
    await removed('film-1', at(-400 * DAY_MS));
    for (const laterMs of [RETENTION_MS - 1, RETENTION_MS - 1 + GRACE_MS]) {
      clock.nowMs = NOW_MS + laterMs - GRACE_MS;
      await maintenance.collectGarbage();
    }
    expect(await stored()).toBe(1);
    expect(await floorOf(opened, userId)).toBeUndefined();
  });

  test('[CUR3] a young tombstone stays although the floors cover it', async () => {
    const { clock, maintenance, removed, stored } = setup(opened);
    clock.nowMs = NOW_MS + 10 * DAY_MS;
    await removed('young', at(0));
    clock.nowMs = NOW_MS;
    await removed('old', at(1));
    clock.nowMs = NOW_MS + RETENTION_MS + 1;
    expect(await maintenance.collectGarbage()).toMatchObject({ raisedUsers: 1 });
    clock.nowMs += GRACE_MS;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 1 });
    expect(await stored()).toBe(1);
  });

  test('[CUR2] [CUR3] what becomes due after the floors waits for cursor floors of its own', async () => {
    const { clock, repository, maintenance, userId, removed, stored } = setup(opened);
    await removed('first', at(1));
    // A cursor is as old as the oldest transaction of the whole server, those of other tests too.
    await withoutOlderTransactions(opened);
    const { cursor = '' } = await repository.readChanges(userId, { limit: 10 });
    clock.nowMs += MINUTE_MS;
    // Its add lies under the collected floor of the first one already.
    const { remove } = await removed('second', at(0));
    clock.nowMs = NOW_MS + RETENTION_MS + 1;
    expect(await maintenance.collectGarbage()).toMatchObject({ raisedUsers: 1, deleted: 0 });
    expect(await repository.readChanges(userId, { limit: 10, cursor })).toMatchObject({
      ops: [remove],
      resync: false,
    });
    clock.nowMs += GRACE_MS;
    expect(await maintenance.collectGarbage()).toMatchObject({ raisedUsers: 1, deleted: 1 });
    expect(await stored()).toBe(1);
    clock.nowMs += GRACE_MS;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 1 });
    expect(await repository.readChanges(userId, { limit: 10, cursor })).toMatchObject({
      ops: [],
      resync: true,
    });
  });

  test('[CUR3] [HLC4] a tombstone whose stamp is ahead waits until the clock has passed it', async () => {
    const { clock, repository, maintenance, userId, removed, stored } = setup(opened);
    const { add } = await removed('ahead', at(RETENTION_MS + 5 * DAY_MS));
    await removed('film-1', at(0));
    const collect = async () => {
      await maintenance.collectGarbage();
      clock.nowMs += GRACE_MS;
      await maintenance.collectGarbage();
    };
    clock.nowMs = NOW_MS + RETENTION_MS + 1;
    await collect();
    expect(await stored()).toBe(1);
    expect(await floorOf(opened, userId)).toEqual(at(0));
    const ofToday = addOp({ contentId: 'today', timestamp: at(RETENTION_MS) });
    expect(await repository.addWatchlistItem(userId, ofToday)).toEqual({ result: 'applied' });
    expect(await repository.addWatchlistItem(userId, add)).toMatchObject({ result: 'superseded' });
    clock.nowMs = NOW_MS + 2 * RETENTION_MS + 5 * DAY_MS;
    await collect();
    expect(await floorOf(opened, userId)).toEqual(add.timestamp);
    expect(await repository.addWatchlistItem(userId, add)).toMatchObject({ code: 'stale_op' });
  });

  test('[CUR3] [HLC4] no floor is ahead of the database’s clock, whatever the service’s says', async () => {
    const { clock, maintenance, userId, removed, stored } = setup(opened);
    const aheadMs = Date.now() + DAY_MS - NOW_MS;
    await removed('ahead', at(aheadMs));
    clock.nowMs = NOW_MS + aheadMs + RETENTION_MS + 1;
    await maintenance.collectGarbage();
    clock.nowMs += GRACE_MS;
    expect(await maintenance.collectGarbage()).toEqual({
      raisedUsers: 0,
      deleted: 0,
      lockHeld: true,
    });
    expect([await stored(), await floorOf(opened, userId)]).toEqual([1, undefined]);
  });

  test('[CUR3] [HLC4] floors that were raised by a clock since set back wait one grace, not for ever', async () => {
    const { clock, maintenance, removed, stored } = setup(opened);
    await removed('film-1');
    clock.nowMs = NOW_MS + RETENTION_MS + 3 * DAY_MS;
    await maintenance.collectGarbage();
    clock.nowMs -= 2 * DAY_MS;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 0 });
    clock.nowMs += GRACE_MS - 1;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 0 });
    clock.nowMs += 1;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 1 });
    expect(await stored()).toBe(0);
  });

  test('[CUR3] [HLC4] goes by the database’s clock, which is one for all instances', async () => {
    const { userId, removed } = setup(opened);
    await removed('film-1');
    await withoutOlderTransactions(opened);
    const collector = createMaintenance(opened.database, { retentionMs: 0 });
    expect(await collector.collectGarbage()).toMatchObject({ raisedUsers: 1 });
    const [raised] = await opened.sql<{ recent: boolean }>(
      `select coalesce(s.floor_raised_at, f.raised_at) between now() - interval '1 minute' and now() as recent
       from cuepoint.sync_state s, cuepoint.user_floors f where f.user_id = $1::uuid`,
      [userId],
    );
    expect(raised).toEqual({ recent: true });
  });

  test('[HLC4] tells how high the stamps are that some ops would meet, and the floor', async () => {
    const { clock, repository, maintenance, userId, removed } = setup(opened);
    await removed('old', at(-5, 3));
    clock.nowMs = NOW_MS + RETENTION_MS + 1;
    await maintenance.collectGarbage();
    const live = addOp({ contentId: 'live', timestamp: at(7) });
    const { add, remove } = await removed('gone', at(20, 2));
    const film = setOp({ timestamp: at(50, 4) });
    await repository.addWatchlistItem(userId, live);
    await repository.saveProgress(userId, film);
    const both = removeOp({ contentId: 'x', tags: [live.tag, add.tag, randomUUID()] });
    const heights = await repository.readHeights(userId, [live, add, both, film]);
    expect([live, add, both, film].map((op) => heights.of(op))).toEqual([
      live.timestamp,
      remove.timestamp,
      remove.timestamp,
      film.timestamp,
    ]);
    expect([heights.of(addOp()), heights.of(setOp({ contentId: 'y' })), heights.floor]).toEqual([
      undefined,
      undefined,
      at(-5, 3),
    ]);
    expect((await repository.readHeights(randomUUID(), [film])).of(film)).toBeUndefined();
  });

  test('[CUR3] where the add never came, the floor is the removal', async () => {
    const { clock, repository, maintenance, userId } = setup(opened);
    await repository.removeWatchlistItem(userId, removeOp({ timestamp: at(5, 3) }));
    clock.nowMs = NOW_MS + RETENTION_MS + 1;
    await maintenance.collectGarbage();
    expect(await floorOf(opened, userId)).toEqual(at(5, 3));
  });

  test('[CUR3] floors only rise, by the greatest of what they cover', async () => {
    const { clock, maintenance, userId, removed } = setup(opened);
    await removed('a', at(10, 1));
    await removed('b', at(10, 9));
    await removed('c', at(2));
    clock.nowMs = NOW_MS + RETENTION_MS + 1;
    await maintenance.collectGarbage();
    expect(await floorOf(opened, userId)).toEqual(at(10, 9));
    clock.nowMs += GRACE_MS;
    await removed('d', at(1));
    clock.nowMs += RETENTION_MS + 1;
    await maintenance.collectGarbage();
    expect(await floorOf(opened, userId)).toEqual(at(10, 9));
  });

  test('[CUR3] [CUR2] the cursor floor covers what is deleted: older cursors get the whole state', async () => {
    const { clock, repository, maintenance, userId, removed } = setup(opened);
    await repository.addWatchlistItem(userId, addOp({ contentId: 'kept' }));
    const early = await repository.readChanges(userId, { limit: 10 });
    await removed('film-1');
    clock.nowMs = NOW_MS + RETENTION_MS + 1;
    await maintenance.collectGarbage();
    clock.nowMs += GRACE_MS;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 1 });
    const late = await repository.readChanges(userId, { limit: 10, cursor: early.cursor ?? '' });
    expect(late.resync).toBe(true);
    expect(late.ops.map(({ contentId }) => contentId)).toEqual(['kept']);
    const next = await repository.readChanges(userId, { limit: 10, cursor: late.cursor ?? '' });
    expect(next).toMatchObject({ ops: [], resync: false });
  });

  test('[CUR4] an add at or below the floor is refused, also after its tombstone is gone', async () => {
    const { clock, repository, maintenance, userId, removed } = setup(opened);
    const { add } = await removed('film-1', at(0, 5));
    const live = addOp({ contentId: 'live', timestamp: at(-1) });
    await repository.addWatchlistItem(userId, live);
    clock.nowMs = NOW_MS + RETENTION_MS + 1;
    await maintenance.collectGarbage();

    // Between the two steps the tombstone itself answers.
    expect(await repository.addWatchlistItem(userId, add)).toMatchObject({ result: 'superseded' });
    clock.nowMs += GRACE_MS;
    await maintenance.collectGarbage();
    const stale = { result: 'rejected', code: 'stale_op' };
    expect(await repository.addWatchlistItem(userId, add)).toEqual(stale);
    expect(await repository.addWatchlistItem(userId, addOp({ timestamp: at(0, 5) }))).toEqual(
      stale,
    );
    expect(await repository.addWatchlistItem(userId, live)).toEqual({ result: 'duplicate' });
    expect((await repository.loadWatchlist(userId)).contains('film-1')).toBe(false);
    const above = addOp({ timestamp: at(0, 6) });
    expect(await repository.addWatchlistItem(userId, above)).toEqual({ result: 'applied' });
    const context = await repository.readWriteContext(userId, 'film-1');
    expect(context.addFloor).toEqual(at(0, 5));
    // Another user has no floor.
    expect(await repository.addWatchlistItem(randomUUID(), add)).toEqual({ result: 'applied' });
  });

  test('[CUR4] a set saved from before the collection brings nothing back', async () => {
    const { clock, repository, maintenance, userId } = setup(opened);
    const add = addOp();
    await repository.addWatchlistItem(userId, add);
    const backup = await repository.loadWatchlist(userId);
    await repository.removeWatchlistItem(userId, removeOp({ tags: [add.tag] }));
    clock.nowMs = NOW_MS + RETENTION_MS + 1;
    await maintenance.collectGarbage();
    clock.nowMs += GRACE_MS;
    await maintenance.collectGarbage();
    await repository.saveWatchlist(userId, backup);
    expect((await repository.loadWatchlist(userId)).contains('film-1')).toBe(false);
  });

  test('[CUR3] what stays is not touched: neither its stamps nor its mark', async () => {
    const { clock, repository, maintenance, userId, removed } = setup(opened);
    await removed('film-1');
    await repository.addWatchlistItem(userId, addOp({ contentId: 'kept' }));
    await repository.saveProgress(userId, setOp());
    const survivors = () =>
      opened.sql(
        `select to_jsonb(w) as row from cuepoint.user_watchlists w where not is_removed
         union all select to_jsonb(p) from cuepoint.user_progress p where user_id = $1::uuid`,
        [userId],
      );
    const before = await survivors();
    clock.nowMs = NOW_MS + RETENTION_MS + 1;
    await maintenance.collectGarbage();
    clock.nowMs += GRACE_MS;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 1 });
    expect(await survivors()).toEqual(before);
    expect(before).toHaveLength(2);
  });

  test('[CUR3] cleanup_removed_watchlist_entries does no less when an operator calls it', async () => {
    const { repository, userId, removed, stored } = setup(opened);
    const { add } = await removed('film-1');
    const cleanup = async (days: string) => {
      await withoutOlderTransactions(opened);
      const [row] = await opened.sql<{ deleted: number }>(
        `select cuepoint.cleanup_removed_watchlist_entries(${days}) as deleted`,
      );
      return row?.deleted;
    };
    const age = (days: number) =>
      opened.sql(
        'update cuepoint.user_watchlists set removed_at = now() - make_interval(days => $1::integer)',
        [days],
      );
    await age(29);
    expect(await cleanup('')).toBe(0);
    expect(await floorOf(opened, userId)).toBeUndefined();
    await age(31);
    expect(await cleanup('')).toBe(0);
    expect(await floorOf(opened, userId)).toEqual(add.timestamp);
    expect(await cleanup('30')).toBe(0);
    expect(await stored()).toBe(1);
    await opened.sql(
      "update cuepoint.sync_state set floor_raised_at = floor_raised_at - interval '11 minutes'",
    );
    await opened.sql(
      "update cuepoint.user_floors set raised_at = raised_at - interval '11 minutes'",
    );
    expect(await cleanup('60')).toBe(0);
    expect(await cleanup('')).toBe(1);
    expect(await stored()).toBe(0);
    expect(await repository.addWatchlistItem(userId, add)).toEqual({
      result: 'rejected',
      code: 'stale_op',
    });
  });

  test('[LIV6] devices without a heartbeat for longer than the limit go offline', async () => {
    const told: (readonly DeviceKey[])[] = [];
    const { clock, repository, maintenance, userId } = setup(opened, {
      staleAfterMs: 300_000,
      observer: { markedOffline: (devices) => told.push(devices) },
    });
    await repository.saveDevice(userId, deviceInfo());
    await repository.saveDevice(userId, deviceInfo({ deviceId: 'phone', lastSeenMs: NOW_MS + 1 }));
    clock.nowMs = NOW_MS + 300_000;
    expect(await maintenance.markStaleDevicesOffline()).toEqual([]);
    clock.nowMs += 1;
    const gone = [{ userId, deviceId: 'tv' }];
    expect(await maintenance.markStaleDevicesOffline()).toEqual(gone);
    expect(await maintenance.markStaleDevicesOffline()).toEqual([]);
    expect(told).toEqual([gone]);
    const devices = await repository.loadDevices(userId);
    expect(devices.map(({ deviceId, isOnline }) => [deviceId, isOnline])).toEqual([
      ['phone', true],
      ['tv', false],
    ]);
  });
});

describe.each(SERVER_DATABASES)('two instances on $name', ({ open }) => {
  test.each(['garbage_collection', 'stale_devices'] as const)(
    '[CUR5] %s does nothing while another instance is at it',
    async (task) => {
      await using opened = await open();
      const { clock, repository, maintenance, userId, removed, stored } = setup(opened);
      await removed('film-1');
      await repository.saveDevice(userId, deviceInfo());
      clock.nowMs = NOW_MS + RETENTION_MS + 1;
      await using other = await opened.connect();
      await other.query('begin');
      await other.query('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [
        `cuepoint.${task}.${opened.database.schema}`,
      ]);
      const run = async () =>
        task === 'garbage_collection'
          ? maintenance.collectGarbage()
          : maintenance.markStaleDevicesOffline();
      const idle =
        task === 'garbage_collection' ? { raisedUsers: 0, deleted: 0, lockHeld: false } : [];
      expect(await run()).toEqual(idle);
      expect(await floorOf(opened, userId)).toBeUndefined();
      expect((await repository.getDevice(userId, 'tv'))?.isOnline).toBe(true);
      await other.query('commit');
      const done =
        task === 'garbage_collection'
          ? { raisedUsers: 1, deleted: 0, lockHeld: true }
          : [{ userId, deviceId: 'tv' }];
      expect(await run()).toEqual(done);
      expect(await stored()).toBe(1);
    },
  );
});

describe.each(SERVER_DATABASES)('beside an open transaction on $name', ({ open, catchUp }) => {
  test.runIf(catchUp === 'xid')(
    '[CUR2] [CUR3] the cursor floor stays below every fresh cursor',
    async () => {
      await using opened = await open();
      const { clock, repository, maintenance, collector, userId, removed } = setup(opened);
      await removed('before');
      await withoutOlderTransactions(opened);
      await using writer = await opened.connect();
      await writer.query('begin');
      await writer.query('select pg_current_xact_id()');
      await removed('after', at(5));
      clock.nowMs = NOW_MS + RETENTION_MS + 1;
      // The wrapped collector would wait for the writer.
      expect(await collector.collectGarbage()).toMatchObject({ raisedUsers: 1 });
      expect(await floorOf(opened, userId)).toEqual(at(0));
      const fresh = await repository.readChanges(userId, { limit: 10 });
      const next = await repository.readChanges(userId, { limit: 10, cursor: fresh.cursor ?? '' });
      expect(next).toMatchObject({ resync: false, more: false, ops: [] });

      await writer.query('commit');
      clock.nowMs += GRACE_MS;
      expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 1, raisedUsers: 1 });
      expect(await floorOf(opened, userId)).toEqual(at(5));
    },
  );

  test('[CUR3] [SQL4] a collection passes over a tombstone that a writer holds', async () => {
    await using opened = await open();
    const { clock, maintenance, removed, stored } = setup(opened);
    await removed('held');
    await removed('free', at(1));
    clock.nowMs = NOW_MS + RETENTION_MS + 1;
    await maintenance.collectGarbage();
    await using writer = await opened.connect();
    await writer.query('begin');
    await writer.query(
      "select from cuepoint.user_watchlists where content_id = 'held' for no key update",
    );
    clock.nowMs += GRACE_MS;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 1 });
    await writer.query('commit');
    // What was left may have got new floors, which wait for a grace of their own.
    clock.nowMs += GRACE_MS;
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 1 });
    expect(await stored()).toBe(0);
  });

  test('[LIV6] [SQL4] the stale check of operators passes over a device that a heartbeat holds', async () => {
    await using opened = await open();
    const { repository, userId } = setup(opened);
    for (const deviceId of ['phone', 'tablet', 'tv']) {
      await repository.saveDevice(userId, deviceInfo({ deviceId }));
    }
    await using heartbeat = await opened.connect();
    await heartbeat.query('begin');
    await heartbeat.query(
      "update cuepoint.user_devices set is_online = true where device_id = 'tablet'",
    );
    await using checker = await opened.connect();
    // A check that waits fails here and does not hang.
    await checker.query("set lock_timeout = '2s'");
    const [row] = await checker.query<{ marked: number }>(
      'select cuepoint.mark_stale_devices_offline($1::timestamptz) as marked',
      [new Date(NOW_MS + DAY_MS)],
    );
    expect(row).toEqual({ marked: 2 });
    await heartbeat.query('commit');
    const devices = await repository.loadDevices(userId);
    expect(devices.filter(({ isOnline }) => isOnline).map(({ deviceId }) => deviceId)).toEqual([
      'tablet',
    ]);
  });

  test('[LIV6] [SQL4] the stale check of the service passes over it as well', async () => {
    await using opened = await open({ statementTimeoutMs: 5_000 });
    const { clock, repository, maintenance, userId } = setup(opened);
    for (const deviceId of ['phone', 'tablet', 'tv']) {
      await repository.saveDevice(userId, deviceInfo({ deviceId }));
    }
    await using heartbeat = await opened.connect();
    await heartbeat.query('begin');
    await heartbeat.query(
      "update cuepoint.user_devices set is_online = true where device_id = 'tablet'",
    );
    clock.nowMs = NOW_MS + DAY_MS;
    const marked = await maintenance.markStaleDevicesOffline();
    expect(marked.map(({ deviceId }) => deviceId).toSorted()).toEqual(['phone', 'tv']);
    await heartbeat.query('commit');
  });

  test('[LIV6] an outage that leaves more devices than one run marks is told in runs', async () => {
    await using opened = await open();
    const told: number[] = [];
    const timers: (() => void)[] = [];
    const ran = createSignal();
    const { clock, maintenance } = setup(opened, {
      observer: { markedOffline: ({ length }) => told.push(length), ran: () => ran.resolve() },
      setTimer(callback) {
        timers.push(callback);
        return () => undefined;
      },
    });
    await opened.sql(
      `insert into cuepoint.user_devices (
         user_id, device_id, device_type, platform, app_version, last_seen
       )
       select gen_random_uuid(), 'tv', 'TV', 'Tizen', '1', $1::timestamptz
       from generate_series(1, $2::integer)`,
      [new Date(NOW_MS), 2 * STALE_DEVICES_MAX + 1],
    );
    clock.nowMs = NOW_MS + DAY_MS;
    expect(await maintenance.markStaleDevicesOffline()).toHaveLength(STALE_DEVICES_MAX);
    maintenance.start();
    timers[0]?.();
    await ran.promise;
    await maintenance.stop();
    expect(told).toEqual([STALE_DEVICES_MAX, STALE_DEVICES_MAX, 1]);
  });
});

describe.each([POSTGRES, COUNTED_POSTGRES])(
  'a replayed add that waits while tombstones are deleted on $name',
  ({ open, catchUp }) => {
    const INSERT = `
    insert into cuepoint.user_watchlists as t (
      user_id, content_id, unique_tag, timestamp_physical, timestamp_logical, device_id {mark}
    ) values ($1, 'film-1', $2, $3, 0, 'tv' {mark})
    on conflict (user_id, unique_tag) do update set is_removed = t.is_removed
    where false`;

    /** What the second step of a collection does, in a transaction that the test holds open. */
    async function deleteCollected(connection: TestConnection, nowMs: number): Promise<void> {
      const [row] = await connection.query<{ deleted: string }>(
        `select cuepoint.delete_collected_tombstones(
         $1::timestamptz, $2::timestamptz, interval '10 minutes', 100
       ) as deleted`,
        [new Date(nowMs), new Date(nowMs - RETENTION_MS)],
      );
      expect(Number(row?.deleted)).toBe(1);
    }

    test('[CUR4] the unique index alone would let it in live', async () => {
      await using opened = await open();
      const { clock, repository, maintenance, userId, removed } = setup(opened);
      const { add } = await removed('film-1');
      clock.nowMs = NOW_MS + RETENTION_MS + 1;
      await maintenance.collectGarbage();
      await using deleter = await opened.connect();
      await using waiting = await opened.connect();
      await deleter.query('begin');
      await deleteCollected(deleter, clock.nowMs + GRACE_MS);
      const inserted = insertMarked(waiting, catchUp, INSERT, [
        userId,
        add.tag,
        add.timestamp.physical,
      ]);
      await blockedBy(opened, deleter);
      await deleter.query('commit');
      await inserted;
      expect((await repository.loadWatchlist(userId)).contains('film-1')).toBe(true);
    });

    test('[CUR4] the floor of the earlier step refuses it', async () => {
      await using opened = await open({ writers: 1 });
      const { clock, repository, maintenance, userId, removed } = setup(opened);
      const { add } = await removed('film-1');
      clock.nowMs = NOW_MS + RETENTION_MS + 1;
      await maintenance.collectGarbage();
      await using deleter = await opened.connect();
      await deleter.query('begin');
      await deleteCollected(deleter, clock.nowMs + GRACE_MS);
      // The add's row is locked by the deletion; the floor answers before the index is asked.
      const outcome = await repository.addWatchlistItem(userId, add);
      expect(outcome).toMatchObject({ result: 'superseded' });
      await deleter.query('commit');
      expect(await repository.addWatchlistItem(userId, add)).toEqual({
        result: 'rejected',
        code: 'stale_op',
      });
      expect((await repository.loadWatchlist(userId)).entryCount).toBe(0);
    });

    test('[CUR4] an add that began before the floors is over before anything is deleted', async () => {
      await using opened = await open({ writers: 1 });
      const { clock, repository, maintenance, userId, removed } = setup(opened);
      const { add } = await removed('film-1');
      clock.nowMs = NOW_MS + RETENTION_MS + 1;
      // The add's statement takes its snapshot before the floors, then waits for the row.
      await using holder = await opened.connect();
      await holder.query('begin');
      await holder.query('select from cuepoint.user_watchlists where user_id = $1 for update', [
        userId,
      ]);
      const replayed = repository.addWatchlistItem(userId, add);
      await blockedBy(opened, holder);
      expect(await maintenance.collectGarbage()).toMatchObject({ raisedUsers: 1, deleted: 0 });
      clock.nowMs += GRACE_MS - 1;
      expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 0 });
      await holder.query('commit');
      expect(await replayed).toMatchObject({ result: 'superseded' });
      clock.nowMs += 1;
      expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 1 });
      expect((await repository.loadWatchlist(userId)).entryCount).toBe(0);
    });
  },
);
