import { randomUUID } from 'node:crypto';
import type { OpResult } from '@cuepoint/core';
import { describe, expect, test } from 'vitest';
import { createBatchWriter } from './group-commit/batch-writer.ts';
import type { AnyRow } from './group-commit/lane.ts';
import { createProgressLane } from './group-commit/progress-lane.ts';
import { Submission } from './group-commit/submission.ts';
import { prepareIdentity } from './identity.ts';
import { migrate } from './migrate.ts';
import { readMigrationFiles } from './migration-files.ts';
import { openDatabase } from './open-database.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { sqlStateOf } from './sql-state.ts';
import { SyncPersistence } from './sync-persistence.ts';
import type { SyncRepository } from './sync-repository.ts';
import { blockedBy } from './testing/blocked-by.ts';
import { PGLITE, POOLED_POSTGRES, POSTGRES, type TestDatabase } from './testing/databases.ts';
import { addOp, at, NOW_MS, removeOp, setOp } from './testing/ops.ts';

/** The same data, with the setting that switches it. */
function openCounting({ options }: TestDatabase) {
  return openDatabase({ ...options, catchUp: 'counter' });
}

async function pull(repository: SyncRepository, userId: string, cursor?: string) {
  const page = await repository.readChanges(userId, {
    limit: 5_000,
    ...(cursor === undefined ? {} : { cursor }),
  });
  if (page.cursor === undefined) throw new Error('a last page has a cursor');
  return { ...page, cursor: page.cursor };
}

describe.each([POSTGRES, POOLED_POSTGRES])('a switch to counters on $name', ({ open }) => {
  test('[CUR2] cursors of snapshots get the whole state once, and nothing is lost', async () => {
    await using opened = await open();
    const userId = randomUUID();
    const before = new PostgresSyncRepository(opened.database);
    const add = addOp();
    await before.addWatchlistItem(userId, add);
    await before.saveProgress(userId, setOp());
    const { cursor, ops } = await pull(before, userId);
    const { page = '' } = await before.readChanges(userId, { limit: 1 });
    const erased = randomUUID();
    await before.saveProgress(erased, setOp());
    const { cursor: erasedCursor } = await pull(before, erased);
    await before.eraseUser(erased, NOW_MS + 60_000);

    const counting = await openCounting(opened);
    await prepareIdentity(counting);
    await prepareIdentity(counting);
    const after = new PostgresSyncRepository(counting);
    const whole = await pull(after, userId, cursor);
    expect(whole).toMatchObject({ ops, resync: true });
    await expect(after.readChanges(userId, { limit: 1, page })).rejects.toMatchObject({
      code: 'invalid_cursor',
      field: 'page',
    });
    expect(await pull(after, userId, whole.cursor)).toMatchObject({ ops: [], resync: false });
    expect(await pull(after, erased, erasedCursor)).toMatchObject({ ops: [], resync: true });
    expect(await after.saveProgress(erased, setOp())).toMatchObject({ code: 'stale_op' });
    const remove = removeOp({ tags: [add.tag] });
    await after.removeWatchlistItem(userId, remove);
    expect(await pull(after, userId, whole.cursor)).toMatchObject({ ops: [remove], resync: false });
    await counting.close();
  });

  test('[CUR1] an instance that serves meanwhile speaks the new dialect from its next statement on', async () => {
    await using opened = await open();
    const userId = randomUUID();
    const old = new PostgresSyncRepository(opened.database);
    await old.saveProgress(userId, setOp());
    await old.addWatchlistItem(userId, addOp());
    await pull(old, userId);
    const counting = await openCounting(opened);
    await prepareIdentity(counting);
    const { cursor } = await pull(new PostgresSyncRepository(counting), userId);

    const set = setOp({ timestamp: at(1) });
    expect(await old.saveProgress(userId, set)).toEqual({ result: 'applied' });
    expect(await old.saveProgress(userId, set)).toEqual({ result: 'duplicate' });
    expect((await pull(old, userId, cursor)).ops).toEqual([set]);
    expect((await pull(new PostgresSyncRepository(counting), userId, cursor)).ops).toEqual([set]);
    await counting.close();
  });

  test('[CUR1] a batch in flight commits before the switch, and everyone is told of it', async () => {
    await using opened = await open();
    const userId = randomUUID();
    const old = new PostgresSyncRepository(opened.database);
    const { cursor } = await pull(old, userId);
    await using writer = await opened.connect();
    await writer.query('begin');
    await writer.query(
      `insert into cuepoint.user_progress (
         user_id, content_id, position_seconds, duration_seconds, state,
         timestamp_physical, timestamp_logical, device_id
       ) values ($1, 'in-flight', 1, 0, 'paused', 1, 0, 'tv')`,
      [userId],
    );
    const counting = await openCounting(opened);
    const switched = prepareIdentity(counting);
    await blockedBy(opened, writer);
    await writer.query('commit');
    await switched;
    const answer = await pull(new PostgresSyncRepository(counting), userId, cursor);
    expect(answer).toMatchObject({ ops: [{ contentId: 'in-flight' }], resync: true });
    await counting.close();
  });

  test('[GC1] who lost in a batch from before the switch hears of it after', async () => {
    await using opened = await open();
    const userId = randomUUID();
    const winner = setOp({ timestamp: at(9) });
    await new PostgresSyncRepository(opened.database).saveProgress(userId, winner);
    const submission = new Submission<OpResult>(0);
    const value = setOp();
    const row: AnyRow = {
      lane: createProgressLane({ passive: false }),
      userId,
      key: value.contentId,
      value,
      contributions: [{ value, submission }],
      bytes: 0,
      firstAtMs: 0,
    };
    const batch = await createBatchWriter(opened.database, () => NOW_MS).commit([row]);
    const counting = await openCounting(opened);
    await prepareIdentity(counting);
    await batch.tell();
    expect(await submission.promise).toEqual({ result: 'superseded', winner });
    await counting.close();
  });

  test('[CUR1] a row without a mark of the dialect in force is refused by the table', async () => {
    await using opened = await open({ catchUp: 'counter' });
    const insert = (columns: string, values: string) =>
      opened.sql(
        `insert into cuepoint.user_progress (
           user_id, content_id, position_seconds, duration_seconds, state,
           timestamp_physical, timestamp_logical, device_id ${columns}
         ) values ($1::uuid, 'film-1', 1, 0, 'paused', 1, 0, 'tv' ${values})`,
        [randomUUID()],
      );
    await expect(insert('', '')).rejects.toMatchObject({ code: '23502' });
    await expect(insert(', changed_xid', ', pg_current_xact_id()')).rejects.toMatchObject({
      code: '42703',
    });
  });

  test('there is no way back by a setting', async () => {
    await using opened = await open({ catchUp: 'counter' });
    const back = await openDatabase({ ...opened.options, catchUp: 'xid' });
    await expect(prepareIdentity(back)).rejects.toMatchObject({ code: 'configuration_invalid' });
    // What serves already goes by the database.
    const repository = new PostgresSyncRepository(back);
    expect(await repository.saveProgress(randomUUID(), setOp())).toEqual({ result: 'applied' });
    await back.close();
  });
});

describe('a switch to counters', () => {
  test('[CUR1] starters at once, with and without the setting, end up with one dialect', async () => {
    await using opened = await POSTGRES.open();
    const databases = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        index % 2 === 0 ? openCounting(opened) : openDatabase(opened.options),
      ),
    );
    const userId = randomUUID();
    await Promise.all(databases.map((database) => prepareIdentity(database)));
    const outcomes = await Promise.all(
      databases.map((database, index) =>
        new PostgresSyncRepository(database).saveProgress(
          userId,
          setOp({ contentId: `film-${index}` }),
        ),
      ),
    );
    expect(outcomes).toEqual(databases.map(() => ({ result: 'applied' })));
    const versions = await opened.sql<{ versions: number }>(
      `select count(distinct changed_version)::integer as versions
       from cuepoint.user_progress where user_id = $1::uuid`,
      [userId],
    );
    expect(versions).toEqual([{ versions: databases.length }]);
    await Promise.all(databases.map((database) => database.close()));
  });

  test('[CUR1] [GC1] under load: no caller sees an error, and a replica that pulls misses nothing', async () => {
    await using opened = await POSTGRES.open({ writers: 2 });
    const database = await openDatabase({ ...opened.options, writers: 2 });
    const persistence = new SyncPersistence(database);
    const users = Array.from({ length: 4 }, () => randomUUID());
    const acked = new Set<string>();
    const pulled = new Set<string>();
    let isSwitched = false;
    const writing = new Set<string>(users);
    const write = async (userId: string) => {
      for (let index = 0, after = 0; after < 15 && index < 5_000; index += 1) {
        if (isSwitched) after += 1;
        const contentId = `film-${index}`;
        const op = setOp({ contentId });
        expect(await persistence.persistOp(userId, op)).toEqual({ result: 'applied' });
        acked.add(`${userId} ${contentId}`);
      }
      writing.delete(userId);
    };
    const cursors = new Map<string, string>();
    const pullAll = async () => {
      for (const userId of users) {
        const answer = await pull(persistence.repository, userId, cursors.get(userId));
        cursors.set(userId, answer.cursor);
        for (const { contentId } of answer.ops) pulled.add(`${userId} ${contentId}`);
      }
    };
    const read = async () => {
      while (writing.size > 0) await pullAll();
    };
    const switchOver = async () => {
      while (acked.size < 40) await pullAll();
      const counting = await openCounting(opened);
      await prepareIdentity(counting);
      isSwitched = true;
      await counting.close();
    };
    await Promise.all([...users.map(write), read(), switchOver()]);
    await pullAll();
    expect([...pulled].toSorted()).toEqual([...acked].toSorted());
    await persistence.stop();
  });

  test.each([PGLITE, POSTGRES])(
    '[SQL6] the migration goes down from counters on $name, and cursors of before get the whole state',
    async ({ open }) => {
      await using opened = await open();
      const userId = randomUUID();
      const repository = new PostgresSyncRepository(opened.database);
      await repository.saveProgress(userId, setOp());
      const { cursor } = await pull(repository, userId);
      // As the setting does it; one process only has PGlite open.
      Object.assign(opened.database.dialect.options, { catchUp: 'counter' });
      await prepareIdentity(opened.database);
      const later = setOp({ contentId: 'later' });
      await repository.saveProgress(userId, later);

      const steps = readMigrationFiles().filter(({ version }) => version > 1).length;
      await migrate(opened.database, { direction: 'down', steps });
      await migrate(opened.database, { direction: 'up' });
      const answer = await pull(repository, userId, cursor);
      expect(answer.resync).toBe(true);
      expect(answer.ops).toContainEqual(later);
      const last = setOp({ contentId: 'last' });
      await repository.saveProgress(userId, last);
      expect(await pull(repository, userId, answer.cursor)).toMatchObject({
        ops: [last],
        resync: false,
      });
    },
  );

  test('a long transaction holds the switch up, not those who read and write meanwhile', async () => {
    await using opened = await POSTGRES.open();
    const repository = new PostgresSyncRepository(opened.database);
    const userId = randomUUID();
    await using holder = await opened.connect();
    await holder.query('begin');
    await holder.query('select from cuepoint.user_progress limit 1');
    const counting = await openCounting(opened);
    const switched = prepareIdentity(counting);
    await blockedBy(opened, holder);
    for (let index = 0; index < 5; index += 1) {
      const op = setOp({ contentId: `film-${index}` });
      expect(await repository.saveProgress(userId, op)).toEqual({ result: 'applied' });
      await pull(repository, userId);
    }
    expect(opened.database.dialect.current.catchUp).toBe('xid');
    await holder.query('commit');
    await switched;
    expect(
      sqlStateOf(
        await opened
          .sql('select changed_xid from cuepoint.user_progress')
          .catch((error: unknown) => error),
      ),
    ).toBe('42703');
    await counting.close();
  });
});
