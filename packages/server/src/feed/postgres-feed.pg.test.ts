import { randomUUID } from 'node:crypto';
import { openDatabase, openNotificationChannel } from '@cuepoint/store';
import { describe, expect, inject, it } from 'vitest';
import { delay } from '../service/delay.ts';
import { createFeedSeal } from './feed-seal.ts';
import {
  createPostgresFeed,
  type PostgresFeedDeps,
  type PostgresFeedOptions,
} from './postgres-feed.ts';
import { describeBrokerContract } from '../testing/feed/broker-contract.ts';
import { listen, settled } from '../testing/feed/ear.ts';
import { describeFeedContract, positionsOf, someChanges } from '../testing/feed/feed-contract.ts';
import { observe } from '../testing/feed/observed-feed.ts';

type Observed = ReturnType<typeof observe>;

/** Feeds of instances that share a schema of their own. */
async function createFixture(secret: string = randomUUID()) {
  const seal = createFeedSeal(secret, { now: Date.now });
  const feeds: Observed[] = [];

  function create(
    url: string,
    options: Partial<PostgresFeedOptions> = {},
    deps: Partial<PostgresFeedDeps> = {},
  ): Observed {
    const observed = observe((observer) =>
      createPostgresFeed(
        {
          instanceId: randomUUID(),
          seal,
          delay,
          random: () => 0.5,
          now: Date.now,
          observer,
          ...deps,
        },
        { ...options, url },
      ),
    );
    feeds.push(observed);
    return observed;
  }

  return {
    url: inject('postgresUrl'),
    seal,
    create,
    async open() {
      const { feed } = create(inject('postgresUrl'));
      await feed.start();
      return feed;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(feeds.map(({ feed }) => feed.stop()));
    },
  };
}

/** Counts what a channel is told to notify. */
function countingChannel() {
  const statements: (readonly string[])[] = [];
  const openChannel: typeof openNotificationChannel = async (options, handlers) => {
    const channel = await openNotificationChannel(options, handlers);
    return {
      ...channel,
      notify(payloads) {
        statements.push(payloads);
        return channel.notify(payloads);
      },
    };
  };
  return { statements, openChannel };
}

describe('the PostgreSQL feed', () => {
  describeFeedContract(createFixture);
  describeBrokerContract(createFixture);

  it('[LIV3] sends what gathers while a notify statement is in flight as the next one', async () => {
    await using fixture = await createFixture();
    const { statements, openChannel } = countingChannel();
    const { feed: here } = fixture.create(fixture.url, {}, { openChannel });
    const there = await fixture.open();
    await here.start();
    const users = Array.from({ length: 300 }, () => randomUUID());
    const ears = await Promise.all(users.map((user) => listen(there, user)));

    for (const user of users) here.publish(user, someChanges(1));
    expect(statements).toEqual([]);
    await ears[0]?.heard(1);
    // Whether it has ended or not, these do not join it and are not sent one by one.
    expect(statements).toHaveLength(1);
    for (const user of users) for (const at of [2, 3]) here.publish(user, someChanges(at));
    expect(statements).toHaveLength(1);
    for (const ear of ears) await ear.heard(2);
    expect(statements).toHaveLength(2);
    for (const ear of ears) expect(ear.events).toEqual([someChanges(1), someChanges(2, 3)]);
    const payloads = statements.flat();
    // 900 events, each of some 200 bytes.
    expect(payloads.length).toBeLessThan(45);
    for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
  });

  it('[LIV2] heals itself and others when the server ends its session', async () => {
    await using fixture = await createFixture();
    const name = `feed ${randomUUID()}`;
    const url = new URL(fixture.url);
    url.searchParams.set('application_name', name);
    const here = fixture.create(url.href);
    const there = fixture.create(fixture.url);
    await Promise.all([here.feed.start(), there.feed.start()]);
    const [user, other] = [randomUUID(), randomUUID()];
    const ear = await listen(there.feed, user);
    const ownEar = await listen(here.feed, other);

    const database = await openDatabase({ url: fixture.url });
    await database.execute(
      'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
      [name],
    );
    await here.changed(2);
    here.feed.publish(user, someChanges(1));
    await here.gaps(1);
    expect(here.states).toEqual(['connected', 'lost', 'connected']);
    expect(here.reasons[0]).toContain('terminating connection');
    await ear.heardKind('pull');
    there.feed.publish(other, someChanges(2));
    await ownEar.heard(1);
    expect(positionsOf(ownEar.events)).toEqual([2]);
    await database.close();
  });

  it('keeps Cuepoints in two schemas of one database apart', async () => {
    await using one = await createFixture();
    await using two = await createFixture();
    const [here, near, far] = [await one.open(), await one.open(), await two.open()];
    const user = randomUUID();
    const ears = [await listen(near, user), await listen(far, user)] as const;
    here.publish(user, someChanges(1));
    await settled(here, near);
    const other = await two.open();
    other.publish(user, someChanges(2));
    await settled(other, far);
    expect(ears.map(({ events }) => positionsOf(events))).toEqual([[1], [2]]);
  });

  it('[SEC5] tells a stranger on the channel no title, and believes nothing of theirs', async () => {
    await using fixture = await createFixture();
    const [here, there] = [await fixture.open(), fixture.create(fixture.url)];
    await there.feed.start();
    const user = randomUUID();
    const ear = await listen(there.feed, user);
    let overhear = (_payload: string): void => undefined;
    const overheard = new Promise<string>((resolve) => {
      overhear = resolve;
    });
    const stranger = await openNotificationChannel(
      { url: fixture.url, channel: `cuepoint_${fixture.seal.name}` },
      { onPayload: (payload) => overhear(payload), onLost: () => undefined },
    );
    here.publish(user, someChanges(1));
    await ear.heard(1);
    const [, body = ''] = (await overheard).split('\n');
    expect(Buffer.from(body, 'base64').toString('latin1')).not.toContain('metropolis');
    expect(body).not.toContain('metropolis');

    await stranger.notify([`x\n${user} {"kind":"presence","devices":[null]}\n`]);
    await there.gaps(1);
    expect(ear.events).toEqual([someChanges(1)]);
    await stranger.close();
  });

  it('knows how full the server’s notification queue is', async () => {
    await using fixture = await createFixture();
    const asked: (() => void)[] = [];
    const { feed } = fixture.create(
      fixture.url,
      { checkIntervalMs: 1 },
      {
        openChannel: async (options, handlers) => {
          const channel = await openNotificationChannel(options, handlers);
          return {
            ...channel,
            async readQueueUsage() {
              for (const tell of asked) tell();
              await channel.readQueueUsage();
              return 0.25;
            },
          };
        },
      },
    );
    await feed.start();
    // The second question comes after the first answer.
    for (const _ of [1, 2]) {
      await new Promise<void>((resolve) => {
        asked.push(resolve);
      });
    }
    expect(feed.stats().brokerQueueUsage).toBe(0.25);
  });
});
