import { randomUUID } from 'node:crypto';
import { isCuepointError, ORSet, SECONDS_MAX } from '@cuepoint/core';
import { describe, expect, test } from 'vitest';
import type { SyncRepository } from '../sync-repository.ts';
import { addOp, at, clearOp, deviceInfo, NOW_MS, removeOp, setOp } from './ops.ts';

export interface RepositoryFixture {
  readonly repository: SyncRepository;
  /** A user without any rows. */
  readonly userId: string;
}

/** What holds for every `SyncRepository`, seen through its interface alone. */
export function describeSyncRepository(setup: () => RepositoryFixture): void {
  describe('watchlist', () => {
    test('[ORS1] an add is stored as it was made, and a replay of it is a duplicate', async () => {
      const { repository, userId } = setup();
      const op = addOp({ contentId: '🎬 Amélie', timestamp: at(5, 7) });
      expect(await repository.addWatchlistItem(userId, op)).toEqual({ result: 'applied' });
      expect(await repository.addWatchlistItem(userId, op)).toEqual({ result: 'duplicate' });
      const set = await repository.loadWatchlist(userId);
      expect(set.get(op.tag)).toEqual({
        tag: op.tag,
        contentId: '🎬 Amélie',
        added: { timestamp: at(5, 7), deviceId: 'tv' },
        removed: null,
      });
      expect(set.unpersisted()).toEqual([]);
    });

    test('[ORS1] a tag belongs to its first add: another add with it is refused', async () => {
      const { repository, userId } = setup();
      const first = addOp();
      await repository.addWatchlistItem(userId, first);
      for (const change of [{ contentId: 'film-2' }, { timestamp: at(1) }, { deviceId: 'phone' }]) {
        expect(await repository.addWatchlistItem(userId, { ...first, ...change })).toEqual({
          result: 'rejected',
          code: 'tag_reused',
        });
      }
      const set = await repository.loadWatchlist(userId);
      expect([...set.contentIds()]).toEqual(['film-1']);
    });

    test('[ORS1] a tag in upper case is the same tag', async () => {
      const { repository, userId } = setup();
      const op = addOp();
      await repository.addWatchlistItem(userId, op);
      const shouted = { ...op, tag: op.tag.toUpperCase() };
      expect(await repository.addWatchlistItem(userId, shouted)).toEqual({ result: 'duplicate' });
    });

    test('[ORS2] a remove takes the tags it names; a concurrent add survives', async () => {
      const { repository, userId } = setup();
      const seen = addOp();
      const concurrent = addOp({ deviceId: 'web' });
      await repository.addWatchlistItem(userId, seen);
      await repository.addWatchlistItem(userId, concurrent);
      expect(await repository.removeWatchlistItem(userId, removeOp({ tags: [seen.tag] }))).toEqual({
        result: 'applied',
      });
      const set = await repository.loadWatchlist(userId);
      expect(set.liveTags('film-1')).toEqual([concurrent.tag]);
      expect(set.contains('film-1')).toBe(true);
    });

    test('[ORS3] [SQL2] a replayed add never brings a removed tag back', async () => {
      const { repository, userId } = setup();
      const add = addOp();
      const remove = removeOp({ tags: [add.tag] });
      await repository.addWatchlistItem(userId, add);
      await repository.removeWatchlistItem(userId, remove);
      expect(await repository.addWatchlistItem(userId, add)).toEqual({
        result: 'superseded',
        winner: remove,
      });
      expect((await repository.loadWatchlist(userId)).contains('film-1')).toBe(false);
    });

    test('[ORS4] [SQL2] a remove that comes before its add leaves a tombstone and wins', async () => {
      const { repository, userId } = setup();
      const add = addOp();
      const remove = removeOp({ tags: [add.tag] });
      expect(await repository.removeWatchlistItem(userId, remove)).toEqual({ result: 'applied' });
      expect(await repository.addWatchlistItem(userId, add)).toMatchObject({
        result: 'superseded',
      });
      const set = await repository.loadWatchlist(userId);
      expect(set.contains('film-1')).toBe(false);
      expect(set.get(add.tag)).toEqual({
        tag: add.tag,
        contentId: 'film-1',
        added: { timestamp: add.timestamp, deviceId: add.deviceId },
        removed: { timestamp: remove.timestamp, deviceId: remove.deviceId },
      });
    });

    test('[ORS3] the least removal stamp stays, whichever comes first', async () => {
      const { repository, userId } = setup();
      const tags = [randomUUID()];
      const later = removeOp({ tags, timestamp: at(2_000) });
      const earlier = removeOp({ tags, timestamp: at(1_000), deviceId: 'web' });
      await repository.removeWatchlistItem(userId, later);
      expect(await repository.removeWatchlistItem(userId, earlier)).toEqual({ result: 'applied' });
      expect(await repository.removeWatchlistItem(userId, later)).toEqual({
        result: 'superseded',
        winner: earlier,
      });
      expect(await repository.removeWatchlistItem(userId, earlier)).toEqual({
        result: 'duplicate',
      });
    });

    test('[ORS2] a remove of many tags reports what changed the most', async () => {
      const { repository, userId } = setup();
      const add = addOp();
      await repository.addWatchlistItem(userId, add);
      const first = removeOp({ tags: [add.tag] });
      await repository.removeWatchlistItem(userId, first);
      const second = removeOp({ tags: [add.tag, randomUUID()], timestamp: at(9_000) });
      expect(await repository.removeWatchlistItem(userId, second)).toEqual({ result: 'applied' });
    });

    test('[SQL3] saveWatchlist merges: what others stored stays, tombstones stay', async () => {
      const { repository, userId } = setup();
      const stored = addOp({ contentId: 'stored' });
      const removed = addOp({ contentId: 'removed' });
      await repository.addWatchlistItem(userId, stored);
      await repository.addWatchlistItem(userId, removed);
      const mine = await repository.loadWatchlist(userId);
      await repository.removeWatchlistItem(
        userId,
        removeOp({ contentId: 'removed', tags: [removed.tag] }),
      );
      const theirs = addOp({ contentId: 'theirs' });
      await repository.addWatchlistItem(userId, theirs);
      const own = addOp({ contentId: 'own' });
      mine.add(own.contentId, own.tag, own);

      await repository.saveWatchlist(userId, mine);

      const set = await repository.loadWatchlist(userId);
      expect([...set.contentIds()].toSorted()).toEqual(['own', 'stored', 'theirs']);
      expect(set.get(removed.tag)?.removed).not.toBeNull();
    });

    test('[SQL3] saveWatchlist of an empty set removes nothing', async () => {
      const { repository, userId } = setup();
      await repository.addWatchlistItem(userId, addOp());
      await repository.saveWatchlist(userId, new ORSet());
      expect((await repository.loadWatchlist(userId)).size).toBe(1);
    });

    test('a set larger than one statement is saved whole', async () => {
      const { repository, userId } = setup();
      const set = new ORSet();
      for (let index = 0; index < 2_345; index += 1) {
        const { tag, timestamp, deviceId } = addOp({ timestamp: at(index) });
        set.add(`film-${index}`, tag, { timestamp, deviceId });
      }
      await repository.saveWatchlist(userId, set);
      const loaded = await repository.loadWatchlist(userId);
      expect(loaded.entryCount).toBe(set.entryCount);
      expect([...set.entries()].map(({ tag }) => loaded.get(tag))).toEqual([...set.entries()]);
    });
  });

  describe('progress', () => {
    test('[LWW1] the greater stamp wins, and the loser hears the winner', async () => {
      const { repository, userId } = setup();
      const early = setOp({ timestamp: at(1), positionSeconds: 10 });
      const late = setOp({ timestamp: at(2), positionSeconds: 20, deviceId: 'phone' });
      expect(await repository.saveProgress(userId, late)).toEqual({ result: 'applied' });
      expect(await repository.saveProgress(userId, early)).toEqual({
        result: 'superseded',
        winner: late,
      });
      expect(await repository.saveProgress(userId, late)).toEqual({ result: 'duplicate' });
      const register = await repository.getProgress(userId, 'film-1');
      expect(register?.value?.positionSeconds).toBe(20);
      expect(register?.stamp).toEqual({ timestamp: at(2), deviceId: 'phone' });
    });

    test('[LWW1] of equal timestamps the greater device wins by code unit', async () => {
      const { repository, userId } = setup();
      // A locale would put "TV" after "phone"; code units put it before.
      const upper = setOp({ deviceId: 'TV', positionSeconds: 1 });
      const lower = setOp({ deviceId: 'phone', positionSeconds: 2 });
      for (const [contentId, ops] of [
        ['a', [upper, lower]],
        ['b', [lower, upper]],
      ] as const) {
        for (const op of ops) await repository.saveProgress(userId, { ...op, contentId });
        const register = await repository.getProgress(userId, contentId);
        expect(register?.stamp.deviceId, `content ${contentId}`).toBe('phone');
      }
    });

    test('[LWW2] a clear is a write: an older update never brings the position back', async () => {
      const { repository, userId } = setup();
      const set = setOp();
      const clear = clearOp();
      await repository.saveProgress(userId, set);
      expect(await repository.deleteProgress(userId, clear)).toEqual({ result: 'applied' });
      expect(await repository.saveProgress(userId, set)).toEqual({
        result: 'superseded',
        winner: clear,
      });
      expect((await repository.getProgress(userId, 'film-1'))?.value).toBeNull();
      expect(await repository.getProgressItem(userId, 'film-1')).toBeUndefined();
      expect((await repository.loadProgress(userId)).get('film-1')?.value).toBeNull();
      const again = setOp({ timestamp: at(2_000), positionSeconds: 5 });
      expect(await repository.saveProgress(userId, again)).toEqual({ result: 'applied' });
      expect((await repository.getProgressItem(userId, 'film-1'))?.positionSeconds).toBe(5);
    });

    test('[LWW2] a clear before any update keeps the older update out', async () => {
      const { repository, userId } = setup();
      await repository.deleteProgress(userId, clearOp());
      expect(await repository.saveProgress(userId, setOp())).toMatchObject({
        result: 'superseded',
      });
    });

    test('[LWW3] an equal stamp with other content is refused, never a duplicate', async () => {
      const { repository, userId } = setup();
      const op = setOp();
      await repository.saveProgress(userId, op);
      const refusal = { result: 'rejected', code: 'stamp_reused' };
      expect(await repository.saveProgress(userId, { ...op, positionSeconds: 61 })).toEqual(
        refusal,
      );
      expect(await repository.saveProgress(userId, { ...op, state: 'paused' })).toEqual(refusal);
      expect(await repository.saveProgress(userId, { ...op, durationSeconds: 1 })).toEqual(refusal);
      expect(await repository.deleteProgress(userId, clearOp(stampOf(op)))).toEqual(refusal);
      expect((await repository.getProgress(userId, 'film-1'))?.value?.positionSeconds).toBe(60);
    });

    test('[LWW4] the bounds of seconds are stored; a position may pass its duration', async () => {
      const { repository, userId } = setup();
      for (const [positionSeconds, durationSeconds] of [
        [0, 0],
        [SECONDS_MAX, SECONDS_MAX],
        [SECONDS_MAX, 0],
        [6_100, 6_000],
      ] as const) {
        const contentId = `${positionSeconds}/${durationSeconds}`;
        const op = setOp({ contentId, positionSeconds, durationSeconds });
        expect(await repository.saveProgress(userId, op)).toEqual({ result: 'applied' });
        expect((await repository.getProgress(userId, contentId))?.value).toEqual({
          positionSeconds,
          durationSeconds,
          state: 'playing',
        });
      }
    });

    test('an item carries when the service stored it', async () => {
      const { repository, userId } = setup();
      await repository.saveProgress(userId, setOp());
      const item = await repository.getProgressItem(userId, 'film-1');
      expect(item).toMatchObject({
        contentId: 'film-1',
        positionSeconds: 60,
        stamp: { timestamp: at(0), deviceId: 'tv' },
      });
      expect(Number.isInteger(item?.updatedAtMs)).toBe(true);
      expect(await repository.getProgress(userId, 'unknown')).toBeUndefined();
    });
  });

  describe('devices', () => {
    test('a device is stored, loaded and replaced by its next registration', async () => {
      const { repository, userId } = setup();
      expect(await repository.saveDevice(userId, deviceInfo())).toBe('saved');
      expect(await repository.getDevice(userId, 'tv')).toEqual(deviceInfo());
      const renamed = deviceInfo({
        deviceName: null,
        capabilities: {},
        appVersion: '2',
        isOnline: false,
      });
      expect(await repository.saveDevice(userId, renamed)).toBe('saved');
      expect(await repository.loadDevices(userId)).toEqual([renamed]);
      expect(await repository.getDevice(userId, 'other')).toBeUndefined();
    });

    test('a registration that arrives late does not set lastSeen back', async () => {
      const { repository, userId } = setup();
      await repository.saveDevice(userId, deviceInfo({ lastSeenMs: NOW_MS + 5_000 }));
      await repository.saveDevice(userId, deviceInfo({ lastSeenMs: NOW_MS }));
      expect((await repository.getDevice(userId, 'tv'))?.lastSeenMs).toBe(NOW_MS + 5_000);
    });

    test('a heartbeat moves lastSeen forward only, and needs a registered device', async () => {
      const { repository, userId } = setup();
      expect(await repository.updateDeviceHeartbeat(userId, 'tv', NOW_MS)).toBe(false);
      await repository.saveDevice(userId, deviceInfo({ isOnline: false }));
      expect(await repository.updateDeviceHeartbeat(userId, 'tv', NOW_MS + 9_000)).toBe(true);
      expect(await repository.updateDeviceHeartbeat(userId, 'tv', NOW_MS + 1_000)).toBe(true);
      expect(await repository.getDevice(userId, 'tv')).toEqual(
        deviceInfo({ lastSeenMs: NOW_MS + 9_000, isOnline: true }),
      );
    });

    test('[SEC1] a deleted device is gone from every list and its id is never taken again', async () => {
      const { repository, userId } = setup();
      await repository.saveDevice(userId, deviceInfo());
      expect(await repository.isDeviceRevoked(userId, 'tv')).toBe(false);
      expect(await repository.deleteDevice(userId, 'tv', NOW_MS)).toBe(true);
      expect(await repository.deleteDevice(userId, 'tv', NOW_MS)).toBe(false);
      expect(await repository.isDeviceRevoked(userId, 'tv')).toBe(true);
      expect(await repository.loadDevices(userId)).toEqual([]);
      expect(await repository.getDevice(userId, 'tv')).toBeUndefined();
      expect(await repository.saveDevice(userId, deviceInfo())).toBe('revoked');
      expect(await repository.updateDeviceHeartbeat(userId, 'tv', NOW_MS)).toBe(false);
      expect(await repository.loadDevices(userId)).toEqual([]);
    });
  });

  describe('lists', () => {
    test('the watchlist comes in pages, in code-point order', async () => {
      const { repository, userId } = setup();
      const contentIds = ['a', 'B', 'Zebra', 'é', 'z', '🎬', '%', "o'; drop"];
      for (const contentId of contentIds) {
        await repository.addWatchlistItem(userId, addOp({ contentId }));
      }
      const second = addOp({ contentId: 'a', timestamp: at(-5), deviceId: 'web' });
      await repository.addWatchlistItem(userId, second);
      const listed = [];
      let after: string | undefined;
      do {
        const page = await repository.listWatchlist(userId, {
          limit: 3,
          ...(after === undefined ? {} : { after }),
        });
        expect(page.total).toBeUndefined();
        expect(page.items.length).toBeLessThanOrEqual(3);
        listed.push(...page.items);
        after = page.nextCursor;
      } while (after !== undefined);
      expect(listed.map(({ contentId }) => contentId)).toEqual(byCodePoint(contentIds));
      const item = listed.find(({ contentId }) => contentId === 'a');
      expect(item).toMatchObject({ addedAtMs: NOW_MS - 5, deviceId: 'web' });
      expect(item?.tags).toHaveLength(2);
      expect(item?.tags[0]).toBe(second.tag);
    });

    test('a page that is the whole list has the total, and a full last page has no next one', async () => {
      const { repository, userId } = setup();
      expect(await repository.listWatchlist(userId, { limit: 5 })).toEqual({ items: [], total: 0 });
      await repository.addWatchlistItem(userId, addOp());
      const page = await repository.listWatchlist(userId, { limit: 1 });
      expect(page).toMatchObject({ total: 1 });
      expect(page.nextCursor).toBeUndefined();
    });

    test('[LWW5] progress is listed by status; a cleared content is in none', async () => {
      const { repository, userId } = setup();
      const positions = [
        ['done', 90, 100],
        ['not quite', 89, 100],
        ['unknown duration', 5, 0],
        ['untouched', 0, 100],
        ['past the end', 101, 100],
        ['nine hours to go', 91 * 3_600, 100 * 3_600],
        ['its credits', 100 * 3_600 - 300, 100 * 3_600],
      ] as const;
      for (const [contentId, positionSeconds, durationSeconds] of positions) {
        await repository.saveProgress(
          userId,
          setOp({ contentId, positionSeconds, durationSeconds }),
        );
      }
      await repository.saveProgress(userId, setOp({ contentId: 'cleared' }));
      await repository.deleteProgress(userId, clearOp({ contentId: 'cleared' }));
      const listed = async (status: 'all' | 'completed' | 'in_progress') => {
        const page = await repository.listProgress(userId, { limit: 10, status });
        expect(page.total).toBe(page.items.length);
        return page.items.map(({ contentId }) => contentId);
      };
      // Of one time the greater id comes first.
      expect(await listed('completed')).toEqual(['past the end', 'its credits', 'done']);
      expect(await listed('in_progress')).toEqual([
        'unknown duration',
        'not quite',
        'nine hours to go',
      ]);
      const all = byCodePoint(positions.map(([contentId]) => contentId)).toReversed();
      expect(await listed('all')).toEqual(all);
    });

    test('[OPS3] progress comes the newest first, whatever plays or rests, in pages of every size', async () => {
      const { repository, userId } = setup();
      const minutes = [0, 90, 3, 4, 5, 61, 600, 2, 2, 7, 8, 9, 300, 299];
      const states = ['playing', 'paused', 'stopped'] as const;
      for (const [index, minute] of minutes.entries()) {
        const contentId = `film-${String(index).padStart(2, '0')}`;
        const write = {
          contentId,
          positionSeconds: index * 500,
          state: states[index % 3] ?? 'paused',
        };
        await repository.saveProgress(userId, setOp({ ...write, timestamp: at(-9) }));
        await repository.saveProgress(userId, setOp({ ...write, timestamp: at(minute * 60_000) }));
      }
      const newest = minutes
        .map((minute, index) => ({ minute, index }))
        .sort((a, b) => b.minute - a.minute || b.index - a.index)
        .map(({ index }) => `film-${String(index).padStart(2, '0')}`);
      for (const limit of [1, 2, 3, 5, 14, 100]) {
        const listed: string[] = [];
        let after: string | undefined;
        do {
          const page = await repository.listProgress(userId, {
            limit,
            status: 'all',
            ...(after === undefined ? {} : { after }),
          });
          listed.push(...page.items.map(({ contentId }) => contentId));
          after = page.nextCursor;
        } while (after !== undefined);
        expect(listed, `pages of ${limit}`).toEqual(newest);
      }
    });

    test('a list of contents with many tags fills its pages', async () => {
      const { repository, userId } = setup();
      for (let index = 0; index < 24; index += 1) {
        await repository.addWatchlistItem(userId, addOp({ contentId: `film-${index % 5}` }));
      }
      const first = await repository.listWatchlist(userId, { limit: 3 });
      expect(first.items.map(({ tags }) => tags.length)).toEqual([5, 5, 5]);
      const after = first.nextCursor ?? '';
      const last = await repository.listWatchlist(userId, { limit: 3, after });
      expect(last.items.map(({ tags }) => tags.length)).toEqual([5, 4]);
      expect(last).not.toHaveProperty('nextCursor');
    });

    test.each([0, -1, 1.5, 1_001])('a page of %d items is refused', async (limit) => {
      const { repository, userId } = setup();
      await expect(repository.listWatchlist(userId, { limit })).rejects.toMatchObject({
        code: 'limit_exceeded',
      });
    });

    test('a list cursor that no list gave is refused', async () => {
      const { repository, userId } = setup();
      for (const after of ['', '%%%', '////', 'AA']) {
        await expect(repository.listWatchlist(userId, { limit: 5, after })).rejects.toMatchObject({
          code: 'invalid_cursor',
        });
        const status = 'all';
        await expect(
          repository.listProgress(userId, { limit: 5, after, status }),
        ).rejects.toMatchObject({ code: 'invalid_cursor' });
      }
    });
  });

  describe('write context', () => {
    test('it holds the register and the live adds of one content, in one snapshot', async () => {
      const { repository, userId } = setup();
      expect(await repository.readWriteContext(userId, 'film-1')).toEqual({
        progress: undefined,
        liveAdds: [],
        addFloor: undefined,
        erasureFloor: undefined,
      });
      const live = addOp({ timestamp: at(3, 65_535) });
      const dead = addOp({ deviceId: 'web' });
      await repository.addWatchlistItem(userId, live);
      await repository.addWatchlistItem(userId, dead);
      await repository.addWatchlistItem(userId, addOp({ contentId: 'other' }));
      await repository.removeWatchlistItem(userId, removeOp({ tags: [dead.tag] }));
      await repository.saveProgress(userId, setOp({ timestamp: at(1, 9) }));
      const context = await repository.readWriteContext(userId, 'film-1');
      expect(context.liveAdds).toEqual([
        {
          tag: live.tag,
          contentId: 'film-1',
          added: { timestamp: at(3, 65_535), deviceId: 'tv' },
          removed: null,
        },
      ]);
      expect(context.progress?.value).toEqual({
        positionSeconds: 60,
        durationSeconds: 6_000,
        state: 'playing',
      });
      expect(context.progress?.stamp).toEqual({ timestamp: at(1, 9), deviceId: 'tv' });
      await repository.deleteProgress(userId, clearOp());
      const cleared = await repository.readWriteContext(userId, 'film-1');
      expect(cleared.progress?.value).toBeNull();
    });
  });

  describe('bad ids', () => {
    const notUuids = ['', 'me', '8e1f6e2e-5a4b-4c59-9f0a', "' or true --", '__proto__'];

    test('a user id that is no UUID is refused by every method', async () => {
      const { repository } = setup();
      for (const userId of notUuids) {
        const calls: (() => Promise<unknown>)[] = [
          () => repository.loadWatchlist(userId),
          () => repository.saveWatchlist(userId, new ORSet()),
          () => repository.addWatchlistItem(userId, addOp()),
          () => repository.removeWatchlistItem(userId, removeOp()),
          () => repository.loadProgress(userId),
          () => repository.saveProgress(userId, setOp()),
          () => repository.getProgress(userId, 'film-1'),
          () => repository.deleteProgress(userId, clearOp()),
          () => repository.loadDevices(userId),
          () => repository.saveDevice(userId, deviceInfo()),
          () => repository.getDevice(userId, 'tv'),
          () => repository.deleteDevice(userId, 'tv', NOW_MS),
          () => repository.updateDeviceHeartbeat(userId, 'tv', NOW_MS),
          () => repository.isDeviceRevoked(userId, 'tv'),
          () => repository.listWatchlist(userId, { limit: 1 }),
          () => repository.listProgress(userId, { limit: 1, status: 'all' }),
          () => repository.getProgressItem(userId, 'film-1'),
          () => repository.readWriteContext(userId, 'film-1'),
          () => repository.readChanges(userId, { limit: 1 }),
          async () => repository.exportUser(userId),
          () => repository.importUser(userId, []),
          () => repository.eraseUser(userId, NOW_MS),
        ];
        for (const call of calls) {
          await expect(call(), `${userId}: ${String(call)}`).rejects.toMatchObject({
            code: 'invalid_user_id',
          });
        }
      }
    });

    test('content and device ids outside their alphabets are refused and store nothing', async () => {
      const { repository, userId } = setup();
      const contentIds = ['', '.', '..', 'a\u0000b', 'x'.repeat(256), '\ud800', 'a\nb'];
      for (const contentId of contentIds) {
        await expect(repository.addWatchlistItem(userId, addOp({ contentId }))).rejects.toSatisfy(
          (error) => isCuepointError(error, 'invalid_content_id'),
        );
        await expect(repository.saveProgress(userId, setOp({ contentId }))).rejects.toMatchObject({
          code: 'invalid_content_id',
        });
      }
      for (const deviceId of ['', 'a b', 'é', 'x'.repeat(256), "'"]) {
        await expect(repository.saveProgress(userId, setOp({ deviceId }))).rejects.toMatchObject({
          code: 'invalid_device_id',
        });
        await expect(repository.saveDevice(userId, deviceInfo({ deviceId }))).rejects.toMatchObject(
          { code: 'invalid_device_id' },
        );
      }
      expect((await repository.loadWatchlist(userId)).entryCount).toBe(0);
      expect((await repository.loadProgress(userId)).size).toBe(0);
      expect(await repository.loadDevices(userId)).toEqual([]);
    });

    test('hostile text is stored as it is', async () => {
      const { repository, userId } = setup();
      const texts = [
        '"',
        '\\',
        '{}',
        ',',
        'null',
        'NULL',
        '$1',
        "');--",
        '🎬'.repeat(255),
        '\u00a0',
      ];
      for (const contentId of texts) {
        await repository.addWatchlistItem(userId, addOp({ contentId }));
        await repository.saveProgress(userId, setOp({ contentId }));
      }
      const set = await repository.loadWatchlist(userId);
      expect([...set.contentIds()].toSorted()).toEqual(texts.toSorted());
      expect([...(await repository.loadProgress(userId)).keys()].toSorted()).toEqual(
        texts.toSorted(),
      );
      const device = deviceInfo({ deviceName: '"\\{,}NULL', platform: 'nu"ll' });
      await repository.saveDevice(userId, device);
      expect(await repository.getDevice(userId, 'tv')).toEqual(device);
    });
  });
}

function stampOf({ timestamp, deviceId }: { timestamp: ReturnType<typeof at>; deviceId: string }) {
  return { timestamp, deviceId };
}

function byCodePoint(texts: readonly string[]): string[] {
  return texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
