import { randomUUID } from 'node:crypto';
import { CLOSE_CODES } from '@cuepoint/core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import type { FeedListener } from '../feed/feed.ts';
import { createMemoryFeed } from '../feed/memory-feed.ts';
import { overriding } from '../testing/gate.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';

let live: TestLive;
let hear: FeedListener | undefined;
let isBroken = false;
beforeAll(async () => {
  const feed = createMemoryFeed();
  live = await createTestLive({
    databaseUrl: inject('postgresUrl'),
    feed: overriding(feed, {
      subscribe(userId, listener) {
        hear = listener;
        return feed.subscribe(userId, listener);
      },
    }),
    wrap: ({ metrics }) => ({
      metrics: {
        ...metrics,
        liveObserver: {
          ...metrics.liveObserver,
          received() {
            if (isBroken) throw new TypeError('a bug');
          },
        },
      },
    }),
  });
});
afterEach(() => {
  isBroken = false;
});
afterAll(() => live.close());

it("[SEC5] what is thrown out of a socket's handler ends its session, and no other", async () => {
  const user = await live.api.createUser();
  const [tv, phone] = [await live.greet(user, 'tv'), await live.greet(user, 'phone')];
  isBroken = true;
  tv.send({ type: 'heartbeat' });
  await tv.untilClosed();
  isBroken = false;
  expect(tv.closed?.code).toBe(CLOSE_CODES.internal);
  phone.send({ type: 'push', id: 'alive', ops: [] });
  expect(await phone.take('ack')).toMatchObject({ id: 'alive' });
  await phone.close();
});

it('[SEC5] [LIV2] an event that a handler cannot bear is a pull for its user, and ends nothing', async () => {
  const user = await live.api.createUser();
  const tv = await live.greet(user, 'tv');
  const tag = randomUUID();
  const timestamp = { physical: Date.now(), logical: 0 };
  // Nobody is told of it.
  await live.api.parts.persistence.persistOp(user.userId, {
    kind: 'watchlist.add',
    contentId: 'film',
    tag,
    timestamp,
    deviceId: 'phone',
  });
  hear?.({ kind: 'presence', devices: [undefined as never] });
  expect(await tv.take('changes')).toMatchObject({ ops: [{ contentId: 'film', tag }] });
  await tv.close();
});
