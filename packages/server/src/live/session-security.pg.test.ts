import { CuepointError } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import type { TokenVerifier } from '../auth/token-verifier.ts';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import { Gate, overriding } from '../testing/gate.ts';
import type { RawClient } from '../testing/raw-client.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';
import { LEAVE_GRACE_MS } from './limits.ts';

const clock = new ManualClock();
const reads = new Gate();
let verifyFailure: CuepointError | undefined;
let live: TestLive;
let elsewhere: TestLive;
beforeAll(async () => {
  const databaseUrl = inject('postgresUrl');
  const bus = createMemoryBus();
  live = await createTestLive({
    databaseUrl,
    clock,
    feed: createMemoryFeed({ bus }),
    wrap: ({ repository, verifier }) => ({
      repository: overriding(repository, {
        async readChanges(userId, request) {
          const page = await repository.readChanges(userId, request);
          await reads.pass();
          return page;
        },
      }),
      verifier: { verify: (token) => failing(verifier, token) },
    }),
  });
  const { schema } = live.api.database;
  elsewhere = await createTestLive({ databaseUrl, clock, schema, feed: createMemoryFeed({ bus }) });
});
afterAll(async () => {
  await elsewhere.close();
  await live.close();
});

function failing(verifier: TokenVerifier, token: string): ReturnType<TokenVerifier['verify']> {
  return verifyFailure === undefined ? verifier.verify(token) : Promise.reject(verifyFailure);
}

/** It still takes what it is sent. */
async function isAlive(client: RawClient): Promise<boolean> {
  client.send({ type: 'push', id: 'alive', ops: [] });
  return (await client.take('ack')).id === 'alive';
}

describe('a renewal', () => {
  it('[SEC1] carries a session past the expiry of its first token', async () => {
    const user = await live.api.createUser();
    const [renewed, lapsed] = [await live.greet(user, 'tv'), await live.greet(user, 'phone')];
    renewed.send({
      type: 'renew',
      token: await live.token({ userId: user.userId, ttlSeconds: 1_200 }),
    });
    expect(await isAlive(renewed)).toBe(true);
    await advanceHeard([renewed, lapsed], 598_000);
    expect([renewed.closed, lapsed.closed]).toEqual([undefined, undefined]);
    await clock.advance(3_000);
    expect(await lapsed.take('error')).toMatchObject({ code: 'unauthenticated' });
    expect(await lapsed.untilClosed()).toMatchObject({ code: 4401 });
    expect(await isAlive(renewed)).toBe(true);
    expect(renewed.count('error')).toBe(0);
    await advanceHeard([renewed], 600_000);
    expect(await renewed.untilClosed()).toMatchObject({ code: 4401 });
  });

  it('[SEC1] by the token of another user or device, or by an expired one, ends the session', async () => {
    const user = await live.api.createUser();
    const { userId } = user;
    const tokens = [
      (await live.api.createUser()).token,
      await live.token({ userId, deviceId: 'phone' }),
      await live.token({ userId, ttlSeconds: -60 }),
      'no.token.at-all',
    ];
    for (const token of tokens) {
      const client = await live.greet(user, 'tv');
      client.send({ type: 'renew', token });
      expect(await client.take('error')).toMatchObject({ code: 'unauthenticated' });
      expect(await client.untilClosed()).toMatchObject({ code: 4401 });
    }
  });

  it('[SEC1] keeps a session bound to its device', async () => {
    const user = await live.api.createUser({ deviceId: 'tv' });
    const { userId } = user;
    const client = await live.greet(user, 'tv');
    client.send({ type: 'renew', token: await live.token({ userId, deviceId: 'tv' }) });
    expect(await isAlive(client)).toBe(true);
    client.send({ type: 'renew', token: await live.token({ userId }) });
    expect(await client.untilClosed()).toMatchObject({ code: 4401 });
  });

  it('[SEC1] may bind a session to its device that was not', async () => {
    const user = await live.api.createUser();
    const client = await live.greet(user, 'tv');
    const token = await live.token({ userId: user.userId, deviceId: 'tv' });
    client.send({ type: 'renew', token });
    expect(await isAlive(client)).toBe(true);
    await client.close();
  });

  it('[SEC1] while the key set is out of reach leaves the old token good', async () => {
    const client = await live.greet(await live.api.createUser(), 'tv');
    verifyFailure = new CuepointError('overloaded', 'No key set.', { retryAfterMs: 2_000 });
    client.send({ type: 'renew', token: 'any' });
    expect(await client.take('error')).toMatchObject({ code: 'overloaded', retryAfterMs: 2_000 });
    verifyFailure = undefined;
    expect(await isAlive(client)).toBe(true);
    await client.close();
  });
});

describe('a device that is removed', () => {
  it('[SEC1] has its sockets closed at once, on every instance; the others stay', async () => {
    const user = await live.api.createUser();
    const clients = {
      here: await live.greet(user, 'here'),
      there: await elsewhere.greet(user, 'there'),
      other: await live.greet(user, 'other'),
    };
    await untilRegistered(user.userId, 3);
    for (const [deviceId, client] of [
      ['here', clients.here],
      ['there', clients.there],
    ] as const) {
      expect((await user.call('DELETE', `/devices/${deviceId}`)).status).toBe(204);
      expect(await client.take('error')).toMatchObject({ code: 'device_revoked' });
      expect(await client.untilClosed()).toMatchObject({ code: 4403 });
    }
    expect(await isAlive(clients.other)).toBe(true);
    await clock.advance(LEAVE_GRACE_MS + 2_000);
    const told = clients.other.received.flatMap((message) =>
      message.type === 'presence' ? message.devices : [],
    );
    expect(told.findLast(({ deviceId }) => deviceId === 'here')?.state).toBe('removed');
    await clients.other.close();
  });

  it('[SEC1] while its hello is being answered is not welcomed', async () => {
    const user = await live.api.createUser();
    const body = { deviceType: 'TV', platform: 'Tizen', appVersion: '1' };
    await user.call('PUT', '/devices/tv', { body });
    reads.close();
    const client = await live.open();
    client.hello(user.token, 'tv');
    await reads.untilWaiting(1);
    await user.call('DELETE', '/devices/tv');
    reads.open();
    expect(await client.untilClosed()).toMatchObject({ code: 4403 });
    expect(client.count('welcome')).toBe(0);
  });
});

describe('a user who is erased', () => {
  it('[SEC1] has every socket closed on every instance, and nothing is written after it', async () => {
    const user = await live.api.createUser();
    const clients = [await live.greet(user, 'tv'), await elsewhere.greet(user, 'phone')];
    await untilRegistered(user.userId, 2);
    expect((await user.call('DELETE', '/user')).status).toBe(204);
    for (const client of clients) {
      expect(await client.take('error')).toMatchObject({ code: 'user_erased' });
      expect(await client.untilClosed()).toMatchObject({ code: 4410 });
    }
    await Promise.all([live.untilIdle(), elsewhere.untilIdle()]);
    await clock.advance(2 * LEAVE_GRACE_MS);
    expect(await countDevices(user.userId)).toBe(0);
  });
});

/** Moves time on with all of them heard of, so that none counts as silent. */
async function advanceHeard(clients: readonly RawClient[], ms: number): Promise<void> {
  const stepMs = 20_000;
  for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
    for (const client of clients) client.send({ type: 'heartbeat' });
    await clock.advance(Math.min(stepMs, ms - passedMs));
  }
}

async function countDevices(userId: string): Promise<number> {
  const { database } = live.api;
  const { rows } = await database.execute<{ count: number }>(
    `select count(*)::integer as count from ${database.schema}.user_devices where user_id = $1`,
    [userId],
  );
  return rows[0]?.count ?? 0;
}

/** A session is registered after its welcome. */
async function untilRegistered(userId: string, count: number): Promise<void> {
  while ((await countDevices(userId)) < count);
}
