import { randomUUID } from 'node:crypto';
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import { createAuditTrail } from '../http/audit-trail.ts';
import { OP_TAILS_MAX } from '../limits.ts';
import type { TestUser } from '../testing/test-api.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';

let clock: ManualClock;
let here: TestLive;
let there: TestLive;
let admin: TestUser;
const aborts: AbortController[] = [];

beforeAll(async () => {
  clock = new ManualClock();
  const bus = createMemoryBus();
  const databaseUrl = inject('postgresUrl');
  here = await createTestLive({ databaseUrl, clock, feed: createMemoryFeed({ bus }) });
  const { schema } = here.api.database;
  there = await createTestLive({ databaseUrl, clock, schema, feed: createMemoryFeed({ bus }) });
  admin = await here.api.createUser({ scopes: ['cuepoint:admin'] });
});
afterEach(async () => {
  for (const abort of aborts.splice(0)) abort.abort();
  await here.untilIdle();
});
afterAll(async () => {
  await there.close();
  await here.close();
});

const LOOKS_MAX = 1_000;
const pathOf = (userId: string) => `/inspector/users/${userId}`;
const look = (userId: string) => admin.call('GET', pathOf(userId));

interface Tail {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The next line; undefined at the end. */
  // oxlint-disable-next-line typescript/no-explicit-any
  next(): Promise<any>;
  leave(): void;
}

async function tail(userId: string, { at = here, token = admin.token } = {}): Promise<Tail> {
  const abort = new AbortController();
  aborts.push(abort);
  const url = `${at.url.replace('ws:', 'http:').replace('/ws', '')}${pathOf(userId)}/ops`;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    // A connection of its own: one that is kept alive would hold the close of the service.
    get(url, { agent: false, headers, signal: abort.signal }, resolve).on('error', reject);
  });
  answer.on('error', () => undefined);
  const lines = createInterface({ input: answer })[Symbol.asyncIterator]();
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    async next() {
      const { done, value } = await lines.next();
      return done === true ? undefined : (JSON.parse(value) as unknown);
    },
    leave: () => abort.abort(),
  };
}

async function openTail(userId: string, options?: Parameters<typeof tail>[1]): Promise<Tail> {
  const opened = await tail(userId, options);
  expect((await opened.next()).type).toBe('open');
  return opened;
}

const textOf = (physical: number, logical = 0) =>
  `${physical.toString(16).padStart(12, '0')}-${logical.toString(16).padStart(4, '0')}`;
const set = (contentId: string, timestamp: string) => ({
  kind: 'progress.set',
  contentId,
  positionSeconds: 60,
  durationSeconds: 600,
  state: 'paused',
  timestamp,
});
const push = (user: TestUser, deviceId: string, ops: readonly object[]) =>
  user.call('POST', '/sync', { body: { deviceId, ops } });

describe('who may look at a user', () => {
  it.each(['', '/ops'])('[SEC1] users%s: an operator, and nobody else', async (rest) => {
    const user = await here.api.createUser();
    const service = await here.api.createUser({ scopes: ['cuepoint:service'] });
    const path = `${pathOf(user.userId)}${rest}`;
    expect((await here.api.call('GET', path)).body.code).toBe('unauthenticated');
    expect((await user.call('GET', path)).body).toMatchObject({ status: 403, code: 'forbidden' });
    const headers = { 'x-cuepoint-user': user.userId };
    for (const options of [{}, { headers }]) {
      expect((await service.call('GET', path, options)).body.code).toBe('forbidden');
    }
    const allowed = rest === '' ? await look(user.userId) : await openTail(user.userId);
    expect(allowed.status).toBe(200);
  });

  it('[SEC2] in development mode too it takes the scope', async () => {
    const databaseUrl = inject('postgresUrl');
    const live = await createTestLive({ databaseUrl, clock, development: true });
    const user = await live.api.createUser();
    expect((await user.call('GET', pathOf(user.userId))).body.code).toBe('forbidden');
    expect((await live.api.call('GET', pathOf(user.userId))).status).toBe(401);
    const operator = await live.api.createUser({ scopes: ['cuepoint:admin'] });
    expect((await operator.call('GET', pathOf(user.userId))).status).toBe(200);
    await live.close();
  });

  it('[SEC4] each look is in the trail: who, whose, by which route; and no more', async () => {
    const user = await here.api.createUser();
    await push(user, 'tv', [set('marker-content', textOf(1_000))]);
    const before = here.api.auditLines.length;
    await look(user.userId);
    (await openTail(user.userId)).leave();
    const lines = here.api.auditLines.slice(before);
    const looks = lines.map((line): unknown => JSON.parse(line));
    const route = '/api/v1/inspector/users/:userId';
    const [actor, userId] = [admin.userId, user.userId];
    expect(looks).toMatchObject([
      { audit: 'looks at a user', actor, userId, route },
      { audit: 'looks at a user', actor, userId, route: `${route}/ops` },
    ]);
    expect(lines.join('')).not.toContain('marker-content');
  });

  it('[SEC1] no look is answered whose line cannot be written', async () => {
    const databaseUrl = inject('postgresUrl');
    const audit = createAuditTrail(() => {
      throw new Error('the disk is full');
    }, clock.now);
    const { schema } = here.api.database;
    const live = await createTestLive({ databaseUrl, clock, schema, wrap: () => ({ audit }) });
    const options = { token: admin.token };
    expect((await live.api.call('GET', pathOf(randomUUID()), options)).body).toMatchObject({
      status: 503,
      code: 'storage_failed',
    });
    await live.close();
  });

  it('names a user by a UUID', async () => {
    expect((await look('bob')).body).toMatchObject({ status: 400, code: 'invalid_user_id' });
  });
});

describe('what is stored of a user', () => {
  it('is every tag with who added and removed it, and no row of another user', async () => {
    const [user, other] = [await here.api.createUser(), await here.api.createUser()];
    const [live, removed, unseen] = [randomUUID(), randomUUID(), randomUUID()];
    const add = (contentId: string, tag: string, at: number) => ({
      kind: 'watchlist.add',
      contentId,
      tag,
      timestamp: textOf(at),
    });
    const remove = (contentId: string, tag: string, at: number) => ({
      kind: 'watchlist.remove',
      contentId,
      tags: [tag],
      timestamp: textOf(at),
    });
    await push(user, 'tv', [add('a', live, 3_000), add('b', removed, 1_000)]);
    await push(user, 'phone', [remove('b', removed, 2_000), remove('c', unseen, 1_500)]);
    await push(other, 'tv', [add('of another', randomUUID(), 9_000)]);
    const { body, headers } = await look(user.userId.toUpperCase());
    expect(headers['cache-control']).toBe('no-store');
    const writer = (at: number, deviceId: string) => ({
      timestamp: textOf(at),
      at: new Date(at).toISOString(),
      deviceId,
    });
    expect(body.userId).toBe(user.userId);
    expect(body.watchlist).toMatchObject({ isTruncated: false });
    expect(body.watchlist.items).toMatchObject([
      { contentId: 'a', tag: live, isLive: true, added: writer(3_000, 'tv'), removed: null },
      {
        contentId: 'b',
        tag: removed,
        isLive: false,
        added: writer(1_000, 'tv'),
        removed: writer(2_000, 'phone'),
      },
      { contentId: 'c', tag: unseen, isLive: false, added: null, removed: writer(1_500, 'phone') },
    ]);
  });

  it('is every register with its stamp, a cleared one as well', async () => {
    const user = await here.api.createUser();
    await push(user, 'tv', [
      set('a', textOf(1_000, 7)),
      { kind: 'progress.clear', contentId: 'b', timestamp: textOf(2_000) },
    ]);
    const { progress } = (await look(user.userId)).body;
    expect(progress.items).toMatchObject([
      { contentId: 'b', isCleared: true, positionSeconds: null, state: null },
      {
        contentId: 'a',
        isCleared: false,
        positionSeconds: 60,
        written: { timestamp: textOf(1_000, 7), deviceId: 'tv' },
      },
    ]);
  });

  it('is its devices with presence, a revoked one too, and the sessions held here', async () => {
    const user = await here.api.createUser();
    const tv = await here.connect(user, 'tv');
    await user.call('PUT', '/devices/old', {
      body: { deviceType: 'Phone', platform: 'x', appVersion: '1' },
    });
    await user.call('DELETE', '/devices/old');
    const { devices, sessions } = (await look(user.userId)).body;
    const byId = new Map(
      devices.items.map((device: { deviceId: string }) => [device.deviceId, device]),
    );
    expect(byId.get('tv')).toMatchObject({ isOnline: true, revokedAt: null });
    expect(byId.get('old')).toMatchObject({ isOnline: false, revokedAt: expect.any(String) });
    expect(sessions).toMatchObject([
      { deviceId: 'tv', phase: 'live', hasCursor: true, pushesInFlight: 0, bytesWaiting: 0 },
    ]);
    // Dates, though a session knows its times by a monotonic clock. [OPS2]
    expect(Date.parse(sessions[0].openedAt)).toBeGreaterThan(Date.now() - 600_000);
    expect(Date.parse(sessions[0].lastHeardAt)).toBeGreaterThan(Date.now() - 600_000);
    const fromThere = await there.api.call('GET', pathOf(user.userId), { token: admin.token });
    expect(fromThere.body.sessions).toEqual([]);
    await tv.leave();
  });

  it('[SEC3] is bounded, the newest rows first, and says that there are more', async () => {
    const user = await here.api.createUser();
    for (let start = 0; start < 1_100; start += 550) {
      const ops = Array.from({ length: 550 }, (_, index) =>
        set(`film-${start + index}`, textOf(start + index + 1)),
      );
      for (let at = 0; at < ops.length; at += 100) await push(user, 'tv', ops.slice(at, at + 100));
    }
    const { progress } = (await look(user.userId)).body;
    expect(progress.isTruncated).toBe(true);
    expect(progress.items).toHaveLength(1_000);
    expect(progress.items[0].contentId).toBe('film-1099');
  });
});

describe('the live tail', () => {
  it('shows an op, and by what it won over the stored write', async () => {
    const user = await here.api.createUser();
    await push(user, 'phone', [set('film', textOf(1_000))]);
    const opened = await openTail(user.userId);
    expect(opened.headers['content-type']).toContain('application/x-ndjson');
    expect(opened.headers['cache-control']).toBe('no-store');
    await push(user, 'tv', [set('film', textOf(1_250))]);
    expect(await opened.next()).toMatchObject({
      type: 'op',
      source: 'here',
      result: 'applied',
      op: { ...set('film', textOf(1_250)), deviceId: 'tv' },
      explanation: {
        isWon: true,
        by: 'physical',
        aheadMs: 250,
        other: { timestamp: textOf(1_000), deviceId: 'phone' },
      },
    });
  });

  it('shows an op that lost, its winner and why', async () => {
    const user = await here.api.createUser();
    await push(user, 'tv', [set('film', textOf(1_000, 1))]);
    const opened = await openTail(user.userId);
    await push(user, 'phone', [set('film', textOf(1_000, 0))]);
    expect(await opened.next()).toMatchObject({
      result: 'superseded',
      winner: { timestamp: textOf(1_000, 1), deviceId: 'tv' },
      explanation: { isWon: false, by: 'counter' },
    });
    await push(user, 'a', [set('film', textOf(1_000, 1))]);
    expect(await opened.next()).toMatchObject({
      result: 'superseded',
      explanation: { isWon: false, by: 'deviceId', other: { deviceId: 'tv' } },
    });
    const body = { positionSeconds: 1, durationSeconds: 2, state: 'playing', passive: true };
    await user.call('PUT', '/progress/film', { body, device: 'web' });
    expect(await opened.next()).toMatchObject({
      result: 'superseded',
      explanation: { isWon: false, by: 'passive', other: { deviceId: 'tv' } },
    });
  });

  it('shows what another instance stored, and ops of no other user', async () => {
    const [user, other] = [await here.api.createUser(), await here.api.createUser()];
    const opened = await openTail(user.userId);
    await push(other, 'tv', [set('of another', textOf(1_000))]);
    const path = '/sync';
    const body = { deviceId: 'tv', ops: [set('film', textOf(1_000))] };
    await there.api.call('POST', path, { body, token: user.token });
    expect(await opened.next()).toMatchObject({ source: 'elsewhere', op: { contentId: 'film' } });
  });

  it('beats when nothing happens, and ends with its token', async () => {
    const user = await here.api.createUser();
    const token = await here.token({
      userId: admin.userId,
      scopes: ['cuepoint:admin'],
      ttlSeconds: 20,
    });
    const opened = await openTail(user.userId, { token });
    await clock.advance(15_000);
    expect((await opened.next()).type).toBe('heartbeat');
    await clock.advance(6_000);
    expect(await opened.next()).toEqual({ type: 'end', reason: 'expired' });
    expect(await opened.next()).toBeUndefined();
  });

  it('holds the user while it is open and lets go when its reader leaves', async () => {
    const user = await here.api.createUser();
    const opened = await openTail(user.userId);
    expect((await here.held()).users).toBe(1);
    opened.leave();
    // Time stands still: only the reader can have ended it.
    for (let looks = 0; (await here.held()).users > 0; looks += 1) {
      if (looks > LOOKS_MAX) throw new Error('the user is still held');
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  });

  it('[SEC3] is one of few: the next one is refused with the limit, until one ends', async () => {
    const user = await here.api.createUser();
    const tails: Tail[] = [];
    for (let count = 0; count < OP_TAILS_MAX; count += 1) tails.push(await openTail(user.userId));
    const refused = await admin.call('GET', `${pathOf(user.userId)}/ops`);
    expect(refused.body).toMatchObject({
      status: 503,
      code: 'overloaded',
      limit: { name: 'opTails', value: OP_TAILS_MAX },
    });
    for (const opened of tails) opened.leave();
    await here.untilIdle();
    expect((await openTail(user.userId)).status).toBe(200);
  });

  it('[LIV5] ends when the service stops, which does not wait for its reader', async () => {
    const databaseUrl = inject('postgresUrl');
    const live = await createTestLive({ databaseUrl });
    const operator = await live.api.createUser({ scopes: ['cuepoint:admin'] });
    const opened = await openTail(randomUUID(), { at: live, token: operator.token });
    const closing = live.close();
    expect(await opened.next()).toEqual({ type: 'end', reason: 'stopping' });
    await closing;
  });
});
