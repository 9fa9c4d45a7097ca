import { renewIncarnation } from '@cuepoint/store';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import type { FeedEvent } from '../feed/feed.ts';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import { overriding } from '../testing/gate.ts';
import type { RawClient } from '../testing/raw-client.ts';
import { createSwitchedFeed } from '../testing/switched-feed.ts';
import type { TestUser } from '../testing/test-api.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';

const INTERVAL_MS = 20_000;
const clock = new ManualClock();
const bus = createMemoryBus();
const feedHere = createSwitchedFeed(createMemoryFeed({ bus }));
const feedThere = createSwitchedFeed(createMemoryFeed({ bus }));
const readsByUserId = new Map<string, number>();
let here: TestLive;
let there: TestLive;
beforeAll(async () => {
  const databaseUrl = inject('postgresUrl');
  const env = { CUEPOINT_HEALING_INTERVAL_MS: String(INTERVAL_MS) };
  here = await createTestLive({ databaseUrl, env, clock, feed: feedHere });
  there = await createTestLive({
    databaseUrl,
    env,
    clock,
    feed: feedThere,
    schema: here.api.database.schema,
    wrap: ({ repository }) => ({
      repository: overriding(repository, {
        readChanges(userId, request) {
          readsByUserId.set(userId, (readsByUserId.get(userId) ?? 0) + 1);
          return repository.readChanges(userId, request);
        },
      }),
    }),
  });
});
afterAll(async () => {
  await there.close();
  await here.close();
});

const isChanges = ({ kind }: FeedEvent): boolean => kind === 'changes';

/** A change on the other instance whose event never arrives. */
async function changeUnheard(user: TestUser, contentId: string): Promise<void> {
  feedHere.drops = isChanges;
  const { status } = await user.call('PUT', `/watchlist/${contentId}`);
  feedHere.drops = undefined;
  expect(status).toBe(201);
}

async function greetAll(user: TestUser, count: number): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (let index = 0; index < count; index += 1) {
    clients.push(await there.greet(user, `d${index}`));
  }
  readsByUserId.clear();
  return clients;
}

function readsOf({ userId }: TestUser): number {
  return readsByUserId.get(userId) ?? 0;
}

/** Lets time pass until the user's next pull. @returns what it told each of them. */
async function nextPull(user: TestUser, clients: readonly RawClient[]) {
  readsByUserId.clear();
  while (readsOf(user) === 0) {
    await clock.advance(1_000);
    // Time must not run ahead of the sockets: none of them may count as silent.
    for (const client of clients) client.send({ type: 'heartbeat' });
    await Promise.all(clients.map((client) => client.roundTrip()));
  }
  const pages = [];
  for (const client of clients) pages.push(await client.take('changes'));
  return pages;
}

describe('a change that the feed dropped', () => {
  it('[LIV2] is found at the next interval by one read for all sessions, with a cursor for each', async () => {
    const user = await here.api.createUser();
    const clients = await greetAll(user, 3);
    await changeUnheard(user, 'film');
    await clock.advance(INTERVAL_MS - 5_000);
    expect([readsOf(user), ...clients.map((client) => client.count('changes'))]).toEqual([
      0, 0, 0, 0,
    ]);
    for (const page of await nextPull(user, clients)) {
      expect(page).toMatchObject({
        ops: [{ kind: 'watchlist.add', contentId: 'film' }],
        resync: false,
        more: false,
      });
      expect(page.cursor).toBeDefined();
    }
    expect(readsOf(user)).toBe(1);
    for (const page of await nextPull(user, clients)) expect(page).toMatchObject({ ops: [] });
    expect(readsOf(user)).toBe(1);
    for (const client of clients) await client.close();
  });

  it('[LIV2] is not asked for again with the cursor that the pull gave', async () => {
    const user = await here.api.createUser();
    const [client] = (await greetAll(user, 1)) as [RawClient];
    await changeUnheard(user, 'film');
    const [page] = await nextPull(user, [client]);
    await client.close();
    const again = await there.greet(user, 'd0', { cursor: page?.cursor ?? '' });
    expect(await again.take('welcome')).toMatchObject({ changes: [], resync: false });
    await again.close();
  });

  it('[LIV2] is found when the feed says that it was away', async () => {
    const [one, two] = [await here.api.createUser(), await here.api.createUser()];
    const clients = [...(await greetAll(one, 2)), ...(await greetAll(two, 1))];
    feedThere.lose();
    for (const user of [one, two]) await user.call('PUT', '/watchlist/film');
    feedThere.mend();
    for (const client of clients) {
      expect(await client.take('changes')).toMatchObject({
        ops: [{ contentId: 'film' }],
        more: false,
      });
    }
    expect([readsOf(one), readsOf(two)]).toEqual([1, 1]);
    for (const client of clients) await client.close();
  });
});

describe('a pull whose cursor the database no longer answers', () => {
  it('[CUR2] gives each session the whole state, and one read serves all again after it', async () => {
    const user = await here.api.createUser();
    const clients = await greetAll(user, 2);
    await user.call('PUT', '/watchlist/before');
    for (const client of clients) await client.take('changes');
    await renewIncarnation(here.api.database);
    for (const page of await nextPull(user, clients)) {
      expect(page).toMatchObject({
        ops: [{ contentId: 'before' }],
        resync: true,
        more: false,
      });
    }
    // The first of them gave the channel its cursor; the other is covered from its next read on.
    await nextPull(user, clients);
    await changeUnheard(user, 'after');
    for (const page of await nextPull(user, clients)) {
      expect(page).toMatchObject({ ops: [{ contentId: 'after' }], resync: false });
    }
    expect(readsOf(user)).toBe(1);
    for (const client of clients) await client.close();
  });
});
