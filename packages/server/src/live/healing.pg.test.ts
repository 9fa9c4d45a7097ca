import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { LiveDevice } from '../../../../test/support/live-device.ts';
import { SILENT_FEED_OBSERVER } from '../feed/feed-observer.ts';
import type { Feed } from '../feed/feed.ts';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import { createFeedSeal } from '../feed/feed-seal.ts';
import { createPostgresFeed } from '../feed/postgres-feed.ts';
import { delay } from '../service/delay.ts';
import { openFaultyProxy, type FaultyProxy } from '../testing/feed/faulty-proxy.ts';
import { createSwitchedFeed } from '../testing/switched-feed.ts';
import type { TestUser } from '../testing/test-api.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';

const MINUTE_MS = 60_000;

let instances: TestLive[] = [];
let devices: LiveDevice[] = [];
let proxies: FaultyProxy[] = [];
/** What was added to the clocks of the instances. */
let passedMs = 0;

afterEach(async () => {
  // The first owns the schema that the second uses.
  for (const instance of instances.toReversed()) await instance.close();
  for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
  [instances, devices, proxies, passedMs] = [[], [], [], 0];
});

interface HouseholdOptions {
  readonly feeds: readonly [Feed, Feed];
  /** Default: as long as it is for operators who choose nothing. */
  readonly healingIntervalMs?: number;
}

interface Household {
  readonly user: TestUser;
  /** On the first instance. */
  readonly tv: LiveDevice;
  /** On the second. */
  readonly phone: LiveDevice;
}

/** Two instances on one schema, a device of one user on either. */
async function startHousehold({ feeds, healingIntervalMs }: HouseholdOptions): Promise<Household> {
  const env =
    healingIntervalMs === undefined
      ? {}
      : { CUEPOINT_HEALING_INTERVAL_MS: String(healingIntervalMs) };
  const common = {
    databaseUrl: inject('postgresUrl'),
    env,
    now: () => Date.now() + passedMs,
    monotonic: () => performance.now() + passedMs,
  };
  const one = await createTestLive({ ...common, feed: feeds[0] });
  instances.push(one);
  const { schema } = one.api.database;
  const two = await createTestLive({ ...common, feed: feeds[1], schema });
  instances.push(two);
  const user = await one.api.createUser();
  const [tv, phone] = [await one.connect(user, 'tv'), await two.connect(user, 'phone')];
  devices = [tv, phone];
  return { user, tv, phone };
}

/** Changes of both devices at once, with conflicts between them. */
async function act(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const contentId = `film:${round % 7}`;
    await Promise.all(
      devices.map((device, index) => {
        const turn = (round + index) % 3;
        if (turn === 0) return device.add(contentId);
        return turn === 1 ? device.setProgress(contentId, round) : device.remove(contentId);
      }),
    );
  }
}

/** Each device writes what the other does not hear of. */
async function writeMeanwhile({ tv, phone }: Household): Promise<void> {
  expect(await tv.add('film:meanwhile')).toEqual([{ result: 'applied' }]);
  expect(await phone.setProgress('film:meanwhile', 61)).toEqual([{ result: 'applied' }]);
  await act(10);
  expect(phone.stored.watchlist.contains('film:meanwhile')).toBe(false);
  expect(tv.stored.progress.has('film:meanwhile')).toBe(false);
}

/** Resolves once both devices have what is stored. They are only ever told, and ask for nothing. */
async function expectConverged({ user: { token } }: Household): Promise<void> {
  const url = instances[0]?.url ?? '';
  const reader = await LiveDevice.connect({ url, token, deviceId: 'reader' });
  await reader.leave();
  const wanted = reader.stored.lines().join('\n');
  for (const device of devices) {
    await device.until(() => device.stored.lines().join('\n') === wanted, 'converged');
    expect(device).toMatchObject({ errors: [], closings: [], welcomes: 1 });
  }
}

function createSwitchedPair() {
  const bus = createMemoryBus();
  return [
    createSwitchedFeed(createMemoryFeed({ bus })),
    createSwitchedFeed(createMemoryFeed({ bus })),
  ] as const;
}

async function createProxiedFeed(): Promise<Feed> {
  const proxy = await openFaultyProxy(inject('postgresUrl'));
  proxies.push(proxy);
  return createPostgresFeed(
    {
      instanceId: randomUUID(),
      seal: createFeedSeal(`healing ${feedName}`, { now: Date.now }),
      delay,
      random: Math.random,
      now: Date.now,
      observer: SILENT_FEED_OBSERVER,
    },
    { url: proxy.url },
  );
}

/** Instances hear each other under one name. */
const feedName = randomUUID();

describe('a feed that loses messages', () => {
  it('[LIV2] drops a third of them, and every device still comes to what is stored', async () => {
    const feeds = createSwitchedPair();
    let [published, dropped] = [0, 0];
    for (const feed of feeds) {
      feed.drops = () => {
        published += 1;
        if (published % 3 !== 0) return false;
        dropped += 1;
        return true;
      };
    }
    const household = await startHousehold({ feeds, healingIntervalMs: 200 });
    await act(40);
    await expectConverged(household);
    expect(dropped).toBeGreaterThan(20);
  });

  it('[LIV2] is gone for a minute: writes go on, and what was missed is pulled when it is back', async () => {
    const feeds = createSwitchedPair();
    const household = await startHousehold({ feeds });
    await act(3);
    for (const feed of feeds) feed.lose();
    passedMs += MINUTE_MS / 2;
    await writeMeanwhile(household);
    passedMs += MINUTE_MS / 2;
    for (const feed of feeds) feed.mend();
    await expectConverged(household);
  });

  it('[LIV2] loses its connection to PostgreSQL: writes go on, and what was missed is pulled when it is back', async () => {
    const feeds = [await createProxiedFeed(), await createProxiedFeed()] as const;
    const household = await startHousehold({ feeds });
    await act(3);
    for (const proxy of proxies) proxy.cut();
    await writeMeanwhile(household);
    for (const proxy of proxies) proxy.mend();
    await expectConverged(household);
  });

  it('[LIV2] never says that it lost something: what was missed is pulled every five minutes', async () => {
    const feeds = createSwitchedPair();
    const household = await startHousehold({ feeds });
    for (const feed of feeds) feed.drops = () => true;
    await writeMeanwhile(household);
    passedMs += 4 * MINUTE_MS;
    // Both are heard of again, so that neither counts as silent.
    for (const device of devices) device.send({ type: 'heartbeat' });
    await writeMeanwhile(household);
    passedMs += MINUTE_MS;
    await expectConverged(household);
  });
});
