import { randomUUID } from 'node:crypto';
import {
  ORSet,
  type DeviceInfo,
  type OpResult,
  type ORSetEntry,
  type ProgressOp,
} from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BoundStatement, Database } from './database.ts';
import { EXPORT_PAGE_ROWS } from './export-user.ts';
import { createBatchWriter } from './group-commit/batch-writer.ts';
import { deviceLane, heartbeatLane } from './group-commit/device-lane.ts';
import type { AnyRow, Lane, PendingRow } from './group-commit/lane.ts';
import { createProgressLane } from './group-commit/progress-lane.ts';
import { Submission } from './group-commit/submission.ts';
import { watchlistLane } from './group-commit/watchlist-lane.ts';
import { openDatabase } from './open-database.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { entriesOfOp } from './rows.ts';
import { ofCounters } from './sql-files.ts';
import { sqlStateOf } from './sql-state.ts';
import type { ExportLine } from './sync-repository.ts';
import {
  POSTGRES,
  SERVER_DATABASES,
  TEST_DATABASES,
  type TestDatabase,
} from './testing/databases.ts';
import { writeBatch } from './testing/write-batch.ts';
import { addOp, at, clearOp, deviceInfo, NOW_MS, removeOp, setOp } from './testing/ops.ts';

const progressLane = createProgressLane({ passive: false });
const passiveLane = createProgressLane({ passive: true });

function rowOf<Value, Outcome>(
  lane: Lane<Value, Outcome>,
  userId: string,
  key: string,
  value: Value,
): PendingRow<Value, Outcome> {
  const submission = new Submission<Outcome>(0);
  const contributions = [{ value, submission }];
  return { lane, userId, key, value, contributions, bytes: 0, firstAtMs: 0 };
}

/** The same database, and what it was asked to commit. */
function recordingCommits(database: Database) {
  const commits: (readonly BoundStatement[])[] = [];
  const recording: Database = {
    ...database,
    async commit(statements, next) {
      const all = [...statements];
      commits.push(all);
      return database.commit(
        statements,
        next &&
          ((results) => {
            const more = next(results);
            all.push(...more);
            return more;
          }),
      );
    },
  };
  return { recording, commits };
}

describe.each(TEST_DATABASES)('the cost of a write on $name', ({ open, catchUp, batch }) => {
  let opened: TestDatabase;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened.destroy();
  });

  /** Which rows of the user a transaction changed, by their version. */
  async function versionsOf(userId: string): Promise<Map<string, string>> {
    const rows = await opened.sql<{ tag: string; version: string }>(
      `select unique_tag as tag, w.xmin::text || ' ' || w.ctid::text || ' ' || to_jsonb(w)::text as version
       from cuepoint.user_watchlists w where user_id = $1::uuid`,
      [userId],
    );
    return new Map(rows.map(({ tag, version }) => [tag, version]));
  }

  async function changedBy(userId: string, write: () => Promise<unknown>): Promise<string[]> {
    const before = await versionsOf(userId);
    await write();
    const after = await versionsOf(userId);
    return [...after].filter(([tag, version]) => before.get(tag) !== version).map(([tag]) => tag);
  }

  test('[SQL3] a change of a long watchlist writes the rows of that change and no others', async () => {
    const repository = new PostgresSyncRepository(opened.database);
    const userId = randomUUID();
    const set = new ORSet();
    for (let index = 0; index < 1_500; index += 1) {
      const add = addOp({ timestamp: at(index) });
      set.add(`film-${index}`, add.tag, add);
    }
    await repository.saveWatchlist(userId, set);

    const add = addOp({ contentId: 'new' });
    expect(await changedBy(userId, () => repository.addWatchlistItem(userId, add))).toEqual([
      add.tag,
    ]);
    expect(await changedBy(userId, () => repository.addWatchlistItem(userId, add))).toEqual([]);
    const [tag = ''] = set.liveTags('film-7');
    const remove = removeOp({ contentId: 'film-7', tags: [tag] });
    expect(await changedBy(userId, () => repository.removeWatchlistItem(userId, remove))).toEqual([
      tag,
    ]);
    const own = addOp({ contentId: 'own' });
    set.add(own.contentId, own.tag, own);
    expect(await changedBy(userId, () => repository.saveWatchlist(userId, set))).toEqual([own.tag]);
  });

  test('[SQL2] is_removed never goes back, not even by a set that knows the tag as live', async () => {
    const repository = new PostgresSyncRepository(opened.database);
    const userId = randomUUID();
    const add = addOp();
    await repository.addWatchlistItem(userId, add);
    const stale = await repository.loadWatchlist(userId);
    await repository.removeWatchlistItem(userId, removeOp({ tags: [add.tag] }));
    expect(await changedBy(userId, () => repository.saveWatchlist(userId, stale))).toEqual([]);
    const [row] = await opened.sql<{ is_removed: boolean }>(
      'select is_removed from cuepoint.user_watchlists where user_id = $1::uuid',
      [userId],
    );
    expect(row).toEqual({ is_removed: true });
  });

  /** One statement for each kind, where devices catch up by xid and by counters. */
  const inArrays = (...names: string[]) =>
    catchUp === 'xid' ? names : ['raise-versions', ...names.map(ofCounters)];

  /** A statement for each power of two, and before them what they have to know. */
  const inLists = (
    sizes: readonly number[],
    { reads }: { reads: string[] },
    ...names: string[]
  ) => [
    ...sizes.map((size) => `raise-versions-values@${size}`),
    ...reads,
    ...names.flatMap((name) => sizes.map((size) => ofCounters(`${name}-values@${size}`))),
  ];
  const forProgress = { reads: ['read-erasures'] };
  const forWatchlist = { reads: ['read-erasures', 'read-floors'] };

  test('[SQL4] one op is one commit of one statement', async () => {
    const { recording, commits } = recordingCommits(opened.database);
    const repository = new PostgresSyncRepository(recording);
    const userId = randomUUID();
    await repository.addWatchlistItem(userId, addOp());
    await repository.removeWatchlistItem(userId, removeOp({ tags: [randomUUID(), randomUUID()] }));
    await repository.saveProgress(userId, setOp());
    await repository.deleteProgress(userId, clearOp());
    await repository.saveDevice(userId, deviceInfo());
    await repository.updateDeviceHeartbeat(userId, 'tv', NOW_MS);
    await repository.deleteDevice(userId, 'tv', NOW_MS);
    const [add, remove] =
      batch === 'unnest'
        ? [inArrays('upsert-watchlist'), inArrays('upsert-watchlist')]
        : [
            inLists([1], forWatchlist, 'upsert-watchlist'),
            ['raise-versions-values@1', ...forWatchlist.reads, 'upsert-watchlist-values@2.counter'],
          ];
    const set =
      batch === 'unnest'
        ? inArrays('upsert-progress-one')
        : inLists([1], forProgress, 'upsert-progress');
    const [device, heartbeat] =
      batch === 'unnest'
        ? ['upsert-devices', 'update-heartbeats']
        : ['upsert-devices-values@1', 'update-heartbeat'];
    expect(commits.map((statements) => statements.map(({ name }) => name))).toEqual([
      add,
      remove,
      set,
      set,
      [device],
      [heartbeat],
      ['revoke-device'],
    ]);
  });

  test('[SQL4] a batch of many users is one commit with one statement for each kind', async () => {
    const { recording, commits } = recordingCommits(opened.database);
    const rows: AnyRow[] = [];
    for (let index = 0; index < 300; index += 1) {
      const userId = randomUUID();
      const add = addOp();
      for (const entry of entriesOfOp(add)) {
        rows.push(rowOf<ORSetEntry, OpResult>(watchlistLane, userId, entry.tag, entry));
      }
      rows.push(rowOf<ProgressOp, OpResult>(progressLane, userId, 'film-1', setOp()));
      rows.push(
        rowOf<DeviceInfo, unknown>(
          deviceLane as Lane<DeviceInfo, unknown>,
          userId,
          'tv',
          deviceInfo(),
        ),
      );
    }
    await writeBatch(
      createBatchWriter(recording, () => NOW_MS),
      rows,
    );
    expect(commits.map((statements) => statements.map(({ name }) => name))).toEqual([
      batch === 'unnest'
        ? [...inArrays('upsert-progress', 'upsert-watchlist'), 'upsert-devices']
        : [
            ...inLists([256, 32, 8, 4], forWatchlist, 'upsert-progress', 'upsert-watchlist'),
            ...[256, 32, 8, 4].map((size) => `upsert-devices-values@${size}`),
          ],
    ]);
    for (const row of rows) {
      const outcome: unknown = await row.contributions[0]?.submission.promise;
      expect([{ result: 'applied' }, 'saved']).toContainEqual(outcome);
    }
  });

  test('[GC3] in a batch of which some lose, the others are told that they applied', async () => {
    const users = [randomUUID(), randomUUID()];
    const writer = createBatchWriter(opened.database, () => NOW_MS);
    const seen = addOp();
    const [seenEntry] = entriesOfOp(seen);
    const [removal] = entriesOfOp(removeOp({ tags: [seen.tag] }));
    if (!seenEntry || !removal) throw new Error('an op of one tag has one entry');
    const set = (positionSeconds: number, timestamp = at(5)) =>
      setOp({ positionSeconds, timestamp });
    const pairOf = (position: number, entry: ORSetEntry, timestamp = at(5)) =>
      users.flatMap((userId, index): AnyRow[] => [
        rowOf<ProgressOp, OpResult>(
          progressLane,
          userId,
          'film-1',
          set(position, index === 0 ? timestamp : at(9)),
        ),
        rowOf<ORSetEntry, OpResult>(watchlistLane, userId, entry.tag, entry),
      ]);
    const outcomesOf = async (rows: readonly AnyRow[]) => {
      await writeBatch(writer, rows);
      return Promise.all(
        rows.map((row) => row.contributions[0]?.submission.promise as Promise<OpResult>),
      );
    };
    await outcomesOf(pairOf(1, removal).slice(0, 2));
    const [lost, dead, applied, alive] = await outcomesOf(pairOf(2, seenEntry, at(1)));
    expect([lost, dead]).toMatchObject([{ result: 'superseded' }, { result: 'superseded' }]);
    expect([applied, alive]).toEqual([{ result: 'applied' }, { result: 'applied' }]);
    const again = await outcomesOf(pairOf(2, seenEntry, at(1)).slice(2));
    expect(again).toEqual([{ result: 'duplicate' }, { result: 'duplicate' }]);
  });

  /** By id; on Citus by shard, which is by the hash that PostgreSQL makes of a UUID. */
  async function orderOf(users: readonly string[]): Promise<string[]> {
    if (batch === 'unnest') return users.toSorted();
    const rows = await opened.sql<{ id: string }>(
      'select id from unnest($1::uuid[]) as u (id) order by uuid_hash(id), id',
      [`{${users.join(',')}}`],
    );
    return rows.map(({ id }) => id);
  }

  test.each([0, 1, 3_000])(
    '[SQL4] rows are written in the order of their keys, also beside %d erased users',
    async (erased) => {
      // The planner joins the batch with the erasures and the floors; some joins lose the order.
      await opened.sql(
        catchUp === 'xid'
          ? `insert into cuepoint.user_erasures (user_id, erased_physical, erased_at)
             select gen_random_uuid(), 1, now() from generate_series(1, $1::integer)`
          : `insert into cuepoint.user_erasures (user_id, erased_physical, erased_at, changed_version)
             select gen_random_uuid(), 1, now(), 1 from generate_series(1, $1::integer)`,
        [erased],
      );
      await opened.sql(
        `insert into cuepoint.user_floors
         select gen_random_uuid(), 1, 1 from generate_series(1, $1::integer)`,
        [erased],
      );
      await opened.sql('analyze cuepoint.user_erasures');
      await opened.sql('analyze cuepoint.user_floors');
      const users = Array.from({ length: 400 }, () => randomUUID());
      const rows: AnyRow[] = users.flatMap((userId) => [
        rowOf<ProgressOp, OpResult>(progressLane, userId, 'film-1', setOp()),
        rowOf<ProgressOp, OpResult>(passiveLane, userId, 'film-2', setOp({ contentId: 'film-2' })),
        ...entriesOfOp(addOp()).map((entry) =>
          rowOf<ORSetEntry, OpResult>(watchlistLane, userId, entry.tag, entry),
        ),
      ]);
      await writeBatch(
        createBatchWriter(opened.database, () => NOW_MS),
        rows,
      );
      const inOrder = await orderOf(users);
      for (const [table, content] of [
        ['user_progress', 'film-1'],
        ['user_progress', 'film-2'],
        ['user_watchlists', 'film-1'],
      ] as const) {
        const written = await opened.sql<{ user_id: string }>(
          `select user_id from cuepoint.${table}
           where user_id = any($1::uuid[]) and content_id = $2::varchar order by id`,
          [`{${users.join(',')}}`, content],
        );
        expect(
          written.map((row) => row.user_id),
          `rows of ${table}`,
        ).toEqual(inOrder);
      }
    },
  );

  test.runIf(catchUp === 'counter')('[SQL4] counters are raised in that order too', async () => {
    const users = Array.from({ length: 400 }, () => randomUUID());
    await writeBatch(
      createBatchWriter(opened.database, () => NOW_MS),
      users.map((userId) => rowOf<ProgressOp, OpResult>(progressLane, userId, 'film-1', setOp())),
    );
    const raised = await opened.sql<{ user_id: string }>(
      'select user_id from cuepoint.user_versions where user_id = any($1::uuid[]) order by ctid',
      [`{${users.join(',')}}`],
    );
    expect(raised.map((row) => row.user_id)).toEqual(await orderOf(users));
  });
});

describe.each(SERVER_DATABASES)('writers beside one another on $name', ({ open }) => {
  test('[SQL4] batches of two writers over the same keys, in any order, never deadlock', async () => {
    await using opened = await open({ writers: 4 });
    const other = await openDatabase(opened.options);
    const users = Array.from({ length: 6 }, () => randomUUID());
    const keys = Array.from({ length: 60 }, (_, index) => {
      const userId = users[index % users.length] ?? '';
      const tag = `00000000-0000-4000-8000-${String((index * 7_919) % 100_000).padStart(12, '0')}`;
      return { userId, tag, contentId: `film-${(index * 31) % 60}`, deviceId: `tv-${index % 9}` };
    });
    let round = 0;
    // A fixed mix of sizes and orders; the hash joins of large and small batches differ.
    const batch = (): AnyRow[] => {
      round += 1;
      const size = [3, 60, 17, 45][round % 4] ?? 60;
      const start = (round * 13) % keys.length;
      const chosen = [...keys, ...keys].slice(start, start + size);
      if (round % 2 === 0) chosen.reverse();
      const timestamp = at(round);
      return uniqueRows(
        chosen.flatMap(({ userId, tag, contentId, deviceId }) => {
          const remove = removeOp({ contentId, tags: [tag], timestamp: at(100_000 - round) });
          const set = setOp({ contentId, timestamp });
          const beat = { atMs: NOW_MS + round };
          const rows: AnyRow[] = entriesOfOp(remove).map((entry) =>
            rowOf(watchlistLane, userId, tag, entry),
          );
          rows.push(
            rowOf<ProgressOp, OpResult>(progressLane, userId, contentId, set),
            rowOf(deviceLane, userId, deviceId, deviceInfo({ deviceId })),
            rowOf(heartbeatLane, userId, deviceId, beat),
          );
          return rows;
        }),
      );
    };
    const states: (string | undefined)[] = [];
    const write = async (database: Database, batches: number) => {
      const writer = createBatchWriter(database, () => NOW_MS);
      for (let index = 0; index < batches; index += 1) {
        await writeBatch(writer, batch()).catch((error: unknown) => states.push(sqlStateOf(error)));
      }
    };
    try {
      await Promise.all(
        [opened.database, other].flatMap((database) =>
          Array.from({ length: 4 }, () => write(database, 40)),
        ),
      );
    } finally {
      await other.close();
    }
    expect(states).toEqual([]);
  });
});

function uniqueRows(rows: readonly AnyRow[]): AnyRow[] {
  return [
    ...new Map(rows.map((row) => [`${row.lane.name} ${row.userId} ${row.key}`, row])).values(),
  ];
}

describe('the state of a connection', () => {
  test('[SQL5] a load is one statement, and an export pages with one REPEATABLE READ transaction at its end', async () => {
    await using opened = await POSTGRES.open();
    const seen: string[] = [];
    const repository = new PostgresSyncRepository({
      ...opened.database,
      query(name, params) {
        seen.push(name);
        return opened.database.query(name, params);
      },
      transaction(work, options) {
        seen.push(options?.isolation ?? 'default');
        return opened.database.transaction(work, options);
      },
    });
    const userId = randomUUID();
    await repository.loadWatchlist(userId);
    await repository.loadProgress(userId);
    await repository.loadDevices(userId);
    await repository.readWriteContext(userId, 'film-1');
    await repository.readChanges(userId, { limit: 1 });
    for await (const line of repository.exportUser(userId)) expect(line).toBeDefined();
    expect(seen).toEqual([
      'load-watchlist',
      'load-progress',
      'load-devices',
      'read-write-context',
      'read-changes',
      // An export: a cursor, pages, and what changed since.
      'read-changes',
      'export-watchlist',
      'export-progress',
      'export-said',
      'export-plays',
      'repeatable read',
    ]);
  });

  test('[SQL5] the lines of an export fold to one moment, its end, whatever commits while it reads', async () => {
    await using opened = await POSTGRES.open();
    const userId = randomUUID();
    const repository = new PostgresSyncRepository(opened.database);
    const first = addOp({ contentId: 'first', tag: `0000${randomUUID().slice(4)}` });
    await repository.addWatchlistItem(userId, first);
    const lines: ExportLine[] = [];
    for await (const line of repository.exportUser(userId)) {
      lines.push(line);
      if (lines.length > 1) continue;
      // Behind the page that was read, on it, and before it.
      await repository.saveProgress(userId, setOp());
      await repository.removeWatchlistItem(userId, removeOp({ tags: [first.tag] }));
      await repository.addWatchlistItem(userId, addOp({ contentId: 'second' }));
    }
    const copy = randomUUID();
    await repository.importUser(copy, lines);
    const stateOf = async (user: string) => [
      [...(await repository.loadWatchlist(user)).entries()],
      [...(await repository.loadProgress(user)).keys()],
    ];
    expect(await stateOf(copy)).toEqual(await stateOf(userId));
    expect(lines.map(({ type }) => type)).toEqual([
      'watchlist',
      'progress',
      'watchlist',
      'watchlist',
      'progress',
    ]);
  });

  test('[SQL5] an export past which more than a page goes reads on until its end is one moment', async () => {
    await using opened = await POSTGRES.open();
    const userId = randomUUID();
    const repository = new PostgresSyncRepository(opened.database);
    await repository.addWatchlistItem(userId, addOp());
    await repository.saveDevice(userId, deviceInfo());
    const many = Array.from({ length: EXPORT_PAGE_ROWS + 1 }, (_, index): ExportLine => {
      const { contentId, tag, ...added } = addOp({ contentId: `film ${index}` });
      const stamp = { timestamp: added.timestamp, deviceId: added.deviceId };
      return {
        type: 'watchlist',
        entry: { tag, contentId, added: stamp, removed: null },
        removedAtMs: null,
      };
    });
    const lines: ExportLine[] = [];
    for await (const line of repository.exportUser(userId)) {
      lines.push(line);
      if (lines.length === 1) await repository.importUser(userId, many);
      // Between the pages of what changed, one of which has the devices.
      if (lines.length !== 10) continue;
      await repository.saveProgress(userId, setOp({ contentId: 'late' }));
      await repository.saveDevice(userId, deviceInfo({ deviceId: 'late' }));
    }
    const copy = randomUUID();
    await repository.importUser(copy, lines);
    // Rows come in no order: a batch, an index or a vacuum may change it.
    const entriesOf = async (of: string) =>
      [...(await repository.loadWatchlist(of)).entries()].sort((a, b) => (a.tag < b.tag ? -1 : 1));
    expect(await entriesOf(copy)).toEqual(await entriesOf(userId));
    expect([...(await repository.loadProgress(copy)).keys()]).toEqual(['late']);
    expect(lines.slice(-2).map(({ type }) => type)).toEqual(['device', 'device']);
    expect(lines.filter(({ type }) => type === 'device')).toHaveLength(2);
  });

  test('[SQL5] an export of a user who is erased while it is read ends with an error', async () => {
    await using opened = await POSTGRES.open();
    const userId = randomUUID();
    const repository = new PostgresSyncRepository(opened.database);
    await repository.addWatchlistItem(userId, addOp());
    const lines = repository.exportUser(userId)[Symbol.asyncIterator]();
    await lines.next();
    await repository.eraseUser(userId, NOW_MS);
    await expect(lines.next()).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});
