import { timestampToText } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import { Gate, overriding } from '../testing/gate.ts';
import { RawClient } from '../testing/raw-client.ts';
import type { TestUser } from '../testing/test-api.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';
import { HELLOS_AT_ONCE_MAX } from './limits.ts';

const clock = new ManualClock();
const bus = createMemoryBus();
const reads = new Gate();
let readsNow = 0;
let readsAtOnce = 0;
let live: TestLive;
beforeAll(async () => {
  live = await createTestLive({
    databaseUrl: inject('postgresUrl'),
    clock,
    feed: createMemoryFeed({ bus }),
    wrap: ({ repository }) => ({
      repository: overriding(repository, {
        async readChanges(userId, request) {
          readsNow += 1;
          readsAtOnce = Math.max(readsAtOnce, readsNow);
          try {
            await reads.pass();
            return await repository.readChanges(userId, request);
          } finally {
            readsNow -= 1;
          }
        },
      }),
    }),
  });
});
afterAll(() => live.close());

function subscriptions(): number {
  return [...bus.members].reduce((sum, { size }) => sum + size, 0);
}

/** The row's version, which every write changes. */
async function versionOf({ userId }: TestUser, deviceId: string): Promise<string | undefined> {
  const { database } = live.api;
  const { rows } = await database.execute<{ version: string }>(
    `select xmin::text || ' ' || ctid::text as version from ${database.schema}.user_devices
     where user_id = $1 and device_id = $2`,
    [userId, deviceId],
  );
  return rows[0]?.version;
}

async function commits(): Promise<number> {
  const text = await live.api.parts.metrics.registry.metrics();
  return Number(/^cuepoint_commit_rows_count (\d+)$/m.exec(text)?.[1]);
}

async function registered(user: TestUser, deviceId: string): Promise<RawClient> {
  const client = await live.greet(user, deviceId);
  while ((await versionOf(user, deviceId)) === undefined);
  return client;
}

describe('a device that comes and goes in a loop', () => {
  it('writes nothing after its first registration, however it loses its connection', async () => {
    const user = await live.api.createUser();
    let client = await registered(user, 'tv');
    const before = { version: await versionOf(user, 'tv'), commits: await commits() };
    for (let round = 0; round < 20; round += 1) {
      client.socket.terminate();
      await client.untilClosed();
      await clock.advance(1_000);
      client = await live.greet(user, 'tv');
    }
    // A newer socket while the older one is still there.
    for (let round = 0; round < 10; round += 1) {
      const newer = await live.greet(user, 'tv');
      await client.untilClosed();
      client = newer;
    }
    await clock.advance(10_000);
    expect({ version: await versionOf(user, 'tv'), commits: await commits() }).toEqual(before);
    await client.close();
  });

  it('leaves nothing behind: no user, no subscription, no timer, no socket', async () => {
    await live.untilIdle();
    const timers = clock.timers;
    const users = await Promise.all(Array.from({ length: 5 }, () => live.api.createUser()));
    const clients: RawClient[] = [];
    for (const user of users) {
      for (const deviceId of ['a', 'b', 'c']) clients.push(await live.greet(user, deviceId));
    }
    expect(await live.held()).toEqual({ sockets: 15, users: 5 });
    expect(subscriptions()).toBe(5);
    for (const [index, client] of clients.entries()) {
      if (index % 3 === 0) client.socket.terminate();
      else await client.close();
    }
    // One that is refused, one that says nothing, and one that goes while it is being greeted.
    const refused = await live.open();
    refused.hello('no.token.at-all', 'tv');
    await refused.untilClosed();
    await (await live.open()).close();
    reads.close();
    const early = await live.open();
    early.hello(users[0]?.token ?? '', 'd');
    await reads.untilWaiting(1);
    await early.close();
    reads.open();
    await live.untilIdle();
    expect({ subscriptions: subscriptions(), timers: clock.timers }).toEqual({
      subscriptions: 0,
      timers,
    });
  });
});

describe('a herd of reconnects', () => {
  const HERD = 500;

  it('is read for few at a time, holds up no commit, and is welcomed to the last', async () => {
    await live.untilIdle();
    const user = await live.api.createUser();
    const [tv, phone] = [await live.greet(user, 'tv'), await live.greet(user, 'phone')];
    readsAtOnce = 0;
    reads.close();
    const herd = await Promise.all(
      Array.from({ length: HERD }, async () => {
        const { token } = await live.api.createUser();
        const client = await live.open();
        client.hello(token, 'tv');
        return client;
      }),
    );
    await reads.untilWaiting(HELLOS_AT_ONCE_MAX);
    // Whatever the reads of the hellos take, pushes are committed, acknowledged and told.
    for (let id = 0; id < 20; id += 1) {
      const op = {
        kind: 'progress.set',
        contentId: 'film',
        positionSeconds: id,
        durationSeconds: 100,
        state: 'playing',
        timestamp: timestampToText({ physical: id + 1, logical: 0 }),
      };
      tv.send({ type: 'push', id: `${id}`, ops: [op] });
      expect(await tv.take('ack')).toMatchObject({ id: `${id}`, results: [{ result: 'applied' }] });
      await phone.take('changes');
    }
    expect(herd.filter((client) => client.count('welcome') > 0)).toEqual([]);
    reads.open();
    for (const client of herd) await client.take('presence');
    expect(readsAtOnce).toBe(HELLOS_AT_ONCE_MAX);
    expect((await live.held()).sockets).toBe(HERD + 2);
    for (const client of herd) client.socket.terminate();
    await Promise.all([tv.close(), phone.close()]);
  });
});
