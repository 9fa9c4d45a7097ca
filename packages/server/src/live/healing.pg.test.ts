import { afterEach, describe, expect, inject, it } from 'vitest';
import { LiveDevice } from '../../../../test/support/live-device.ts';
import type { Feed, FeedEvent } from '../feed/feed.ts';
import { createMemoryBus, createMemoryFeed, type MemoryBus } from '../feed/memory-feed.ts';
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.ts';

interface Instance {
  readonly api: TestApi;
  readonly url: string;
}

const instances: Instance[] = [];
const devices: LiveDevice[] = [];
afterEach(async () => {
  await Promise.all(devices.splice(0).map((device) => device.leave()));
  // The first owns the database that the others use.
  for (const { api } of instances.splice(0).toReversed()) await api.close();
});

interface InstanceOptions {
  readonly feed: Feed;
  readonly now?: () => number;
  readonly healingIntervalMs?: number;
}

async function startInstance({ feed, now, healingIntervalMs }: InstanceOptions): Promise<Instance> {
  const [first] = instances;
  const api = await createTestApi({
    databaseUrl: inject('postgresUrl'),
    feed,
    ...(now === undefined ? {} : { now }),
    env:
      healingIntervalMs === undefined
        ? {}
        : { CUEPOINT_HEALING_INTERVAL_MS: String(healingIntervalMs) },
    wrap: () =>
      first === undefined
        ? {}
        : { repository: first.api.parts.repository, persistence: first.api.parts.persistence },
  });
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const instance = { api, url: `${address.replace('http', 'ws')}/api/v1/ws` };
  instances.push(instance);
  return instance;
}

async function connect(
  { url }: Instance,
  { token }: TestUser,
  deviceId: string,
): Promise<LiveDevice> {
  const device = await LiveDevice.connect({ url, token, deviceId });
  devices.push(device);
  return device;
}

/** A feed that can be told to lose what is published, as a broker or its network does. */
function createFaultyFeed(bus: MemoryBus, isLost: (event: FeedEvent) => boolean) {
  const inner = createMemoryFeed({ bus });
  const onGaps: (() => void)[] = [];
  let lost = 0;
  const feed: Feed = {
    kind: inner.kind,
    state: inner.state,
    get isAlone() {
      return inner.isAlone;
    },
    start: () => inner.start(),
    subscribe: (userId, listener) => inner.subscribe(userId, listener),
    publish(userId, event) {
      if (isLost(event)) lost += 1;
      else inner.publish(userId, event);
    },
    onGap: (listener) => void onGaps.push(listener),
    stats: () => inner.stats(),
    stop: () => inner.stop(),
  };
  return {
    feed,
    lost: () => lost,
    /** The feed has reconnected, and knows that it may have missed something. */
    comeBack: () => {
      for (const onGap of onGaps) onGap();
    },
  };
}

/** Changes of all devices at once, with conflicts among them. */
async function act(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const contentId = `film:${round % 7}`;
    await Promise.all(
      devices.map((device, index) =>
        (round + index) % 3 === 0
          ? device.add(contentId)
          : (round + index) % 3 === 1
            ? device.setProgress(contentId, round)
            : device.remove(contentId),
      ),
    );
  }
}

/** Resolves once every device has what is stored; each is only ever told, and asks for nothing. */
async function expectConverged(instance: Instance, user: TestUser): Promise<void> {
  const reader = await LiveDevice.connect({
    url: instance.url,
    token: user.token,
    deviceId: 'reader',
  });
  await reader.leave();
  const wanted = reader.stored.lines();
  for (const device of devices) {
    await device.until(() => device.stored.lines().join() === wanted.join(), 'converged');
    expect(device).toMatchObject({ errors: [], closings: [], welcomes: 1 });
  }
}

describe('a feed that loses messages', () => {
  it('[LIV2] drops a third of them, and every device still comes to what is stored', async () => {
    const bus = createMemoryBus();
    let published = 0;
    const isThird = (): boolean => (published += 1) % 3 === 0;
    const feeds = [createFaultyFeed(bus, isThird), createFaultyFeed(bus, isThird)];
    for (const { feed } of feeds) await startInstance({ feed, healingIntervalMs: 200 });
    const [one, two] = instances as [Instance, Instance];
    const user = await one.api.createUser();
    await connect(one, user, 'tv');
    await connect(two, user, 'phone');
    await connect(two, user, 'tablet');
    await act(40);
    await expectConverged(one, user);
    expect(feeds.reduce((sum, { lost }) => sum + lost(), 0)).toBeGreaterThan(30);
  });

  it('[LIV2] is gone for a minute: writes go on, and what was missed is pulled when it is back', async () => {
    const bus = createMemoryBus();
    let passedMs = 0;
    let isGone = false;
    const now = () => Date.now() + passedMs;
    const feeds = [createFaultyFeed(bus, () => isGone), createFaultyFeed(bus, () => isGone)];
    for (const { feed } of feeds) await startInstance({ feed, now });
    const [one, two] = instances as [Instance, Instance];
    const user = await one.api.createUser();
    const tv = await connect(one, user, 'tv');
    const phone = await connect(two, user, 'phone');
    await act(3);
    isGone = true;
    passedMs += 30_000;
    expect(await tv.add('film:meanwhile')).toEqual([{ result: 'applied' }]);
    expect(await phone.setProgress('film:meanwhile', 61)).toEqual([{ result: 'applied' }]);
    await act(10);
    passedMs += 30_000;
    expect(phone.stored.watchlist.contains('film:meanwhile')).toBe(false);
    expect(tv.stored.progress.has('film:meanwhile')).toBe(false);
    isGone = false;
    for (const feed of feeds) feed.comeBack();
    await expectConverged(two, user);
    expect(phone.stored.watchlist.contains('film:meanwhile')).toBe(true);
    expect(tv.stored.progress.has('film:meanwhile')).toBe(true);
  });

  it('[LIV2] never says that it is back: what was missed is pulled every five minutes', async () => {
    const bus = createMemoryBus();
    let passedMs = 0;
    const now = () => Date.now() + passedMs;
    const feeds = [createFaultyFeed(bus, () => true), createFaultyFeed(bus, () => true)];
    for (const { feed } of feeds) await startInstance({ feed, now });
    const [one, two] = instances as [Instance, Instance];
    const user = await one.api.createUser();
    const tv = await connect(one, user, 'tv');
    const phone = await connect(two, user, 'phone');
    await act(5);
    await tv.add('film:meanwhile');
    passedMs += 4 * 60_000;
    // Both are heard of again, so that neither counts as silent.
    for (const device of [tv, phone]) device.send({ type: 'heartbeat' });
    await phone.setProgress('film:other', 61);
    expect(phone.stored.watchlist.contains('film:meanwhile')).toBe(false);
    passedMs += 60_000;
    await expectConverged(one, user);
    expect(phone.stored.watchlist.contains('film:meanwhile')).toBe(true);
  });
});
