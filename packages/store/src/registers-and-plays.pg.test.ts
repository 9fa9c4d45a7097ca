import { randomUUID } from 'node:crypto';
import { CuepointError, type Op, type PlayAddOp, type Viewing } from '@cuepoint/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from './database.ts';
import { createMaintenance } from './maintenance.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import type { PlaysRequest, WorksOf } from './read-plays.ts';
import { SyncPersistence } from './sync-persistence.ts';
import type { ExportLine } from './sync-repository.ts';
import { withoutOlderTransactions } from './testing/blocked-by.ts';
import { TEST_DATABASES, type TestDatabase } from './testing/databases.ts';
import { addOp, at, NOW_MS, playOp, registerOp } from './testing/ops.ts';
import { costOf } from './testing/read-cost.ts';

const DAY_MS = 24 * 60 * 60_000;
const TABLES = ['user_registers', 'user_plays'] as const;

describe.each(TEST_DATABASES)(
  'registers and plays on $name',
  ({ open, isServer, catchUp, batch }) => {
    const clock = { nowMs: NOW_MS };
    const now = () => clock.nowMs;
    let opened: TestDatabase;
    let persistence: SyncPersistence;
    let repository: PostgresSyncRepository;

    beforeAll(async () => {
      opened = await open();
      persistence = new SyncPersistence(opened.database, { now });
      repository = persistence.repository;
    });
    beforeEach(() => {
      clock.nowMs = NOW_MS;
    });
    afterAll(async () => {
      await opened.destroy();
    });

    const write = (userId: string, ...ops: readonly Op[]) =>
      Promise.all(ops.map((op) => persistence.persistOp(userId, op)));

    async function exported(userId: string): Promise<ExportLine[]> {
      const lines: ExportLine[] = [];
      for await (const line of repository.exportUser(userId)) lines.push(line);
      return lines;
    }

    async function rowsOf(userId: string): Promise<number[]> {
      return Promise.all(
        TABLES.map(async (table) => {
          const sql = `select count(*)::integer as rows from cuepoint.${table} where user_id = $1::uuid`;
          const [row] = await opened.sql<{ rows: number }>(sql, [userId]);
          return row?.rows ?? -1;
        }),
      );
    }

    /** The whole history, page by page. */
    async function history(userId: string, request: Omit<PlaysRequest, 'limit'> = {}, limit = 2) {
      const viewings: Viewing[] = [];
      for (let after: string | undefined; ;) {
        const page = await repository.readPlays(userId, {
          ...request,
          limit,
          ...(after === undefined ? {} : { after }),
        });
        viewings.push(...page.items);
        after = page.nextCursor;
        if (after === undefined) return viewings;
      }
    }

    async function seed(userId: string): Promise<void> {
      const removed = playOp({ contentId: 'removed', claim: at(-5), timestamp: at(1) });
      await write(
        userId,
        registerOp({ claim: at(-1), value: 9 }),
        registerOp({
          register: 'watched',
          value: { at: '2025-12-31', by: ['an', { older: 1.5 }] },
        }),
        registerOp({ register: 'favorite', key: '🎬 "live"', value: true }),
        registerOp({ register: 'place', key: 'tv/film-1', value: null }),
        playOp({ watchedAt: '2025-12-30', source: 'sdk' }),
        removed,
      );
      const { deviceId } = removed;
      const timestamp = at(2);
      await write(
        userId,
        { kind: 'play.remove', playIds: [removed.playId, randomUUID()], timestamp, deviceId },
        registerOp({ register: 'favorite', key: '🎬 "live"', value: null, timestamp }),
      );
    }

    test('[REG1] an erasure leaves none of them, and older writes stay out', async () => {
      const [userId, neighbour] = [randomUUID(), randomUUID()];
      await seed(userId);
      await seed(neighbour);
      const before = await exported(neighbour);
      expect(await rowsOf(userId)).toEqual([4, 3]);
      expect(await repository.eraseUser(userId, NOW_MS + 60_000)).toEqual({ rows: 7 });
      expect(await rowsOf(userId)).toEqual([0, 0]);
      expect(await exported(neighbour)).toEqual(before);
      const stale = { result: 'rejected', code: 'stale_op' };
      expect(await write(userId, registerOp(), playOp())).toEqual([stale, stale]);
      expect(await rowsOf(userId)).toEqual([0, 0]);
    });

    test('[REG1] [PLY1] an export comes back the same, and a second import changes nothing', async () => {
      const [userId, other] = [randomUUID(), randomUUID()];
      await seed(userId);
      const lines = await exported(userId);
      expect(lines.map(({ type }) => type)).toEqual([
        ...Array<string>(4).fill('register'),
        ...Array<string>(3).fill('play'),
      ]);
      expect(await repository.importUser(other, lines)).toBe(7);
      expect(await exported(other)).toEqual(lines);
      expect(await repository.importUser(other, lines)).toBe(0);
      expect(await exported(other)).toEqual(lines);
      const { registers, plays } = await repository.inspectUser(userId, { rowsMax: 10 });
      expect([registers.rows.length, plays.rows.length]).toEqual([4, 3]);
      for (const { play, removedAtMs } of plays.rows) {
        expect(lines).toContainEqual({ type: 'play', play, removedAtMs });
      }
      for (const row of registers.rows) expect(lines).toContainEqual({ type: 'register', ...row });
    });

    test('[PLY1] [CUR1] an export has each play once, whatever transaction is open elsewhere', async () => {
      const userId = randomUUID();
      await seed(userId);
      await using older = isServer ? await opened.connect() : undefined;
      await older?.query('begin');
      await older?.query('select pg_current_xact_id()');
      await write(userId, playOp());
      const plays = (await exported(userId)).filter(({ type }) => type === 'play');
      await older?.query('commit');
      expect(plays).toHaveLength(4);
    });

    test('[PLY1] an export has what changed while it was read', async () => {
      const userId = randomUUID();
      const first = playOp();
      await write(userId, first);
      const added = playOp();
      const plays = new Map<string, ExportLine>();
      for await (const line of repository.exportUser(userId)) {
        if (line.type !== 'play') continue;
        plays.set(line.play.tag, line);
        if (plays.size > 1) continue;
        const { timestamp, deviceId } = added;
        await write(userId, added, {
          kind: 'play.remove',
          playIds: [first.playId],
          timestamp,
          deviceId,
        });
      }
      expect(plays.get(first.playId)).toMatchObject({ play: { removed: { deviceId: 'tv' } } });
      expect(plays.get(added.playId)).toMatchObject({ play: { removed: null } });
    });

    test('[REG1] a register is read by itself, by kind and by keys; a cleared one is no item', async () => {
      const userId = randomUUID();
      const keys = Array.from({ length: 7 }, (_, index) => `film-${index}`);
      await write(
        userId,
        ...keys.map((key, index) => registerOp({ key, value: index + 1, claim: at(-index - 1) })),
        registerOp({ register: 'favorite', key: 'film-1', value: true }),
      );
      await write(userId, registerOp({ key: 'film-3', value: null, timestamp: at(1) }));
      expect(await repository.readRegister(userId, 'rating', 'film-2')).toEqual({
        key: 'film-2',
        value: 3,
        stamp: { timestamp: at(0), deviceId: 'tv', claim: at(-3) },
        updatedAtMs: NOW_MS,
      });
      expect(await repository.readRegister(userId, 'rating', 'film-3')).toMatchObject({
        value: null,
      });
      expect(await repository.readRegister(userId, 'rating', 'none')).toBeUndefined();
      const found: string[] = [];
      for (let after: string | undefined; ;) {
        const options = { limit: 2, ...(after === undefined ? {} : { after }) };
        const page = await repository.readRegisters(userId, { kind: 'rating', ...options });
        found.push(...page.items.map(({ key }) => key));
        after = page.nextCursor;
        if (after === undefined) break;
      }
      expect(found).toEqual(keys.filter((key) => key !== 'film-3'));
      const some = { kind: 'rating', keys: ['film-5', 'film-3', 'none'], limit: 10 };
      expect((await repository.readRegisters(userId, some)).items).toMatchObject([
        { key: 'film-5' },
      ]);
    });

    test('[PLY1] a retry is no second play, whatever stamp it has; another content is refused', async () => {
      const userId = randomUUID();
      const play = playOp({ source: 'sdk' });
      const retry = { ...play, timestamp: at(5_000), deviceId: 'plex', watchedAt: '2026-01-01' };
      const results = await write(userId, play, retry, { ...play, contentId: 'other' });
      expect(results).toEqual([
        { result: 'applied' },
        { result: 'duplicate' },
        { result: 'rejected', code: 'tag_reused' },
      ]);
      expect(await write(userId, retry)).toEqual([{ result: 'duplicate' }]);
      const { playId, contentId, watchedAt, source } = play;
      expect(await history(userId)).toEqual([
        { playId, contentId, watchedAt, source, alsoIds: [] },
      ]);
    });

    test('[PLY1] [ORS3] [ORS4] a removal wins over its play, also when it comes first', async () => {
      const userId = randomUUID();
      const [early, late] = [playOp(), playOp()];
      await write(userId, late);
      const remove: Op = {
        kind: 'play.remove',
        playIds: [early.playId, late.playId],
        timestamp: at(1),
        deviceId: 'tv',
      };
      expect(await write(userId, remove)).toEqual([{ result: 'applied' }]);
      expect(await write(userId, early, late)).toMatchObject([
        { result: 'superseded', winner: { kind: 'play.remove', playIds: [early.playId] } },
        { result: 'superseded' },
      ]);
      expect(await history(userId)).toEqual([]);
      expect(await repository.readViewing(userId, late.playId)).toBeUndefined();
    });

    test('[PLY1] [PLY2] the history is the newest first, days as days, unknown last, joined across pages', async () => {
      const userId = randomUUID();
      const told = [
        ['a', '2025-12-31T20:00:00Z'],
        ['a', '2025-12-31T21:00:00Z'],
        ['a', '2025-12-31T22:30:00.250Z'],
        ['b', '2025-12-31T21:30:00Z'],
        ['b', '2025-12-31'],
        ['b', '2025-12-31'],
        ['a', undefined],
        ['c', undefined],
        ['a', undefined],
      ] as const;
      const plays = told.map(([contentId, watchedAt], index): PlayAddOp => {
        const playId = `00000000-0000-4000-8000-00000000000${index}`;
        const { watchedAt: _, ...play } = playOp({ contentId, playId, source: `source ${index}` });
        return watchedAt === undefined ? play : Object.assign(play, { watchedAt });
      });
      await write(userId, ...plays);
      const shown = (viewings: readonly Viewing[]) =>
        viewings.map(({ playId, alsoIds }) =>
          [playId, ...alsoIds].map((id) => id.slice(-1)).join('+'),
        );
      for (const limit of [1, 2, 3, 100]) {
        expect(shown(await history(userId, {}, limit))).toEqual([
          '2',
          '3',
          '0+1',
          '4+5',
          '7',
          '6+8',
        ]);
      }
      expect(shown(await history(userId, { contentId: 'a' }, 1))).toEqual(['2', '0+1', '6+8']);
      const threeHours: WorksOf = async (ids) =>
        new Map(ids.map((id) => [id, { names: [id], runningSeconds: 3 * 3_600 }]));
      expect(shown(await history(userId, { worksOf: threeHours }, 1))[1]).toBe('0+1+2');
      const evening = { fromMs: Date.UTC(2025, 11, 31, 12), toMs: Date.UTC(2025, 11, 31, 22) };
      expect(shown(await history(userId, evening))).toEqual(['3', '0+1']);
      expect(shown(await history(userId, { toMs: Date.UTC(2026, 0, 1) }))).not.toContain('7');
      const [, , joined] = await history(userId);
      expect(joined).toMatchObject({ watchedAt: '2025-12-31T20:00:00Z', source: 'source 0' });
      const viewing = await repository.readViewing(userId, plays[1]?.playId ?? '');
      expect(viewing).toEqual(joined);
      const [day] = await history(userId, { contentId: 'b', toMs: Date.UTC(2025, 11, 31, 1) });
      expect(day).toMatchObject({ watchedAt: '2025-12-31' });
      for (const after of ['x', Buffer.from('infinity x').toString('base64url')]) {
        await expect(repository.readPlays(userId, { after, limit: 1 })).rejects.toMatchObject({
          code: 'invalid_cursor',
        });
      }
      await expect(repository.readPlays(userId, { limit: 0 })).rejects.toBeInstanceOf(
        CuepointError,
      );
    });

    test('[PLY1] [OPS3] of hundreds of plays in two hours each is told with its viewing, wherever pages end', async () => {
      const userId = randomUUID();
      const minute = 60_000;
      // A play a minute for ten hours: five viewings of two hours, whichever page one looks at.
      const told = Array.from({ length: 600 }, (_, index): PlayAddOp => ({
        ...playOp({ contentId: index % 3 === 0 ? 'tmdb:clip' : 'clip', playId: randomUUID() }),
        watchedAt: new Date(Date.UTC(2025, 11, 31) + index * minute).toISOString(),
      }));
      await write(userId, ...told);
      const names = ['clip', 'tmdb:clip'];
      const worksOf: WorksOf = async (ids) => new Map(ids.map((id) => [id, { names }]));
      const starts = [480, 360, 240, 120, 0];
      for (const request of [{}, { contentId: 'clip' }, { contentId: 'tmdb:clip' }]) {
        for (const limit of [1, 3]) {
          const viewings = await history(userId, { ...request, worksOf }, limit);
          expect(viewings.map(({ playId }) => playId)).toEqual(
            starts.map((start) => told[start]?.playId),
          );
          expect(viewings.map(({ alsoIds }) => alsoIds.length)).toEqual([119, 119, 119, 119, 119]);
        }
      }
      for (const index of [120, 121, 239]) {
        const viewing = await repository.readViewing(userId, told[index]?.playId ?? '', worksOf);
        expect(viewing?.playId).toBe(told[120]?.playId);
        expect(viewing?.alsoIds).toHaveLength(119);
      }
      // Under two names that nobody joins they are two works.
      expect(await history(userId, {}, 50)).toHaveLength(10);
    });

    test('[REG3] what grows with what is watched does not count', async () => {
      const userId = randomUUID();
      await seed(userId);
      // A rating and a favorite; neither what is watched nor a place.
      expect(await repository.countRegisters(userId, 10)).toBe(2);
    });

    test('[PLY2] a time comes back to the millisecond, of whatever year', async () => {
      const userId = randomUUID();
      const times = [
        '0990-06-15T12:34:56.789Z',
        '1695-04-07T17:30:43.110Z',
        '2026-01-31T20:15:00.001Z',
      ];
      await write(userId, ...times.map((watchedAt) => playOp({ contentId: watchedAt, watchedAt })));
      const lines = await exported(userId);
      for (const line of lines) {
        expect(line).toMatchObject({
          play: { contentId: line.type === 'play' && line.play.watchedAt },
        });
      }
      expect(lines).toHaveLength(times.length);
    });

    test('[OPS3] [PLY1] a page looks at so many plays, however many are one viewing, and says where to go on', async () => {
      const userId = randomUUID();
      const day = Array.from({ length: 1_500 }, (_, index): PlayAddOp => ({
        ...playOp({ contentId: 'clip', playId: randomUUID() }),
        watchedAt: new Date(Date.UTC(2025, 11, 31) + index).toISOString(),
      }));
      await write(userId, ...day, playOp({ contentId: 'film', watchedAt: '2025-12-30' }));
      let statements = 0;
      const query: Database['query'] = (name, params) => {
        statements += 1;
        return opened.database.query(name, params);
      };
      const reader = new PostgresSyncRepository(
        new Proxy(opened.database, {
          get: (target, name) => (name === 'query' ? query : Reflect.get(target, name)),
        }),
      );
      const first = await reader.readPlays(userId, { limit: 1 });
      expect(statements).toBeLessThan(30);
      expect(first.rows).toBeGreaterThan(1_000);
      expect(first.items).toEqual([]);
      const viewings: Viewing[] = [];
      for (let after = first.nextCursor; after !== undefined;) {
        const page = await reader.readPlays(userId, { limit: 1, after });
        viewings.push(...page.items);
        after = page.nextCursor;
      }
      expect(viewings.map(({ contentId }) => contentId)).toEqual(['clip', 'film']);
    });

    test('[CUR3] [CUR4] a removed play is collected in two steps, and no retry brings it back', async () => {
      for (const table of ['user_watchlists', 'user_plays', 'user_floors', 'user_registers']) {
        await opened.sql(`truncate cuepoint.${table}`);
      }
      await opened.sql("update cuepoint.sync_state set cursor_floor = '0', floor_raised_at = null");
      const maintenance = createMaintenance(opened.database, { now });
      const collect = async () => {
        await withoutOlderTransactions(opened);
        return maintenance.collectGarbage();
      };
      const userId = randomUUID();
      const [play, kept] = [playOp({ timestamp: at(0, 7) }), playOp({ timestamp: at(0, 1) })];
      const place = registerOp({
        register: 'place',
        key: 'tv/film-1',
        value: { positionSeconds: 1, durationSeconds: 2, at: '2026-01-01' },
      });
      const lately = { ...place, key: 'tv/film-2', timestamp: at(2 * DAY_MS) };
      await write(userId, play, kept, place, lately, registerOp());
      const { playId, timestamp } = play;
      await write(userId, {
        kind: 'play.remove',
        playIds: [playId],
        timestamp: at(1),
        deviceId: 'tv',
      });
      clock.nowMs = NOW_MS + 30 * DAY_MS - 1;
      expect(await collect()).toMatchObject({ raisedUsers: 0, deleted: 0 });
      clock.nowMs += 2;
      // The older place, at once: what comes late is collected again.
      expect(await collect()).toMatchObject({ raisedUsers: 1, deleted: 1 });
      const places = await repository.readRegisters(userId, { kind: 'place', limit: 10 });
      expect(places.items).toMatchObject([{ key: 'tv/film-2' }]);
      expect(await rowsOf(userId)).toEqual([2, 2]);
      expect((await repository.readHeights(userId, [])).floor).toEqual(timestamp);
      clock.nowMs += 10 * 60_000;
      expect(await collect()).toMatchObject({ deleted: 1 });
      expect(await rowsOf(userId)).toEqual([2, 1]);
      expect(await write(userId, play, kept)).toEqual([
        { result: 'rejected', code: 'stale_op' },
        { result: 'duplicate' },
      ]);
      expect((await history(userId)).map((each) => each.playId)).toEqual([kept.playId]);
    });

    test('[HLC4] heights are of the register and of the plays that an op names', async () => {
      const userId = randomUUID();
      const [register, play] = [registerOp({ timestamp: at(3) }), playOp({ timestamp: at(4) })];
      await write(userId, register, play);
      const remove: Op = {
        kind: 'play.remove',
        playIds: [randomUUID(), play.playId],
        timestamp: at(5),
        deviceId: 'tv',
      };
      const other = registerOp({ register: 'favorite', value: true });
      const heights = await repository.readHeights(userId, [register, other, play, remove]);
      expect([register, other, play, remove].map((op) => heights.of(op))).toEqual([
        at(3),
        undefined,
        at(4),
        at(4),
      ]);
      expect(await repository.countRows(userId, 10)).toBe(2);
      await write(userId, registerOp({ register: 'watched', value: { at: null } }));
      expect(await repository.countRegisters(userId, 10)).toBe(1);
    });

    test('[OPS3] [SEC3] a page of long values ends by its bytes, and the next goes on', async () => {
      const userId = randomUUID();
      const ops = Array.from({ length: 150 }, (_, index) =>
        registerOp({ register: 'x-long', key: `key-${index}`, value: '🎬'.repeat(1_000) }),
      );
      await write(userId, ...ops, addOp());
      const whole = await lastPage(userId, {});
      expect(whole.keys.size).toBe(150);
      const changed = await lastPage(userId, { cursor: whole.start });
      expect(Math.max(...whole.sizes, ...changed.sizes)).toBeLessThan(330_000);
    });

    /** Pages through; how many bytes each had, and the keys. */
    async function lastPage(userId: string, from: { cursor?: string }) {
      const sizes: number[] = [];
      const keys = new Set<string>();
      let request: { cursor?: string; page?: string } = from;
      for (;;) {
        const page = await repository.readChanges(userId, { ...request, limit: 500 });
        sizes.push(Buffer.byteLength(JSON.stringify(page.ops)));
        for (const op of page.ops) if (op.kind === 'register.set') keys.add(op.key);
        if (page.page === undefined) return { sizes, keys, start: page.cursor ?? '' };
        request = { page: page.page };
      }
    }

    test('[OPS3] a page of registers, of the history, or of one content costs the page', async () => {
      const userId = randomUUID();
      const [column, mark] =
        catchUp === 'counter' ? ['changed_version', '1'] : ['changed_xid', "'3'::xid8"];
      if (catchUp === 'counter') {
        await opened.sql('insert into cuepoint.user_versions (user_id, version) values ($1, 1)', [
          userId,
        ]);
      }
      await opened.sql(
        `insert into cuepoint.user_registers (
         user_id, kind, key, value, timestamp_physical, timestamp_logical, device_id, ${column}
       )
       select $1, case n % 2 when 0 then 'watched' else 'x-app' end, 'film-' || n, '{"at":null}',
         1700000000000 + n, 0, 'tv', ${mark}
       from generate_series(1, 4000) n`,
        [userId],
      );
      await opened.sql(
        `insert into cuepoint.user_plays (
         user_id, play_id, content_id, watched_at, watched_precision,
         timestamp_physical, timestamp_logical, device_id, ${column}
       )
       select $1, gen_random_uuid(), 'film-' || n % 500,
         to_timestamp(1600000000 + n * 7919 % 5003 * 40000), 'instant', 1700000000000 + n, 0, 'tv', ${mark}
       from generate_series(1, 4000) n`,
        [userId],
      );
      await opened.sql('analyze cuepoint.user_registers, cuepoint.user_plays');
      const read = (work: (reader: PostgresSyncRepository) => Promise<unknown>) =>
        costOf(opened.database, (database: Database) => work(new PostgresSyncRepository(database)));
      const limit = 50;
      const costs = {
        register: await read((r) => r.readRegister(userId, 'x-app', 'film-7')),
        registers: await read((r) => r.readRegisters(userId, { kind: 'x-app', limit })),
        history: await read((r) => r.readPlays(userId, { limit })),
        content: await read((r) => r.readPlays(userId, { limit, contentId: 'film-7' })),
        changes: await read((r) => r.readChanges(userId, { limit })),
        inspection: await read((r) => r.inspectUser(userId, { rowsMax: limit })),
      };
      // Of each play on the page the other plays of its content, of which there are seven.
      const bounds = {
        register: batch === 'values' ? 2 : 1,
        registers: limit + 1,
        history: (limit + 1) * 9,
        content: 3 * 8,
        changes: limit + 5,
        inspection: 2 * (limit + 5),
      };
      const passed = Object.entries(costs).filter(
        ([name, { all }]) => all > bounds[name as keyof typeof bounds],
      );
      expect(passed).toEqual([]);
    });
  },
);
