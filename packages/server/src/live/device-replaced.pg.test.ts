import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import { Gate, overriding } from '../testing/gate.ts';
import type { RawClient } from '../testing/raw-client.ts';
import type { TestUser } from '../testing/test-api.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';

const clock = new ManualClock();
let here: Instance;
let there: Instance;

interface Instance {
  readonly live: TestLive;
  /** What every hello waits at after its read. */
  readonly reads: Gate;
}

async function open(bus: ReturnType<typeof createMemoryBus>, schema?: string): Promise<Instance> {
  const reads = new Gate();
  const live = await createTestLive({
    databaseUrl: inject('postgresUrl'),
    clock,
    feed: createMemoryFeed({ bus }),
    ...(schema === undefined ? {} : { schema }),
    wrap: ({ repository }) => ({
      repository: overriding(repository, {
        async readChanges(userId, request) {
          const page = await repository.readChanges(userId, request);
          await reads.pass();
          return page;
        },
      }),
    }),
  });
  return { live, reads };
}

beforeAll(async () => {
  const bus = createMemoryBus();
  here = await open(bus);
  there = await open(bus, here.live.api.database.schema);
});
afterAll(async () => {
  await there.live.close();
  await here.live.close();
});

async function startHello({ live, reads }: Instance, user: TestUser): Promise<RawClient> {
  const waiting = reads.waiting;
  const client = await live.open();
  client.hello(user.token, 'tv');
  await reads.untilWaiting(waiting + 1);
  return client;
}

/** One of them is closed as replaced, and the other one goes on. */
async function expectReplaced(older: RawClient, newer: RawClient): Promise<void> {
  expect(await older.take('error')).toMatchObject({ code: 'device_replaced' });
  expect(await older.untilClosed()).toMatchObject({ code: 4409 });
  newer.send({ type: 'push', id: 'alive', ops: [] });
  await newer.take('ack');
  expect(newer.closed).toBeUndefined();
}

describe('a device that opens a newer socket', () => {
  it.each([
    ['the same instance', () => here],
    ['another instance', () => there],
  ])('on %s has the older closed', async (_where, at) => {
    const user = await here.live.api.createUser();
    const older = await here.live.greet(user, 'tv');
    const other = await here.live.greet(user, 'phone');
    await clock.advance(1);
    const newer = await at().live.greet(user, 'tv');
    await expectReplaced(older, newer);
    expect(other.closed).toBeUndefined();
    await Promise.all([newer.close(), other.close()]);
  });

  it('is replaced by the socket that came last, although the clock stands still', async () => {
    const user = await here.live.api.createUser();
    const sockets: RawClient[] = [];
    for (let count = 0; count < 5; count += 1) sockets.push(await here.live.greet(user, 'tv'));
    const last = sockets.pop() as RawClient;
    for (const socket of sockets) {
      expect(await socket.untilClosed()).toMatchObject({ code: 4409 });
    }
    expect(last.closed).toBeUndefined();
    await last.close();
  });

  it('is not told that it is offline while it moves, nor are its others', async () => {
    const user = await here.live.api.createUser();
    const older = await here.live.greet(user, 'tv');
    const other = await here.live.greet(user, 'phone');
    await other.until(() => other.received.length > 1, 'told of something');
    await clock.advance(1);
    const newer = await there.live.greet(user, 'tv');
    await older.untilClosed();
    await clock.advance(10_000);
    const states = other.received.flatMap((message) =>
      message.type === 'presence'
        ? message.devices.filter(({ deviceId }) => deviceId === 'tv').map(({ state }) => state)
        : [],
    );
    expect(new Set(states)).not.toContain('offline');
    await Promise.all([newer.close(), other.close()]);
  });
});

describe('two sockets of a device that open at one time', () => {
  it.each([
    ['the earlier is welcomed first', true],
    ['the later is welcomed first', false],
  ])('on two instances leave the later one: %s', async (_order, isEarlierFirst) => {
    const user = await here.live.api.createUser();
    for (const { reads } of [here, there]) reads.close();
    const earlier = await startHello(here, user);
    await clock.advance(5);
    const later = await startHello(there, user);
    const order = isEarlierFirst ? ([here, there] as const) : ([there, here] as const);
    const [first] = isEarlierFirst ? [earlier] : [later];
    order[0].reads.open();
    await first?.take('presence');
    order[1].reads.open();
    await expectReplaced(earlier, later);
    await later.close();
  });

  it('on two instances in the same ms leave exactly one', async () => {
    for (let round = 0; round < 4; round += 1) {
      const user = await here.live.api.createUser();
      for (const { reads } of [here, there]) reads.close();
      const sockets = [await startHello(here, user), await startHello(there, user)];
      for (const { reads } of [here, there]) reads.open();
      const both = sockets as [RawClient, RawClient];
      await Promise.race(both.map((socket) => socket.untilClosed()));
      const [closed, stayed] = both[0].closed === undefined ? both.toReversed() : both;
      await expectReplaced(closed as RawClient, stayed as RawClient);
      await stayed?.close();
    }
  });

  it('on one instance leave the later one, whichever is welcomed first', async () => {
    const user = await here.live.api.createUser();
    here.reads.close();
    const earlier = await startHello(here, user);
    const later = await startHello(here, user);
    here.reads.open();
    await expectReplaced(earlier, later);
    await later.close();
  });
});
