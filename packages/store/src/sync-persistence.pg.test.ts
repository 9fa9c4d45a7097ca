import { randomUUID } from 'node:crypto';
import {
  createProgressRegister,
  CuepointError,
  ORSet,
  type Op,
  type OpResult,
  type WatchlistAddOp,
} from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SyncPersistence, type SyncPersistenceOptions } from './sync-persistence.ts';
import { blockedBy } from './testing/blocked-by.ts';
import { POSTGRES, TEST_DATABASES, type TestDatabase } from './testing/databases.ts';
import { addOp, at, clearOp, deviceInfo, NOW_MS, removeOp, setOp } from './testing/ops.ts';

/** A persistence whose `stop` leaves the test's database open. */
function persistenceOver(test: TestDatabase, options: SyncPersistenceOptions = {}) {
  return new SyncPersistence({ ...test.database, close: async () => undefined }, options);
}

function resultsOf(results: readonly OpResult[]): string[] {
  return results.map((result) => (result.result === 'rejected' ? result.code : result.result));
}

function codeOf(error: unknown): string {
  return error instanceof CuepointError ? error.code : String(error);
}

describe.each(TEST_DATABASES)('SyncPersistence on $name', (kind) => {
  let test: TestDatabase;
  let persistence: SyncPersistence;
  const committed: { rows: number; changes: number; folded: number }[] = [];

  beforeAll(async () => {
    test = await kind.open({ writers: 2 });
    persistence = persistenceOver(test, {
      observer: { committed: (event) => committed.push(event) },
    });
  });
  afterAll(async () => {
    await persistence.stop();
    await test.destroy();
  });

  it('[GC1] a change is stored when its promise resolves', async () => {
    const user = randomUUID();
    await persistence.persistOp(user, setOp({ positionSeconds: 7 }));
    const rows = await test.sql<{ position_seconds: number }>(
      'select position_seconds from cuepoint.user_progress where user_id = $1::uuid',
      [user],
    );
    expect(rows).toEqual([{ position_seconds: 7 }]);
  });

  it('[GC3] a batch of one register answers every caller by what it met', async () => {
    const user = randomUUID();
    const winner = setOp({ timestamp: at(2), deviceId: 'phone', positionSeconds: 30 });
    const results = await Promise.all([
      persistence.persistOp(user, setOp({ timestamp: at(1) })),
      persistence.persistOp(user, setOp({ timestamp: at(2), deviceId: 'laptop' })),
      persistence.persistOp(user, winner),
      persistence.persistOp(user, winner),
      persistence.persistOp(user, { ...winner, positionSeconds: 31 }),
    ]);
    expect(resultsOf(results)).toEqual([
      'superseded',
      'superseded',
      'applied',
      'duplicate',
      'stamp_reused',
    ]);
    expect(results[0]).toEqual({ result: 'superseded', winner });
    expect((await persistence.repository.getProgress(user, 'film-1'))?.value?.positionSeconds).toBe(
      30,
    );
  });

  it('[LWW3] across batches an equal stamp with other content is stamp_reused, never duplicate', async () => {
    const user = randomUUID();
    const op = setOp();
    const results = [
      await persistence.persistOp(user, op),
      await persistence.persistOp(user, op),
      await persistence.persistOp(user, { ...op, positionSeconds: 61 }),
      await persistence.persistOp(
        user,
        clearOp({ timestamp: op.timestamp, deviceId: op.deviceId }),
      ),
    ];
    expect(resultsOf(results)).toEqual(['applied', 'duplicate', 'stamp_reused', 'stamp_reused']);
  });

  it('[GC3] an add and its removal fold to one tombstone that keeps the add', async () => {
    const user = randomUUID();
    const add = addOp();
    const remove = removeOp({ tags: [add.tag] });
    const results = await Promise.all([
      persistence.persistOp(user, add),
      persistence.persistOp(user, remove),
      persistence.persistOp(user, add),
    ]);
    expect(resultsOf(results)).toEqual(['superseded', 'applied', 'superseded']);
    const [entry] = [...(await persistence.loadWatchlistState(user)).entries()];
    expect(entry).toEqual({
      tag: add.tag,
      contentId: 'film-1',
      added: { timestamp: add.timestamp, deviceId: 'tv' },
      removed: { timestamp: remove.timestamp, deviceId: 'phone' },
    });
  });

  it('[GC3] two adds of one content are two tags and never fold', async () => {
    const user = randomUUID();
    const results = await Promise.all([
      persistence.persistOp(user, addOp()),
      persistence.persistOp(user, addOp()),
    ]);
    expect(resultsOf(results)).toEqual(['applied', 'applied']);
    expect((await persistence.loadWatchlistState(user)).liveTags('film-1')).toHaveLength(2);
  });

  it('[ORS1] a tag that is minted twice is refused, in a batch and across batches', async () => {
    const user = randomUUID();
    const add = addOp();
    const other = { ...add, contentId: 'film-2' };
    const results = await Promise.all([
      persistence.persistOp(user, add),
      persistence.persistOp(user, other),
    ]);
    results.push(await persistence.persistOp(user, other));
    expect(resultsOf(results)).toEqual(['applied', 'tag_reused', 'tag_reused']);
  });

  it('a remove of many tags resolves with the last of them', async () => {
    const user = randomUUID();
    const adds = [addOp(), addOp(), addOp()];
    for (const add of adds) await persistence.persistOp(user, add);
    const first = removeOp({ tags: [adds[0]?.tag ?? ''] });
    const all = removeOp({ tags: adds.map((add) => add.tag), timestamp: at(2_000) });
    const results = [
      await persistence.persistOp(user, first),
      await persistence.persistOp(user, all),
      await persistence.persistOp(user, all),
      await persistence.persistOp(user, first),
    ];
    // `all` repeats one removal that was there first, so its replay met something lesser.
    expect(resultsOf(results)).toEqual(['applied', 'applied', 'superseded', 'duplicate']);
    expect((await persistence.loadWatchlistState(user)).size).toBe(0);
  });

  it('a passive report applies over its own device only, whatever its stamp', async () => {
    const user = randomUUID();
    const passive = (op: ReturnType<typeof setOp>) =>
      persistence.persistOp(user, op, { passive: true });
    const phone = setOp({ deviceId: 'phone', timestamp: at(10) });
    const results = [
      await passive(setOp({ timestamp: at(1) })),
      await passive(setOp({ timestamp: at(2), positionSeconds: 70 })),
      await persistence.persistOp(user, phone),
      await passive(setOp({ timestamp: at(20), positionSeconds: 80 })),
      await passive(setOp({ timestamp: at(30), deviceId: 'phone', positionSeconds: 90 })),
    ];
    expect(resultsOf(results)).toEqual(['applied', 'applied', 'applied', 'superseded', 'applied']);
    expect(results[3]).toEqual({ result: 'superseded', winner: phone });
  });

  it('a passive report in the batch of another device’s write never beats it', async () => {
    const user = randomUUID();
    const [active, passive] = await Promise.all([
      persistence.persistOp(user, setOp({ deviceId: 'phone', timestamp: at(1) })),
      persistence.persistOp(user, setOp({ deviceId: 'tv', timestamp: at(9) }), { passive: true }),
    ]);
    expect(resultsOf([active, passive])).toEqual(['applied', 'superseded']);
  });

  it('[GC3] timer reports of two devices in one batch: the one of the stored device applies', async () => {
    const user = randomUUID();
    const passive = (op: ReturnType<typeof setOp>) =>
      persistence.persistOp(user, op, { passive: true });
    await persistence.persistOp(user, setOp({ deviceId: 'phone', timestamp: at(1) }));
    const phone = setOp({ deviceId: 'phone', timestamp: at(2), positionSeconds: 70 });
    const tv = setOp({ deviceId: 'tv', timestamp: at(3), positionSeconds: 80 });
    committed.length = 0;
    const results = await Promise.all([
      passive(phone),
      passive(tv),
      passive({ ...tv, contentId: 'unseen' }),
      passive({ ...phone, contentId: 'unseen' }),
    ]);
    expect(committed).toMatchObject([{ rows: 4, changes: 4 }]);
    // Where nothing is stored the greater stamp is first.
    expect(results).toEqual([
      { result: 'applied' },
      { result: 'superseded', winner: phone },
      { result: 'applied' },
      { result: 'superseded', winner: { ...tv, contentId: 'unseen' } },
    ]);
    const stored = await persistence.loadProgressState(user);
    expect(stored.get('film-1')?.stamp).toEqual({ timestamp: at(2), deviceId: 'phone' });
    expect(stored.get('unseen')?.stamp).toEqual({ timestamp: at(3), deviceId: 'tv' });
  });

  it('[SQL4] timer reports are written in the order of their content ids by code unit', async () => {
    const user = randomUUID();
    // A locale has another order, and a longer id may not sort by what follows the shorter one.
    const contents = ['a b', 'é', 'b', 'B', 'a', '_', 'a!'];
    await Promise.all(
      contents.flatMap((contentId) =>
        ['tv', 'phone'].map((deviceId) =>
          persistence.persistOp(user, setOp({ contentId, deviceId }), { passive: true }),
        ),
      ),
    );
    const rows = await test.sql<{ content_id: string }>(
      'select content_id from cuepoint.user_progress where user_id = $1::uuid order by id',
      [user],
    );
    expect(rows.map((row) => row.content_id)).toEqual(contents.toSorted());
  });

  it('[GC3] timer reports of one device fold to the latest', async () => {
    const user = randomUUID();
    committed.length = 0;
    const results = await Promise.all(
      [1, 2].map((ms) =>
        persistence.persistOp(user, setOp({ timestamp: at(ms) }), { passive: true }),
      ),
    );
    expect(resultsOf(results)).toEqual(['superseded', 'applied']);
    expect(committed).toMatchObject([{ rows: 1, changes: 2 }]);
  });

  it.each([
    ['progress', (contentId: string, ms: number) => setOp({ contentId, timestamp: at(ms) }), false],
    ['passive', (contentId: string, ms: number) => setOp({ contentId, timestamp: at(ms) }), true],
    [
      'watchlist',
      (contentId: string, ms: number) => addOp({ contentId, timestamp: at(ms) }),
      false,
    ],
  ] as const)(
    'in a batch of %s rows what was stamped before an erasure is stale, and the rest applies',
    async (_name, op, passive) => {
      const [erased, other] = [randomUUID(), randomUUID()];
      await persistence.repository.eraseUser(erased, NOW_MS + 100);
      committed.length = 0;
      const results = await Promise.all([
        persistence.persistOp(erased, op('before', 99), { passive }),
        persistence.persistOp(erased, op('at', 100), { passive }),
        persistence.persistOp(erased, op('after', 101), { passive }),
      ]);
      expect(committed).toMatchObject([{ rows: 3 }]);
      expect(resultsOf(results)).toEqual(['stale_op', 'stale_op', 'applied']);
      expect(await persistence.persistOp(other, op('before', 99), { passive })).toEqual({
        result: 'applied',
      });
      const stored = [
        ...(await persistence.loadProgressState(erased)).keys(),
        ...(await persistence.loadWatchlistState(erased)).contentIds(),
      ];
      expect(stored).toEqual(['after']);
    },
  );

  it('[GC3] a remove that names a tag in two spellings is one row', async () => {
    const user = randomUUID();
    const add = addOp();
    await persistence.persistOp(user, add);
    const remove = removeOp({ tags: [add.tag, add.tag.toUpperCase(), add.tag] });
    expect(await persistence.repository.removeWatchlistItem(user, remove)).toEqual({
      result: 'applied',
    });
    expect(await persistence.persistOp(user, remove)).toEqual({ result: 'duplicate' });
    expect((await persistence.loadWatchlistState(user)).size).toBe(0);
  });

  it('[SQL3] persistWatchlist writes only what changed since its last commit', async () => {
    const user = randomUUID();
    const set = new ORSet();
    const stamp = (ms: number) => ({ timestamp: at(ms), deviceId: 'tv' });
    // As many as a batch takes of one user. [GC9]
    for (let item = 0; item < 100; item += 1) set.add(`film-${item}`, randomUUID(), stamp(item));
    await persistence.persistWatchlist(user, set);
    const before = await test.sql<{ changed: number }>(changedRows, [user]);
    committed.length = 0;
    const [tag = ''] = set.liveTags('film-7');
    set.remove('film-7', [tag], stamp(1_000));
    set.add('film-new', randomUUID(), stamp(1_001));
    await persistence.persistWatchlist(user, set);
    expect(committed.reduce((rows, event) => rows + event.rows, 0)).toBe(2);
    expect(before).toEqual([{ changed: 1 }]);
    expect(await test.sql(changedRows, [user])).toEqual([{ changed: 2 }]);
    committed.length = 0;
    await persistence.persistWatchlist(user, set);
    expect(committed).toEqual([]);
  });
  const changedRows = `select count(distinct ${
    kind.catchUp === 'xid' ? 'changed_xid' : 'changed_version'
  })::integer as changed
    from cuepoint.user_watchlists where user_id = $1::uuid`;

  it('[SQL3] persistWatchlist keeps an entry that is refused for the next call, and only that', async () => {
    const user = randomUUID();
    const taken = addOp();
    await persistence.persistOp(user, taken);
    const set = new ORSet();
    set.add('film-2', taken.tag, { timestamp: at(5), deviceId: 'tv' });
    set.add('film-3', randomUUID(), { timestamp: at(6), deviceId: 'tv' });
    await expect(persistence.persistWatchlist(user, set)).rejects.toMatchObject({
      code: 'tag_reused',
    });
    expect(set.unpersisted().map(({ contentId }) => contentId)).toEqual(['film-2']);
    expect((await persistence.loadWatchlistState(user)).contains('film-3')).toBe(true);
  });

  it('[SQL3] [GC5] persistWatchlist stores more than the backlog holds', async () => {
    const user = randomUUID();
    const bounded = persistenceOver(test, { backlogMax: 1_000 });
    const set = new ORSet();
    for (let item = 0; item < 2_500; item += 1) {
      set.add(`film-${item}`, randomUUID(), { timestamp: at(item), deviceId: 'tv' });
    }
    await bounded.persistWatchlist(user, set);
    expect(set.unpersisted()).toEqual([]);
    expect((await persistence.loadWatchlistState(user)).size).toBe(2_500);
    await bounded.stop();
  });

  it('[SQL3] [GC5] what fits into a full backlog is stored, and the next call goes on after it', async () => {
    const user = randomUUID();
    const bounded = persistenceOver(test, { backlogMaxBytes: 4_000 });
    const set = new ORSet();
    for (let item = 0; item < 15; item += 1) {
      set.add(`film-${item}`, randomUUID(), { timestamp: at(item), deviceId: 'tv' });
    }
    expect(await bounded.persistWatchlist(user, set).catch(codeOf)).toBe('overloaded');
    const left = set.unpersisted().length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(15);
    while (set.unpersisted().length > 0) {
      const before = set.unpersisted().length;
      await bounded.persistWatchlist(user, set).catch(codeOf);
      expect(set.unpersisted().length).toBeLessThan(before);
    }
    expect((await persistence.loadWatchlistState(user)).size).toBe(15);
    await bounded.stop();
  });

  it('[SQL3] [LWW1] persistWatchlist folds a stored removal in that won over an add', async () => {
    const user = randomUUID();
    const add = addOp();
    const set = new ORSet();
    set.add(add.contentId, add.tag, add);
    await persistence.persistOp(user, removeOp({ tags: [add.tag] }));
    await persistence.persistWatchlist(user, set);
    expect(set.contains(add.contentId)).toBe(false);
    expect(set.unpersisted()).toEqual([]);
    expect([...set.entries()]).toEqual([...(await persistence.loadWatchlistState(user)).entries()]);
  });

  it.each([
    ['invalid_seconds', { ...setOp(), positionSeconds: -1 }],
    ['invalid_seconds', { ...setOp(), durationSeconds: '60' }],
    ['invalid_state', { ...setOp(), state: 'rewinding' }],
    ['invalid_timestamp', { ...setOp(), timestamp: { physical: 1.5, logical: 0 } }],
    ['invalid_timestamp', { ...clearOp(), timestamp: undefined }],
    ['invalid_timestamp', { ...addOp(), timestamp: { physical: 2 ** 48, logical: 0 } }],
    ['invalid_timestamp', { ...removeOp(), timestamp: '000000000001-0000' }],
  ])('[LWW4] a caller without types is refused %s before anything is queued', async (code, op) => {
    const user = randomUUID();
    expect(await persistence.persistOp(user, op as Op).catch(codeOf)).toBe(code);
  });

  it('[LWW4] persistProgress refuses a register out of bounds', async () => {
    const position = { positionSeconds: 0.5, durationSeconds: 1, state: 'playing' as const };
    const register = createProgressRegister(position, { timestamp: at(0), deviceId: 'tv' });
    const stored = persistence.persistProgress(randomUUID(), 'film-1', register);
    expect(await stored.catch(codeOf)).toBe('invalid_seconds');
  });

  it('persistProgress stores a register, clears included', async () => {
    const user = randomUUID();
    await persistence.persistOp(user, setOp());
    const register = await persistence.repository.getProgress(user, 'film-1');
    register?.write(null, { timestamp: at(9_000), deviceId: 'tv' });
    if (register !== undefined) await persistence.persistProgress(user, 'film-1', register);
    expect((await persistence.loadProgressState(user)).get('film-1')?.value).toBeNull();
  });

  it('[GC6] a row that the database refuses is refused alone; its neighbours are stored', async () => {
    const user = randomUUID();
    await test.sql(
      `alter table cuepoint.user_progress add constraint no_poison check (content_id <> 'poison')`,
    );
    const ops = ['a', 'poison', 'b', 'c', 'd'].map((contentId) => setOp({ contentId }));
    const results = await Promise.all(ops.map((op) => persistence.persistOp(user, op)));
    expect(resultsOf(results)).toEqual([
      'applied',
      'change_refused',
      'applied',
      'applied',
      'applied',
    ]);
    await test.sql('alter table cuepoint.user_progress drop constraint no_poison');
  });

  it('[GC6] what a poison winner had folded away is stored without it', async () => {
    const user = randomUUID();
    await test.sql(
      'alter table cuepoint.user_progress add constraint no_poison check (position_seconds <> 666)',
    );
    const results = await Promise.all([
      persistence.persistOp(user, setOp({ timestamp: at(1), positionSeconds: 10 })),
      persistence.persistOp(user, setOp({ timestamp: at(2), positionSeconds: 666 })),
    ]);
    expect(resultsOf(results)).toEqual(['applied', 'change_refused']);
    await test.sql('alter table cuepoint.user_progress drop constraint no_poison');
  });

  describe('heartbeats', () => {
    it('[GC8] reach the database at most once in heartbeatPersistMs', async () => {
      const user = randomUUID();
      await persistence.persistDevice(user, deviceInfo({ lastSeenMs: NOW_MS }));
      const lastSeen = async () => (await persistence.repository.getDevice(user, 'tv'))?.lastSeenMs;
      expect(await persistence.updateDeviceHeartbeat(user, 'tv', NOW_MS + 30_000)).toBe(true);
      expect(await persistence.updateDeviceHeartbeat(user, 'tv', NOW_MS + 60_000)).toBe(true);
      expect(await lastSeen()).toBe(NOW_MS + 30_000);
      expect(await persistence.updateDeviceHeartbeat(user, 'tv', NOW_MS + 90_000)).toBe(true);
      expect(await lastSeen()).toBe(NOW_MS + 90_000);
    });

    it('[GC8] the interval is at most half of the time after which a device is stale', () => {
      expect(() => persistenceOver(test, { heartbeatPersistMs: 150_001 })).toThrow(
        'at most half of the time',
      );
    });

    it('[GC8] heartbeats of one device in one batch are one row, the latest', async () => {
      const user = randomUUID();
      await persistence.persistDevice(user, deviceInfo());
      await Promise.all(
        [3, 1, 2].map((second) =>
          persistence.updateDeviceHeartbeat(user, 'tv', NOW_MS + second * 1_000),
        ),
      );
      expect((await persistence.repository.getDevice(user, 'tv'))?.lastSeenMs).toBe(NOW_MS + 3_000);
    });

    it('a device that is not registered is told so', async () => {
      expect(await persistence.updateDeviceHeartbeat(randomUUID(), 'tv', NOW_MS)).toBe(false);
    });

    it('[LIV6] a device that leaves in the batch of its last heartbeat is offline', async () => {
      const user = randomUUID();
      await persistence.persistDevice(user, deviceInfo());
      await Promise.all([
        persistence.updateDeviceHeartbeat(user, 'tv', NOW_MS + 1),
        persistence.persistDevice(user, deviceInfo({ isOnline: false })),
      ]);
      expect((await persistence.repository.getDevice(user, 'tv'))?.isOnline).toBe(false);
    });

    it('a device that left is online again with its next heartbeat', async () => {
      const user = randomUUID();
      await persistence.persistDevice(user, deviceInfo());
      await persistence.updateDeviceHeartbeat(user, 'tv', NOW_MS + 1);
      await persistence.persistDevice(user, deviceInfo({ isOnline: false }));
      await persistence.updateDeviceHeartbeat(user, 'tv', NOW_MS + 2);
      expect((await persistence.repository.getDevice(user, 'tv'))?.isOnline).toBe(true);
    });
  });

  it('[SEC1] a deleted device is never taken again', async () => {
    const user = randomUUID();
    await persistence.persistDevice(user, deviceInfo());
    expect(await persistence.deleteDevice(user, 'tv')).toBe(true);
    expect(await persistence.deleteDevice(user, 'tv')).toBe(false);
    expect(await persistence.persistDevice(user, deviceInfo()).catch(codeOf)).toBe(
      'device_revoked',
    );
    expect(await persistence.updateDeviceHeartbeat(user, 'tv', NOW_MS)).toBe(false);
    expect(await persistence.loadDevices(user)).toEqual([]);
  });

  it.each(['', 'x', "'; drop table user_progress; --", '__proto__', `${randomUUID()} `])(
    'a user id that is no UUID (%j) is refused by every call',
    async (userId) => {
      const calls = [
        persistence.persistOp(userId, setOp()),
        persistence.persistOp(userId, addOp()),
        persistence.persistDevice(userId, deviceInfo()),
        persistence.updateDeviceHeartbeat(userId, 'tv', NOW_MS),
        persistence.loadWatchlistState(userId),
        persistence.loadProgressState(userId),
        persistence.loadDevices(userId),
      ];
      const codes = await Promise.all(calls.map((call) => call.catch(codeOf)));
      expect(codes).toEqual(calls.map(() => 'invalid_user_id'));
    },
  );

  it.each(['', 'x', "'; drop table user_watchlists; --", '__proto__', `${randomUUID()}x`])(
    'a tag that is no UUID (%j) is refused by every call, and nothing is stored',
    async (tag) => {
      const user = randomUUID();
      const set = new ORSet();
      set.add('film-1', tag, { timestamp: at(0), deviceId: 'tv' });
      const calls = [
        persistence.persistOp(user, addOp({ tag })),
        persistence.persistOp(user, removeOp({ tags: [randomUUID(), tag] })),
        persistence.persistWatchlist(user, set),
        persistence.repository.addWatchlistItem(user, addOp({ tag })),
      ];
      const codes = await Promise.all(calls.map((call) => call.catch(codeOf)));
      expect(codes).toEqual(calls.map(() => 'invalid_tag'));
      expect((await persistence.loadWatchlistState(user)).entryCount).toBe(0);
    },
  );

  it('an op of a kind that does not exist is refused', async () => {
    const op = { ...addOp(), kind: 'watchlist.empty' } as unknown as WatchlistAddOp;
    expect(await persistence.persistOp(randomUUID(), op).catch(codeOf)).toBe('invalid_request');
  });

  it('one spelling of a user id is the other: upper case is the same user', async () => {
    const user = randomUUID();
    await persistence.persistOp(user.toUpperCase(), addOp());
    expect((await persistence.loadWatchlistState(user)).size).toBe(1);
  });

  it('[GC7] stop flushes what is queued and then closes the database', async () => {
    const user = randomUUID();
    let closed = false;
    const stopping = new SyncPersistence({
      ...test.database,
      close: async () => {
        closed = true;
      },
    });
    const acks = Array.from({ length: 50 }, (_, index) =>
      stopping.persistOp(user, setOp({ contentId: `film-${index}` })),
    );
    await stopping.stop();
    expect(resultsOf(await Promise.all(acks))).toEqual(acks.map(() => 'applied'));
    expect(closed).toBe(true);
    expect(await stopping.persistOp(user, setOp()).catch(codeOf)).toBe('shutting_down');
    expect((await persistence.loadProgressState(user)).size).toBe(50);
  });
});

describe('SyncPersistence while PostgreSQL misbehaves', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await POSTGRES.open({ writers: 1 });
  });
  afterAll(async () => {
    await test.destroy();
  });

  it('[GC1] [GC2] no ack while the commit waits, and those who come meanwhile share the next', async () => {
    const user = randomUUID();
    const events: number[] = [];
    const persistence = persistenceOver(test, {
      observer: { committed: ({ rows }) => events.push(rows) },
    });
    await persistence.persistOp(user, setOp({ contentId: 'held' }));
    await using blocker = await holdRows(user);
    let acked = false;
    const held = persistence
      .persistOp(user, setOp({ contentId: 'held', timestamp: at(5) }))
      .then(() => (acked = true));
    await blockedBy(test, blocker);
    const others = Array.from({ length: 20 }, (_, index) =>
      persistence.persistOp(user, setOp({ contentId: `film-${index}` })),
    );
    await blockedBy(test, blocker);
    expect(acked).toBe(false);
    await blocker.query('commit');
    await Promise.all([held, ...others]);
    expect(events).toEqual([1, 1, 20]);
    await persistence.stop();
  });

  it('[GC6] a connection that is cut in the middle of a commit costs no change', async () => {
    const user = randomUUID();
    const retries: string[] = [];
    const persistence = persistenceOver(test, {
      observer: { retried: ({ code }) => retries.push(code) },
    });
    await persistence.persistOp(user, setOp({ contentId: 'held' }));
    await using blocker = await holdRows(user);
    const ack = persistence.persistOp(user, setOp({ contentId: 'held', timestamp: at(5) }));
    const waitingPid = await blockedBy(test, blocker);
    await blocker.query('select pg_terminate_backend($1::integer)', [waitingPid]);
    await blocker.query('commit');
    expect((await ack).result).toBe('applied');
    expect(retries.length).toBeGreaterThan(0);
    await persistence.stop();
  });

  /** A transaction on a connection of its own that keeps writers off this user's registers. */
  async function holdRows(user: string) {
    const blocker = await test.connect();
    await blocker.query('begin');
    await blocker.query(
      'update cuepoint.user_progress set state = state where user_id = $1::uuid',
      [user],
    );
    return blocker;
  }
});
