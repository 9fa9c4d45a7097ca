import { CuepointError } from '@cuepoint/core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { Replica } from '../../../../test/support/replica.ts';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import { pushOverHttp, variedOps } from '../testing/fill.ts';
import { Gate, overriding } from '../testing/gate.ts';
import type { TestUser } from '../testing/test-api.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';
import { CHANGES_PER_MESSAGE } from './limits.ts';

const clock = new ManualClock();
const reads = new Gate();
const subscriptions = new Gate();
/** What was done for hellos, in order. */
let steps: string[] = [];
let failReads: Error | undefined;
let live: TestLive;
let elsewhere: TestLive;
beforeAll(async () => {
  const databaseUrl = inject('postgresUrl');
  const bus = createMemoryBus();
  const feed = createMemoryFeed({ bus });
  live = await createTestLive({
    databaseUrl,
    clock,
    feed: overriding(feed, {
      async subscribe(userId, listener) {
        await subscriptions.pass();
        steps.push('subscribed');
        return feed.subscribe(userId, listener);
      },
    }),
    wrap: ({ repository }) => ({
      repository: overriding(repository, {
        async readChanges(userId, request) {
          steps.push('read');
          if (failReads !== undefined) throw failReads;
          const page = await repository.readChanges(userId, request);
          await reads.pass();
          return page;
        },
      }),
    }),
  });
  const { schema } = live.api.database;
  elsewhere = await createTestLive({ databaseUrl, clock, schema, feed: createMemoryFeed({ bus }) });
});
afterEach(() => {
  steps = [];
  failReads = undefined;
});
afterAll(async () => {
  await elsewhere.close();
  await live.close();
});

/** The whole state, read at once. */
async function storedLines({ userId }: TestUser): Promise<string[]> {
  const replica = new Replica();
  const { ops } = await elsewhere.api.parts.repository.readChanges(userId, { limit: 5_000 });
  for (const op of ops) replica.apply(op);
  return replica.lines();
}

describe('a welcome', () => {
  it('[CUR2] without a cursor is the whole state in pages, tombstones included', async () => {
    const user = await live.api.createUser();
    await pushOverHttp(user, variedOps(2 * CHANGES_PER_MESSAGE + 10));
    const client = await live.greet(user, 'tv');
    const pages = [await client.take('welcome'), ...client.received.slice(1, 3)];
    expect(pages).toMatchObject([
      { type: 'welcome', resync: true, more: true },
      { type: 'changes', resync: true, more: true },
      { type: 'changes', resync: true, more: false },
    ]);
    expect(pages.map((page) => 'cursor' in page)).toEqual([false, false, true]);
    await client.close();
    const device = await live.connect(user, 'phone');
    expect(device.stored.lines()).toEqual(await storedLines(user));
    expect(device.stored.lines()).toHaveLength(2 * CHANGES_PER_MESSAGE + 10);
    expect(device.errors).toEqual([]);
    await device.leave();
  });

  it('[CUR1] with a cursor is what changed since, and another cursor', async () => {
    const user = await live.api.createUser();
    await pushOverHttp(user, variedOps(40));
    const first = await live.greet(user, 'tv');
    const { cursor } = await first.take('welcome');
    await first.close();
    await user.call('PUT', '/watchlist/new');
    await user.call('DELETE', '/watchlist/content%200');
    const second = await live.greet(user, 'tv', { cursor: cursor ?? '' });
    const welcome = await second.take('welcome');
    expect(welcome).toMatchObject({ resync: false, more: false });
    expect(welcome.changes.map(({ kind, contentId }) => `${kind} ${contentId}`).sort()).toEqual([
      'watchlist.add new',
      'watchlist.remove content 0',
    ]);
    await second.close();
    const third = await live.greet(user, 'tv', { cursor: welcome.cursor ?? '' });
    expect(await third.take('welcome')).toMatchObject({ changes: [], resync: false });
    await third.close();
  });

  it('[CUR2] with a cursor that is no longer good is the whole state', async () => {
    const user = await live.api.createUser();
    await pushOverHttp(user, variedOps(4));
    const first = await live.greet(user, 'tv');
    const { cursor } = await first.take('welcome');
    await first.close();
    expect((await user.call('DELETE', '/user')).status).toBe(204);
    const second = await live.greet(user, 'tv', { cursor: cursor ?? '' });
    expect(await second.take('welcome')).toMatchObject({ changes: [], resync: true, more: false });
    await second.close();
  });

  it('with a text that is no cursor ends the session', async () => {
    const { token } = await live.api.createUser();
    const client = await live.open();
    client.hello(token, 'tv', { cursor: 'yesterday' });
    expect(await client.take('error')).toMatchObject({ code: 'invalid_cursor' });
    expect(await client.untilClosed()).toMatchObject({ code: 4400 });
    expect(client.count('welcome')).toBe(0);
  });

  it('that the database is away for says when to come back', async () => {
    const { token } = await live.api.createUser();
    failReads = new CuepointError('database_unavailable', 'Away.', { retryAfterMs: 1_500 });
    const client = await live.open();
    client.hello(token, 'tv');
    expect(await client.take('error')).toMatchObject({
      code: 'database_unavailable',
      retryAfterMs: 1_500,
    });
    expect(await client.untilClosed()).toEqual({ code: 4503, reason: 'retryAfterMs=1500' });
  });

  it('that meets a bug of ours says so, and nothing of it is left', async () => {
    await live.untilIdle();
    const { token } = await live.api.createUser();
    failReads = new TypeError('of ours');
    const client = await live.open();
    client.hello(token, 'tv');
    expect(await client.take('error')).toMatchObject({ code: 'internal' });
    expect(await client.untilClosed()).toMatchObject({ code: 4500 });
    await live.untilIdle();
  });
});

describe('a change that commits during a welcome', () => {
  it('[LIV9] is subscribed to before anything is read', async () => {
    const user = await live.api.createUser();
    subscriptions.close();
    const client = await live.open();
    client.hello(user.token, 'tv');
    await subscriptions.untilWaiting(1);
    expect(steps).toEqual([]);
    subscriptions.open();
    await client.take('presence');
    expect(steps).toEqual(['subscribed', 'read']);
    await client.close();
  });

  it.each([
    ['here', () => live],
    ['on another instance', () => elsewhere],
  ])('[LIV9] %s, after its read, arrives after the last page', async (_where, writer) => {
    const user = await live.api.createUser();
    await pushOverHttp(user, variedOps(CHANGES_PER_MESSAGE + 1));
    reads.close();
    const client = await live.open();
    client.hello(user.token, 'tv');
    await reads.untilWaiting(1);
    const { status } = await writer().api.call('PUT', '/watchlist/late', { token: user.token });
    expect(status).toBe(201);
    reads.passAll();
    await client.take('welcome');
    await reads.untilWaiting(1);
    reads.open();
    expect(await client.take('changes')).toMatchObject({ more: false });
    const late = await client.take('changes');
    expect(late).toMatchObject({ ops: [{ kind: 'watchlist.add', contentId: 'late' }] });
    expect(late).not.toHaveProperty('more');
    await client.close();
  });

  it('[LIV2] makes it read again when the feed has dropped it and says so', async () => {
    const user = await live.api.createUser();
    reads.close();
    const client = await live.open();
    client.hello(user.token, 'tv');
    await reads.untilWaiting(1);
    await elsewhere.api.call('PUT', '/watchlist/late', { token: user.token });
    elsewhere.api.parts.feed.publish(user.userId, { kind: 'pull' });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    reads.open();
    expect(await client.take('welcome')).toMatchObject({ changes: [], more: false });
    expect(await client.take('changes')).toMatchObject({
      ops: [{ contentId: 'late' }],
      resync: false,
      more: false,
    });
    await client.take('presence');
    expect(steps.filter((step) => step === 'read')).toHaveLength(2);
    await client.close();
  });
});
