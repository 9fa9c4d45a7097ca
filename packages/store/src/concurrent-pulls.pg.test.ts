import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import type { SyncRepository } from './sync-repository.ts';
import { blockedBy } from './testing/blocked-by.ts';
import { SERVER_DATABASES, type TestConnection, type TestDatabase } from './testing/databases.ts';
import { insertMarked } from './testing/marked-insert.ts';
import { setOp } from './testing/ops.ts';

const INSERT = `
insert into cuepoint.user_progress (
  user_id, content_id, position_seconds, duration_seconds, state,
  timestamp_physical, timestamp_logical, device_id {mark}
) values ($1, $2, 1, 0, 'paused', 1, 0, 'tv' {mark})`;

/** Of registers of one writer, whose later writes have the later positions. */
const upsertOf = (mark: string) => `
insert into cuepoint.user_progress as t (
  user_id, content_id, position_seconds, duration_seconds, state,
  timestamp_physical, timestamp_logical, device_id {mark}
) values ($1, $2, $3, 0, $4, 1, 0, 'tv' {mark})
on conflict (user_id, content_id) do update
set position_seconds = excluded.position_seconds, state = excluded.state, ${mark} = excluded.${mark}`;

function setup(opened: TestDatabase) {
  const repository = new PostgresSyncRepository(opened.database);
  const userId = randomUUID();
  const insert = async (connection: TestConnection, contentId: string) => {
    const { catchUp } = opened.database.dialect.current;
    await insertMarked(connection, catchUp, INSERT, [userId, contentId]);
  };
  return { repository, userId, pull: createPuller(repository, userId), insert };
}

/** Each call answers the contents of the next pull, from where the one before ended. */
function createPuller(repository: SyncRepository, userId: string, limit = 5_000) {
  let cursor: string | undefined;
  return async (): Promise<string[]> => {
    const contentIds: string[] = [];
    let request: { cursor?: string; page?: string } = cursor === undefined ? {} : { cursor };
    for (;;) {
      const page = await repository.readChanges(userId, { ...request, limit });
      contentIds.push(...page.ops.map(({ contentId = '' }) => contentId));
      if (page.page === undefined) {
        cursor = page.cursor;
        return contentIds;
      }
      request = { page: page.page };
    }
  };
}

const byXid = SERVER_DATABASES.filter(({ catchUp }) => catchUp === 'xid');
const byCounter = SERVER_DATABASES.filter(({ catchUp }) => catchUp === 'counter');

describe.each(byXid)('pulls beside open transactions of one user on $name', ({ open }) => {
  test('[CUR1] what an open transaction wrote comes after its commit, once', async () => {
    await using opened = await open();
    const { repository, userId, pull, insert } = setup(opened);
    await using slow = await opened.connect();
    expect(await pull()).toEqual([]);
    await slow.query('begin');
    await insert(slow, 'slow');
    expect(await pull()).toEqual([]);
    await repository.saveProgress(userId, setOp({ contentId: 'fast' }));
    expect(await pull()).toEqual(['fast']);
    expect(await pull()).toEqual([]);
    await slow.query('commit');
    expect(await pull()).toEqual(['slow']);
    expect(await pull()).toEqual([]);
  });

  test('[CUR1] a transaction id that is older than the cursor hides nothing', async () => {
    await using opened = await open();
    const { repository, userId, pull, insert } = setup(opened);
    await using slow = await opened.connect();
    await slow.query('begin');
    await slow.query('select pg_current_xact_id()');
    await repository.saveProgress(userId, setOp({ contentId: 'fast' }));
    expect(await pull()).toEqual(['fast']);
    await insert(slow, 'slow');
    await repository.saveProgress(userId, setOp({ contentId: 'faster' }));
    expect(await pull()).toEqual(['faster']);
    await slow.query('commit');
    expect(await pull()).toEqual(['slow']);
  });

  test('[CUR1] commits in another order than begins lose nothing', async () => {
    await using opened = await open();
    const { pull, insert } = setup(opened);
    const writers = await Promise.all(['a', 'b', 'c'].map(() => opened.connect()));
    const [first, second, third] = writers as [TestConnection, TestConnection, TestConnection];
    try {
      for (const [index, writer] of writers.entries()) {
        await writer.query('begin');
        await insert(writer, `content-${index}`);
        expect(await pull()).toEqual([]);
      }
      await third.query('commit');
      expect(await pull()).toEqual(['content-2']);
      await first.query('commit');
      expect(await pull()).toEqual(['content-0']);
      await second.query('commit');
      expect(await pull()).toEqual(['content-1']);
      expect(await pull()).toEqual([]);
    } finally {
      for (const writer of writers) await writer[Symbol.asyncDispose]();
    }
  });
});

describe.each(byCounter)('pulls beside open transactions of one user on $name', ({ open }) => {
  test('[CUR1] transactions of one user commit in the order of their versions: a later one waits', async () => {
    await using opened = await open();
    const { repository, userId, pull, insert } = setup(opened);
    await using slow = await opened.connect();
    expect(await pull()).toEqual([]);
    await slow.query('begin');
    await insert(slow, 'slow');
    const fast = repository.saveProgress(userId, setOp({ contentId: 'fast' }));
    await blockedBy(opened, slow);
    expect(await pull()).toEqual([]);
    await slow.query('commit');
    expect(await fast).toEqual({ result: 'applied' });
    // Changes come in the order of their versions.
    expect(await pull()).toEqual(['slow', 'fast']);
    expect(await pull()).toEqual([]);
    const versions = await opened.sql<{ content_id: string }>(
      `select content_id from cuepoint.user_progress
       where user_id = $1::uuid order by changed_version`,
      [userId],
    );
    expect(versions.map(({ content_id }) => content_id)).toEqual(['slow', 'fast']);
  });

  test('[CUR1] a transaction of another user is not waited for', async () => {
    await using opened = await open();
    const { repository, insert } = setup(opened);
    await using slow = await opened.connect();
    await slow.query('begin');
    await insert(slow, 'slow');
    const other = randomUUID();
    await repository.saveProgress(other, setOp());
    expect(await createPuller(repository, other)()).toEqual(['film-1']);
    await slow.query('rollback');
  });
});

describe.each(SERVER_DATABASES)('pulls beside open transactions on $name', ({ open }) => {
  test('[CUR1] what was rolled back, whole or to a savepoint, never comes', async () => {
    await using opened = await open();
    const { pull, insert } = setup(opened);
    await using writer = await opened.connect();
    await writer.query('begin');
    await insert(writer, 'undone');
    expect(await pull()).toEqual([]);
    await writer.query('rollback');
    expect(await pull()).toEqual([]);
    await writer.query('begin');
    await insert(writer, 'kept');
    await writer.query('savepoint inner_part');
    await insert(writer, 'inner');
    await writer.query('rollback to savepoint inner_part');
    await writer.query('savepoint second_part');
    await insert(writer, 'second');
    await writer.query('release savepoint second_part');
    expect(await pull()).toEqual([]);
    await writer.query('commit');
    expect(await pull()).toEqual(['kept', 'second']);
  });

  test('[CUR1] eight writers with long transactions and rollbacks: nothing is missed or comes twice', async () => {
    await using opened = await open();
    const { repository, userId, pull, insert } = setup(opened);
    const pullInPages = createPuller(repository, userId, 2);
    const committed: string[] = [];
    const writing = new Set(Array.from({ length: 8 }, (_, writer) => writer));
    const write = async (writer: number) => {
      const random = createRandom(writer + 1);
      await using connection = await opened.connect();
      for (let index = 0; index < 20; index += 1) {
        const contentIds: string[] = [];
        await connection.query('begin');
        for (let statement = random(6); statement >= 0; statement -= 1) {
          const contentId = `${writer}.${index}.${statement}`;
          await insert(connection, contentId);
          contentIds.push(contentId);
          // Other statements make a transaction long without a timer.
          for (let wait = random(12); wait > 0; wait -= 1) await connection.query('select 1');
        }
        const undone = random(4) === 0;
        await connection.query(undone ? 'rollback' : 'commit');
        if (!undone) committed.push(...contentIds);
      }
      writing.delete(writer);
    };
    const pulled: string[] = [];
    const paged = new Set<string>();
    const read = async () => {
      for (let pulls = 0; writing.size > 0 && pulls < 4_000; pulls += 1) {
        pulled.push(...(await pull()));
        if (pulls % 5 > 0) continue;
        // A later page is read later: what it shows of new changes comes with the next cursor again.
        for (const contentId of await pullInPages()) paged.add(contentId);
      }
    };
    await Promise.all([...Array.from({ length: 8 }, (_, writer) => write(writer)), read()]);
    pulled.push(...(await pull()));
    for (const contentId of await pullInPages()) paged.add(contentId);
    expect(committed.length).toBeGreaterThan(250);
    expect(pulled.toSorted()).toEqual(committed.toSorted());
    expect([...paged].toSorted()).toEqual(committed.toSorted());
  });

  test('[CUR1] registers that begin and end to play beside long transactions: pages of changes end with what is stored', async () => {
    await using opened = await open();
    const { repository, userId } = setup(opened);
    const { catchUp } = opened.database.dialect.current;
    const mark = catchUp === 'counter' ? 'changed_version' : 'changed_xid';
    const writing = new Set(Array.from({ length: 6 }, (_, writer) => writer));
    const write = async (writer: number) => {
      const random = createRandom(writer + 1);
      await using connection = await opened.connect();
      for (let index = 1; index <= 25; index += 1) {
        await connection.query('begin');
        for (let statement = random(4); statement >= 0; statement -= 1) {
          await insertMarked(connection, catchUp, upsertOf(mark), [
            userId,
            `${writer}.${random(6)}`,
            index * 10 - statement,
            ['playing', 'playing', 'paused', 'stopped'][random(4)],
          ]);
          for (let wait = random(12); wait > 0; wait -= 1) await connection.query('select 1');
        }
        await connection.query(random(4) === 0 ? 'rollback' : 'commit');
      }
      writing.delete(writer);
    };
    const read = async (limit: number) => {
      const told = new Map<string, number>();
      let request: { cursor?: string; page?: string } = {};
      const pull = async () => {
        do {
          const page = await repository.readChanges(userId, { ...request, limit });
          for (const op of page.ops) {
            if (op.kind !== 'progress.set') continue;
            const known = told.get(op.contentId) ?? 0;
            told.set(op.contentId, Math.max(known, op.positionSeconds));
          }
          request = page.page === undefined ? { cursor: page.cursor ?? '' } : { page: page.page };
        } while (request.page !== undefined);
      };
      for (let pulls = 0; writing.size > 0 && pulls < 4_000; pulls += 1) await pull();
      await pull();
      return told;
    };
    const readers = [1, 2, 7].map((limit) => read(limit));
    await Promise.all([...writing].map((writer) => write(writer)));
    const stored = new Map(
      [...(await repository.loadProgress(userId))].map(([contentId, { value }]) => [
        contentId,
        value?.positionSeconds,
      ]),
    );
    expect(stored.size).toBeGreaterThan(20);
    for (const reader of readers) expect(await reader).toEqual(stored);
  });
});

/** Integers from 0 to below `bound`, the same in each run. (Park and Miller, 1988) */
function createRandom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
}
