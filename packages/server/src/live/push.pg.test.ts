import { randomUUID } from 'node:crypto';
import { CuepointError, PUSHES_IN_FLIGHT_MAX, timestampToText } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import type { OpPersistence } from '../writes/write-deps.ts';
import { overriding } from '../testing/gate.ts';
import { holdCommits } from '../testing/hold-commits.ts';
import type { RawClient } from '../testing/raw-client.ts';
import type { Down } from '../../../../test/support/live/down-messages.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';

let persistOp: OpPersistence['persistOp'] | undefined;
let live: TestLive;
let elsewhere: TestLive;
let narrow: TestLive;
beforeAll(async () => {
  const databaseUrl = inject('postgresUrl');
  const bus = createMemoryBus();
  live = await createTestLive({
    databaseUrl,
    feed: createMemoryFeed({ bus }),
    wrap: ({ persistence }) => ({
      persistence: overriding(persistence, {
        persistOp: (userId, op, options) =>
          persistOp === undefined
            ? persistence.persistOp(userId, op, options)
            : persistOp(userId, op, options),
      }),
    }),
  });
  const { schema } = live.api.database;
  elsewhere = await createTestLive({ databaseUrl, schema, feed: createMemoryFeed({ bus }) });
  narrow = await createTestLive({
    databaseUrl,
    // Long enough for a busy machine to hand the op to a writer first.
    env: { CUEPOINT_ACK_TIMEOUT_MS: '1000', CUEPOINT_BACKLOG_MAX: '2' },
  });
});
afterAll(async () => {
  await Promise.all([elsewhere.close(), narrow.close()]);
  await live.close();
});

const add = (contentId: string, tag: string = randomUUID(), atMs = Date.now()) => ({
  kind: 'watchlist.add',
  contentId,
  tag,
  timestamp: timestampToText({ physical: atMs, logical: 0 }),
});
const progress = (contentId: string, positionSeconds: number, atMs = Date.now()) => ({
  kind: 'progress.set',
  contentId,
  positionSeconds,
  durationSeconds: 100,
  state: 'playing',
  timestamp: timestampToText({ physical: atMs, logical: 0 }),
});

function push(client: RawClient, id: string, ops: readonly unknown[]): void {
  client.send({ type: 'push', id, ops });
}

/** Everything that was sent to it before has arrived. */
async function upToDate(...clients: RawClient[]): Promise<void> {
  for (const client of clients) {
    push(client, 'up-to-date', []);
    await client.take('ack');
  }
}

function contentsTold(client: RawClient): string[] {
  return client.received.flatMap((message) =>
    message.type === 'changes' ? message.ops.flatMap(({ contentId }) => contentId ?? []) : [],
  );
}

/** Two devices of a new user here, and one on the other instance. */
async function threeDevices(): Promise<[RawClient, RawClient, RawClient]> {
  const user = await live.api.createUser();
  return [
    await live.greet(user, 'tv'),
    await live.greet(user, 'phone'),
    await elsewhere.greet(user, 'tablet'),
  ];
}

describe('a push', () => {
  it('[LIV1] is acknowledged, and told to others, after its commit and never before', async () => {
    const [tv, phone, tablet] = await threeDevices();
    const held = await holdCommits(live.api);
    push(tv, 'p1', [add('film')]);
    await held.untilWaiting(1);
    await upToDate(tv, phone, tablet);
    expect([tv.count('ack'), phone.count('changes'), tablet.count('changes')]).toEqual([1, 0, 0]);
    await held.release();
    expect(await tv.take('ack')).toEqual({
      type: 'ack',
      id: 'p1',
      results: [{ result: 'applied' }],
    });
    for (const other of [phone, tablet]) {
      const { ops } = await other.take('changes');
      expect(ops).toMatchObject([{ kind: 'watchlist.add', contentId: 'film', deviceId: 'tv' }]);
    }
    await upToDate(tv);
    expect(tv.count('changes')).toBe(0);
  });

  it('[LIV1] that fails is heard of by nobody', async () => {
    const [tv, phone, tablet] = await threeDevices();
    persistOp = () =>
      Promise.reject(
        new CuepointError('storage_failed', 'The database refused.', { retryAfterMs: 70 }),
      );
    push(tv, 'p1', [add('film')]);
    expect(await tv.take('error')).toMatchObject({
      code: 'storage_failed',
      id: 'p1',
      retryAfterMs: 70,
    });
    persistOp = undefined;
    await upToDate(tv, phone, tablet);
    expect([tv.count('ack'), phone.count('changes'), tablet.count('changes')]).toEqual([1, 0, 0]);
  });

  it('[LIV1] that meets a bug of ours says so, and the session goes on', async () => {
    const [tv] = await threeDevices();
    persistOp = () => Promise.reject(new TypeError('of ours'));
    push(tv, 'p1', [add('film')]);
    expect(await tv.take('error')).toMatchObject({ code: 'internal', id: 'p1' });
    persistOp = undefined;
    push(tv, 'p1', [add('film')]);
    expect((await tv.take('ack')).results).toEqual([{ result: 'applied' }]);
  });

  it('has a result for each op in its place, and a bad one blocks none of the others', async () => {
    const [tv, phone] = await threeDevices();
    const stored = progress('seen', 50);
    push(tv, 'p1', [stored]);
    await tv.take('ack');
    await phone.take('changes');
    push(tv, 'p2', [
      add('good'),
      { ...add('bad'), contentId: '..' },
      7,
      stored,
      progress('seen', 10, 1),
      add('ahead', randomUUID(), Date.now() + 3_600_000),
      { ...add('of another'), deviceId: 'phone' },
      progress('good', 1),
    ]);
    const { results, serverTime } = await tv.take('ack');
    expect(results).toMatchObject([
      { result: 'applied' },
      { result: 'rejected', code: 'invalid_content_id' },
      { result: 'rejected', code: 'invalid_request' },
      { result: 'duplicate' },
      { result: 'superseded', winner: { positionSeconds: 50, deviceId: 'tv' } },
      { result: 'rejected', code: 'clock_ahead' },
      { result: 'rejected', code: 'device_mismatch' },
      { result: 'applied' },
    ]);
    expect(Math.abs((serverTime ?? 0) - Date.now())).toBeLessThan(60_000);
    // A duplicate as well: its first try may have died before it told anyone.
    await phone.until(() => contentsTold(phone).length >= 4, 'told of all');
    expect(contentsTold(phone).sort()).toEqual(['good', 'good', 'seen', 'seen']);
  });

  it('[SEC3] past those in flight is refused by name, and the others are answered', async () => {
    const [tv] = await threeDevices();
    const held = await holdCommits(live.api);
    for (let index = 0; index <= PUSHES_IN_FLIGHT_MAX; index += 1) {
      push(tv, `p${index}`, [progress('film', index, Date.now() + index)]);
    }
    expect(await tv.take('error')).toMatchObject({
      code: 'limit_exceeded',
      id: `p${PUSHES_IN_FLIGHT_MAX}`,
      limit: { name: 'pushesInFlight', value: PUSHES_IN_FLIGHT_MAX },
      retryAfterMs: 100,
    });
    await held.release();
    await tv.until(() => tv.count('ack') === PUSHES_IN_FLIGHT_MAX, 'told of all acks');
    await upToDate(tv);
  });

  it('[GC5] whose commit takes too long, or finds no room, may come again: others hear then', async () => {
    const user = await narrow.api.createUser();
    const [tv, phone] = [await narrow.greet(user, 'tv'), await narrow.greet(user, 'phone')];
    await tv.until(() => tv.count('presence') >= 2, 'told of the phone');
    // The presence of the two is stored like a write: on a busy machine it may still fill what room there is.
    do push(tv, 'first', [add('first')]);
    while ((await tv.take('ack', 'error')).type === 'error');
    await phone.until(() => contentsTold(phone).includes('first'), 'told of the first');
    const told = phone.count('changes');
    const held = await holdCommits(narrow.api);
    const op = add('film');
    push(tv, 'slow', [op]);
    await held.untilWaiting(1, () => tv.received.slice(-3));
    // There is room for one more at most.
    for (const id of ['full-1', 'full-2']) push(tv, id, [add(id)]);
    expect(await tv.take('error')).toMatchObject({
      code: 'overloaded',
      id: expect.stringMatching(/^full/),
    });
    let unknown: Down<'error'>;
    do {
      unknown = await tv.take('error');
    } while (unknown.id !== 'slow');
    expect(unknown).toMatchObject({ code: 'outcome_unknown', id: 'slow' });
    expect(unknown.retryAfterMs).toBeGreaterThan(0);
    await upToDate(phone);
    expect(phone.count('changes')).toBe(told);
    await held.release();
    let results: unknown;
    do {
      push(tv, 'again', [op]);
      const answer = await tv.take('ack', 'error');
      results = answer.type === 'ack' ? answer.results : undefined;
    } while (results === undefined);
    // Stored by then, or in one batch with the first try.
    expect(results).toEqual([{ result: expect.stringMatching(/^(applied|duplicate)$/) }]);
    await phone.until(() => contentsTold(phone).includes('film'), 'told of the film');
  });

  it('of a remove that was stored in part makes everyone pull', async () => {
    const [tv, phone, tablet] = await threeDevices();
    persistOp = () => Promise.resolve({ result: 'rejected', code: 'change_refused' });
    push(tv, 'p1', [
      {
        kind: 'watchlist.remove',
        contentId: 'film',
        tags: [randomUUID(), randomUUID()],
        timestamp: timestampToText({ physical: Date.now(), logical: 0 }),
      },
    ]);
    expect((await tv.take('ack')).results).toMatchObject([{ result: 'rejected' }]);
    persistOp = undefined;
    for (const each of [tv, phone, tablet]) {
      expect(await each.take('changes')).toMatchObject({ ops: [], resync: false, more: false });
    }
  });
});

describe('a write over HTTP', () => {
  it('[LIV1] is told to every socket of its user, and to no other user', async () => {
    const user = await live.api.createUser();
    const [tv, tablet] = [await live.greet(user, 'tv'), await elsewhere.greet(user, 'tablet')];
    const stranger = await live.greet(await live.api.createUser(), 'tv');
    await user.call('PUT', '/watchlist/film', { device: 'tv' });
    for (const each of [tv, tablet]) {
      expect((await each.take('changes')).ops).toMatchObject([
        { kind: 'watchlist.add', contentId: 'film', deviceId: 'tv' },
      ]);
    }
    await upToDate(stranger);
    expect(stranger.count('changes')).toBe(0);
  });
});
