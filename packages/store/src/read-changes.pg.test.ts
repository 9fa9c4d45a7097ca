import { randomUUID } from 'node:crypto';
import type { Op } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareIdentity, renewIncarnation } from './identity.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import type { ChangesPage, SyncRepository } from './sync-repository.ts';
import { withoutTransactionsBelowFloor } from './testing/blocked-by.ts';
import {
  COUNTED_POSTGRES,
  PGLITE,
  POSTGRES,
  TEST_DATABASES,
  type TestDatabase,
} from './testing/databases.ts';
import { addOp, at, clearOp, NOW_MS, removeOp, setOp } from './testing/ops.ts';

interface CursorParts {
  seen: string;
  systemIdentifier: string;
  timeline: string;
  incarnation: string;
  recoveredAtUs: string;
}

/** The cursor with some of its parts replaced, as a database with another past would have given it. */
function altered(cursor: string, change: Partial<CursorParts>): string {
  const [seen, systemIdentifier, timeline, incarnation, recoveredAtUs] = partsOf(cursor);
  const parts = { seen, systemIdentifier, timeline, incarnation, recoveredAtUs, ...change };
  // In the order of the text, which is the order of the literal above.
  const list = Object.values(parts);
  return Buffer.from(JSON.stringify(list)).toString('base64url');
}

function partsOf(cursor: string) {
  return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [
    seen: string,
    systemIdentifier: string,
    timeline: string,
    incarnation: string,
    recoveredAtUs: string,
  ];
}

/** The xmin of a cursor's snapshot, or its version. */
function seenBy(cursor: string): bigint {
  return BigInt(partsOf(cursor)[0].split(':')[0] ?? '0');
}

/** What differs between the two ways to catch up, where a test looks behind the interface. [CUR1] */
const CATCH_UPS = {
  xid: {
    /** What a cursor saw, with everything up to `end` besides. */
    seenUpTo: (seen: bigint, end: bigint) => `${seen}:${end}:`,
    /** The least floor that refuses a cursor. */
    floorAbove: (seen: bigint) => seen,
    raiseFloor: (opened: TestDatabase, _userId: string, floor: bigint | null) =>
      opened.sql(
        `update cuepoint.sync_state
         set cursor_floor = coalesce($1::text, pg_current_xact_id()::text)::xid8`,
        [floor === null ? null : String(floor)],
      ),
  },
  counter: {
    seenUpTo: (_seen: bigint, end: bigint) => String(end),
    floorAbove: (seen: bigint) => seen + 1n,
    raiseFloor: (opened: TestDatabase, userId: string, floor: bigint | null) =>
      opened.sql(
        `insert into cuepoint.user_floors (
           user_id, collected_physical, collected_logical, cursor_floor
         )
         select
           v.user_id, 0, 0, coalesce($2::bigint, (
             select max(w.changed_version) from cuepoint.user_watchlists w where w.user_id = v.user_id
           ))
         from cuepoint.user_versions v where v.user_id = $1::uuid
         on conflict (user_id) do update set cursor_floor = excluded.cursor_floor`,
        [userId, floor === null ? null : String(floor)],
      ),
  },
} as const;

async function pull(repository: SyncRepository, userId: string, cursor?: string) {
  const page = await repository.readChanges(userId, {
    limit: 5_000,
    ...(cursor === undefined ? {} : { cursor }),
  });
  if (page.cursor === undefined) throw new Error('a last page has a cursor');
  return { ...page, cursor: page.cursor };
}

/** Every page up to the last one; `between` runs after each but the last. */
async function pullPages(
  repository: SyncRepository,
  userId: string,
  { limit, cursor, between }: { limit: number; cursor?: string; between?: () => Promise<unknown> },
): Promise<{ pages: ChangesPage[]; ops: Op[]; cursor: string }> {
  const pages: ChangesPage[] = [];
  let page = await repository.readChanges(userId, {
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
  pages.push(page);
  while (page.page !== undefined) {
    expect(page.cursor, 'only the last page has a cursor').toBeUndefined();
    await between?.();
    page = await repository.readChanges(userId, { limit, page: page.page });
    pages.push(page);
  }
  return { pages, ops: pages.flatMap(({ ops }) => ops), cursor: page.cursor ?? '' };
}

/** Ten contents of which some are removed or cleared. */
async function seed(repository: SyncRepository, userId: string): Promise<void> {
  for (let index = 0; index < 5; index += 1) {
    const add = addOp({ contentId: `film-${index}`, timestamp: at(index) });
    await repository.addWatchlistItem(userId, add);
    if (index % 2 === 0) {
      await repository.removeWatchlistItem(
        userId,
        removeOp({ contentId: add.contentId, tags: [add.tag] }),
      );
    }
    await repository.saveProgress(userId, setOp({ contentId: `film-${index}` }));
  }
  await repository.deleteProgress(userId, clearOp({ contentId: 'film-0' }));
}

describe.each(TEST_DATABASES)('catch-up on $name', ({ open, catchUp }) => {
  const { seenUpTo, floorAbove, raiseFloor } = CATCH_UPS[catchUp];
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

  test('[CUR1] a cursor gets what changed after it, once, and nothing of other users', async () => {
    const { repository, userId } = setup();
    const before = addOp();
    await repository.addWatchlistItem(userId, before);
    const whole = await pull(repository, userId);
    expect(whole).toMatchObject({ ops: [before], resync: true, more: false });

    const set = setOp();
    const remove = removeOp({ tags: [before.tag] });
    await repository.saveProgress(userId, set);
    await repository.removeWatchlistItem(userId, remove);
    await repository.saveProgress(randomUUID(), set);
    const changes = await pull(repository, userId, whole.cursor);
    expect(changes).toMatchObject({ ops: [remove, set], resync: false, more: false });
    expect(await pull(repository, userId, changes.cursor)).toMatchObject({
      ops: [],
      resync: false,
    });
    expect((await pull(repository, userId, whole.cursor)).ops).toEqual([remove, set]);
  });

  test('a page says when it was read, by the clock of the database', async () => {
    const { repository, userId } = setup();
    const { readAtMs } = await repository.readChanges(userId, { limit: 1 });
    const [row] = await opened.sql<{ ms: number }>(
      'select extract(epoch from clock_timestamp())::float8 * 1000 as ms',
    );
    expect(readAtMs).toBeGreaterThan((row?.ms ?? 0) - 60_000);
    expect(readAtMs).toBeLessThanOrEqual(row?.ms ?? 0);
  });

  test('[CUR1] a write that changes nothing is no change', async () => {
    const { repository, userId } = setup();
    const [add, set] = [addOp(), setOp()];
    await repository.addWatchlistItem(userId, add);
    await repository.saveProgress(userId, set);
    const { cursor } = await pull(repository, userId);
    await repository.addWatchlistItem(userId, add);
    await repository.saveProgress(userId, set);
    await repository.saveProgress(userId, setOp({ timestamp: at(-1) }));
    expect((await pull(repository, userId, cursor)).ops).toEqual([]);
  });

  test('[CUR1] pages of every size give what one page gives', async () => {
    const { repository, userId } = setup();
    await repository.addWatchlistItem(userId, addOp());
    const start = await pull(repository, userId);
    await seed(repository, userId);
    for (const since of [undefined, start.cursor]) {
      const whole = await pull(repository, userId, since);
      for (let limit = 1; limit <= whole.ops.length + 1; limit += 1) {
        const paged = await pullPages(repository, userId, {
          limit,
          ...(since === undefined ? {} : { cursor: since }),
        });
        expect(paged.ops, `pages of ${limit}`).toEqual(whole.ops);
        expect(paged.pages.every(({ resync }) => resync === (since === undefined))).toBe(true);
        expect(paged.pages.length).toBeGreaterThanOrEqual(Math.ceil(whole.ops.length / limit));
        // The add of before is looked at again where a transaction elsewhere is older than it.
        const looked = whole.ops.length + (since === undefined ? 0 : 1);
        expect(paged.pages.length).toBeLessThanOrEqual(Math.ceil(looked / limit));
        expect((await pull(repository, userId, paged.cursor)).ops).toEqual([]);
      }
    }
  });

  test('[CUR2] the pages of a whole state hold its tombstones and cleared contents', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    const { ops, pages } = await pullPages(repository, userId, { limit: 3 });
    expect(pages.length).toBeGreaterThan(2);
    const kinds = ops.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'watchlist.remove')).toHaveLength(3);
    expect(kinds.filter((kind) => kind === 'watchlist.add')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'progress.clear')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'progress.set')).toHaveLength(4);
  });

  test('[CUR1] what is written between two pages comes with them or with the next cursor', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    const written: Op[] = [];
    const between = async () => {
      for (const contentId of [' first', 'film-3', '~last']) {
        const op = setOp({ contentId, timestamp: at(50_000 + written.length) });
        await repository.saveProgress(userId, op);
        written.push(op);
      }
    };
    const { ops, cursor } = await pullPages(repository, userId, { limit: 2, between });
    const rest = await pull(repository, userId, cursor);
    expect(rest.resync).toBe(false);
    const latest = new Map<string, Op>();
    for (const op of [...ops, ...rest.ops]) {
      if (op.kind === 'progress.set') latest.set(op.contentId, op);
    }
    for (const contentId of [' first', 'film-3', '~last']) {
      expect(latest.get(contentId)).toEqual(written.findLast((op) => op.contentId === contentId));
    }
  });

  test('[CUR2] a floor that rises between two pages voids those of a whole state', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    const first = await repository.readChanges(userId, { limit: 2 });
    // Past what the first page saw: what is collected now was removed after it.
    await repository.removeWatchlistItem(userId, removeOp({ contentId: 'late' }));
    await raiseFloor(opened, userId, null);
    const next = repository.readChanges(userId, { limit: 2, page: first.page ?? '' });
    await expect(next).rejects.toMatchObject({ code: 'invalid_cursor', field: 'page' });
    // The pages that start now saw what is past the floor.
    await repository.saveProgress(randomUUID(), setOp());
    await withoutTransactionsBelowFloor(opened);
    const { ops } = await pullPages(repository, userId, { limit: 2 });
    expect(ops).toEqual((await pull(repository, userId)).ops);
    await raiseFloor(opened, userId, 0n);
  });

  test('[CUR2] a floor that rises between two pages of changes gives the whole state in their place', async () => {
    const { repository, userId } = setup();
    const { cursor } = await pull(repository, userId);
    await seed(repository, userId);
    const first = await repository.readChanges(userId, { limit: 2, cursor });
    expect(first).toMatchObject({ resync: false, more: true });
    await repository.removeWatchlistItem(userId, removeOp({ contentId: 'late' }));
    await raiseFloor(opened, userId, null);
    const again = await repository.readChanges(userId, { limit: 2, page: first.page ?? '' });
    expect(again).toMatchObject({ resync: true, more: true });
    expect(again.ops).toEqual((await pull(repository, userId)).ops.slice(0, 2));
    expect(again.restored).toBeUndefined();
    await raiseFloor(opened, userId, 0n);
  });

  test('[CUR2] [CUR6] a database that loses its end between two pages of changes says so with the whole state', async () => {
    const { repository, userId } = setup();
    const { cursor } = await pull(repository, userId);
    await seed(repository, userId);
    const { page = '' } = await repository.readChanges(userId, { limit: 2, cursor });
    await renewIncarnation(opened.database);
    const again = await repository.readChanges(userId, { limit: 2, page });
    expect(again).toMatchObject({ resync: true, restored: true, more: true });
    const { restored } = await repository.readChanges(userId, { limit: 2, page: again.page ?? '' });
    expect(restored).toBeUndefined();
  });

  test('[CUR2] [CUR6] a cursor of another database gets the whole state, and hears what was lost', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    const whole = await pull(repository, userId);
    const identities: Partial<CursorParts>[] = [
      { systemIdentifier: '1' },
      { timeline: '0000002A' },
      { incarnation: randomUUID() },
      { recoveredAtUs: '1' },
    ];
    for (const change of identities) {
      const answer = await pull(repository, userId, altered(whole.cursor, change));
      expect(answer, `with ${JSON.stringify(change)}`).toMatchObject({
        ops: whole.ops,
        resync: true,
      });
      // A crash recovery loses nothing that was acknowledged. [CUR6]
      expect(answer.restored).toBe(change.recoveredAtUs === undefined ? true : undefined);
    }
    expect(await pull(repository, userId, altered(whole.cursor, {}))).toMatchObject({
      ops: [],
      resync: false,
    });
  });

  test('[CUR2] [CUR6] a cursor from the future gets the whole state, and hears that something was lost', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    const whole = await pull(repository, userId);
    const seen = seenBy(whole.cursor);
    const future = altered(whole.cursor, { seen: seenUpTo(seen, seen + 1_000_000n) });
    const answer = await pull(repository, userId, future);
    expect(answer).toMatchObject({ ops: whole.ops, resync: true, restored: true });
  });

  test('[CUR2] a cursor of the other way to catch up gets the whole state, and such a page is void', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    const whole = await pull(repository, userId);
    const { page = '' } = await repository.readChanges(userId, { limit: 2 });
    const seen = catchUp === 'xid' ? '7' : '7:9:8';
    const other = altered(whole.cursor, { seen });
    expect(await pull(repository, userId, other)).toMatchObject({ ops: whole.ops, resync: true });
    const [base, since, ...position] = JSON.parse(
      Buffer.from(page, 'base64url').toString(),
    ) as unknown[];
    const otherBase = [seen, ...(base as unknown[]).slice(1)];
    const otherPage = Buffer.from(JSON.stringify([otherBase, since, ...position]));
    await expect(
      repository.readChanges(userId, { limit: 2, page: otherPage.toString('base64url') }),
    ).rejects.toMatchObject({ code: 'invalid_cursor', field: 'page' });
  });

  test('[CUR2] [CUR6] a cursor at or below the floor gets the whole state, of which nothing was lost', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    const { cursor, ops } = await pull(repository, userId);
    const refusing = floorAbove(seenBy(cursor));
    await raiseFloor(opened, userId, refusing - 1n);
    expect(await pull(repository, userId, cursor)).toMatchObject({ ops: [], resync: false });
    await raiseFloor(opened, userId, refusing);
    const answer = await pull(repository, userId, cursor);
    expect(answer).toMatchObject({ ops, resync: true });
    expect(answer.restored).toBeUndefined();
    await raiseFloor(opened, userId, 0n);
  });

  test('[CUR2] renewIncarnation makes every older cursor get the whole state', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    const { cursor, ops } = await pull(repository, userId);
    await renewIncarnation(opened.database);
    const answer = await pull(repository, userId, cursor);
    expect(answer).toMatchObject({ ops, resync: true });
    expect(await pull(repository, userId, answer.cursor)).toMatchObject({ ops: [], resync: false });
  });

  test('[CUR2] an erasure gives older cursors an empty whole state, and voids the pages of a full one', async () => {
    const { repository, userId } = setup();
    await seed(repository, userId);
    const { cursor } = await pull(repository, userId);
    const { page = '' } = await repository.readChanges(userId, { limit: 2 });
    await repository.eraseUser(userId, NOW_MS + 60_000);
    const answer = await pull(repository, userId, cursor);
    expect(answer).toMatchObject({ ops: [], resync: true, more: false });
    await expect(repository.readChanges(userId, { limit: 2, page })).rejects.toMatchObject({
      code: 'invalid_cursor',
      field: 'page',
    });
    expect(await pull(repository, userId, answer.cursor)).toMatchObject({ ops: [], resync: false });
  });

  test.each([0, -1, 1.5, 5_001])('a page of %d rows is refused', async (limit) => {
    const { repository, userId } = setup();
    await expect(repository.readChanges(userId, { limit })).rejects.toMatchObject({
      code: 'limit_exceeded',
    });
  });
});

describe.each([PGLITE, POSTGRES, COUNTED_POSTGRES])(
  'a dump that moved to another cluster on $name',
  ({ open, catchUp }) => {
    test('[CUR2] what was marked and the floor start anew, and cursors from before get the whole state', async () => {
      await using opened = await open();
      const repository = new PostgresSyncRepository(opened.database);
      const userId = randomUUID();
      await seed(repository, userId);
      expect(await prepareIdentity(opened.database)).toBe(false);
      const { cursor, ops } = await pull(repository, userId);
      expect(await pull(repository, userId, cursor)).toMatchObject({ resync: false });

      // What the move brings along: another cluster's identifier and transaction ids far ahead.
      await opened.sql(
        "update cuepoint.sync_state set system_identifier = 42, cursor_floor = '9000000000'",
      );
      const erased = randomUUID();
      await repository.eraseUser(erased, NOW_MS);
      if (catchUp === 'xid') {
        await opened.sql("update cuepoint.user_watchlists set changed_xid = '8000000000'");
        await opened.sql("update cuepoint.user_progress set changed_xid = '8000000000'");
        await opened.sql("update cuepoint.user_erasures set changed_xid = '8000000000'");
      }

      expect(await prepareIdentity(opened.database)).toBe(true);
      expect(await prepareIdentity(opened.database)).toBe(false);
      const moved = await pull(repository, userId, cursor);
      expect(moved).toMatchObject({ ops, resync: true });
      expect(await pull(repository, userId, moved.cursor)).toMatchObject({
        ops: [],
        resync: false,
      });
      const after = await pull(repository, erased);
      expect(await pull(repository, erased, after.cursor)).toMatchObject({ resync: false });
      const add = addOp({ contentId: 'new' });
      await repository.addWatchlistItem(userId, add);
      expect((await pull(repository, userId, moved.cursor)).ops).toEqual([add]);
    });
  },
);
