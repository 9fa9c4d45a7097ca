import { randomUUID } from 'node:crypto';
import { ORSet } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from './open-database.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { TEST_DATABASES, type TestDatabase } from './testing/databases.ts';
import { addOp, at, clearOp, deviceInfo, NOW_MS, removeOp, setOp } from './testing/ops.ts';

/** What the origin's own tests promise, by their names. */
describe.each(TEST_DATABASES)('the origin on $name', ({ open, isServer }) => {
  let opened: TestDatabase;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened.destroy();
  });

  function setup() {
    return { repository: new PostgresSyncRepository(opened.database), userId: randomUUID() };
  }

  test('watchlist persistence: a saved set comes back whole, tombstones included', async () => {
    const { repository, userId } = setup();
    const set = new ORSet();
    const [kept, removed] = [addOp(), addOp({ contentId: 'film-2' })];
    set.add(kept.contentId, kept.tag, kept);
    set.add(removed.contentId, removed.tag, removed);
    set.remove(removed.contentId, [removed.tag], { timestamp: at(9), deviceId: 'phone' });
    await repository.saveWatchlist(userId, set);
    const loaded = await repository.loadWatchlist(userId);
    expect([...loaded.contentIds()]).toEqual(['film-1']);
    expect(new Set(loaded.entries())).toEqual(new Set(set.entries()));
  });

  test('incremental updates: adds and removes one by one give the same as the set', async () => {
    const { repository, userId } = setup();
    const adds = ['a', 'b', 'c'].map((contentId) => addOp({ contentId }));
    for (const add of adds) await repository.addWatchlistItem(userId, add);
    const [, second] = adds;
    await repository.removeWatchlistItem(
      userId,
      removeOp({ contentId: 'b', tags: [second?.tag ?? ''] }),
    );
    const loaded = await repository.loadWatchlist(userId);
    expect([...loaded.contentIds()].toSorted()).toEqual(['a', 'c']);
    expect(loaded.entryCount).toBe(3);
  });

  test('progress persistence: a position comes back as it was reported', async () => {
    const { repository, userId } = setup();
    await repository.saveProgress(userId, setOp({ positionSeconds: 1_234, state: 'paused' }));
    const registers = await repository.loadProgress(userId);
    expect(registers.get('film-1')?.value).toEqual({
      positionSeconds: 1_234,
      durationSeconds: 6_000,
      state: 'paused',
    });
  });

  test('LWW conflict: the older of two devices loses, in whatever order they come', async () => {
    const { repository, userId } = setup();
    const older = setOp({ timestamp: at(0), positionSeconds: 100, deviceId: 'tv' });
    const newer = setOp({ timestamp: at(1), positionSeconds: 50, deviceId: 'phone' });
    for (const [contentId, order] of [
      ['older first', [older, newer]],
      ['newer first', [newer, older]],
    ] as const) {
      for (const op of order) await repository.saveProgress(userId, { ...op, contentId });
      expect((await repository.getProgress(userId, contentId))?.value?.positionSeconds).toBe(50);
    }
  });

  test('progress delete: a deleted position is gone and a replay does not undo it', async () => {
    const { repository, userId } = setup();
    await repository.saveProgress(userId, setOp());
    await repository.deleteProgress(userId, clearOp());
    await repository.saveProgress(userId, setOp());
    expect(await repository.getProgressItem(userId, 'film-1')).toBeUndefined();
  });

  test('device persistence: a device comes back with its capabilities', async () => {
    const { repository, userId } = setup();
    await repository.saveDevice(userId, deviceInfo());
    expect(await repository.loadDevices(userId)).toEqual([deviceInfo()]);
  });

  test('heartbeat: it brings a device online and moves lastSeen', async () => {
    const { repository, userId } = setup();
    await repository.saveDevice(userId, deviceInfo({ isOnline: false }));
    await repository.updateDeviceHeartbeat(userId, 'tv', NOW_MS + 30_000);
    expect(await repository.getDevice(userId, 'tv')).toMatchObject({
      isOnline: true,
      lastSeenMs: NOW_MS + 30_000,
    });
  });

  test('device delete: it is no longer listed', async () => {
    const { repository, userId } = setup();
    await repository.saveDevice(userId, deviceInfo());
    await repository.saveDevice(userId, deviceInfo({ deviceId: 'phone' }));
    await repository.deleteDevice(userId, 'tv', NOW_MS);
    const devices = await repository.loadDevices(userId);
    expect(devices.map(({ deviceId }) => deviceId)).toEqual(['phone']);
  });

  test('isolation of users: one user never sees or changes what is of another', async () => {
    const { repository, userId } = setup();
    const stranger = randomUUID();
    const add = addOp();
    await repository.addWatchlistItem(userId, add);
    await repository.saveProgress(userId, setOp());
    await repository.saveDevice(userId, deviceInfo());

    // The stranger knows every id.
    await repository.removeWatchlistItem(stranger, removeOp({ tags: [add.tag] }));
    await repository.deleteProgress(stranger, clearOp());
    expect(await repository.deleteDevice(stranger, 'tv', NOW_MS)).toBe(false);
    expect(await repository.updateDeviceHeartbeat(stranger, 'tv', NOW_MS + 1)).toBe(false);
    await repository.eraseUser(stranger, NOW_MS + 60_000);

    expect((await repository.loadWatchlist(stranger)).entryCount).toBe(0);
    expect((await repository.loadProgress(stranger)).size).toBe(0);
    expect(await repository.loadDevices(stranger)).toEqual([]);
    expect((await repository.readChanges(stranger, { limit: 10 })).ops).toEqual([]);
    expect((await repository.loadWatchlist(userId)).contains('film-1')).toBe(true);
    expect((await repository.getProgress(userId, 'film-1'))?.value).not.toBeNull();
    expect(await repository.loadDevices(userId)).toEqual([deviceInfo()]);
  });

  // The last test of the file: it closes the database that the others share.
  test('service restart: what was stored before is there after', async () => {
    const { repository, userId } = setup();
    await repository.addWatchlistItem(userId, addOp());
    await repository.saveProgress(userId, setOp());
    await repository.saveDevice(userId, deviceInfo());
    const { cursor = '' } = await repository.readChanges(userId, { limit: 10 });
    await opened.database.close();

    const database = await openDatabase(opened.options);
    opened = { ...opened, database, destroy: destroyWith(opened, database) };
    const restarted = new PostgresSyncRepository(database);
    expect((await restarted.loadWatchlist(userId)).contains('film-1')).toBe(true);
    expect((await restarted.getProgress(userId, 'film-1'))?.value?.positionSeconds).toBe(60);
    expect(await restarted.loadDevices(userId)).toEqual([deviceInfo()]);
    // The embedded database cannot tell an orderly start from a recovery: it asks for one whole read. [CUR2]
    const { ops, resync } = await restarted.readChanges(userId, { limit: 10, cursor });
    expect({ ops: ops.length, resync }).toEqual(
      isServer ? { ops: 0, resync: false } : { ops: 2, resync: true },
    );
  });
});

/** Closes the reopened database too; the first one is closed already. */
function destroyWith(opened: TestDatabase, database: { close(): Promise<void> }) {
  return async () => {
    await database.close();
    await opened.dropData();
  };
}
