import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { BrokerFeedOptions } from '../../feed/broker-feed.ts';
import type { Feed, FeedState } from '../../feed/feed.ts';
import { OUTGOING_LIMITS } from '../../feed/outgoing-events.ts';
import { listen, settled } from './ear.ts';
import { openFaultyProxy } from './faulty-proxy.ts';
import { anOp, positionsOf, someChanges } from './feed-contract.ts';

/** A feed with what its observer was told. */
export interface ObservedFeed {
  readonly feed: Feed;
  readonly states: readonly FeedState[];
  readonly counts: {
    readonly published: number;
    readonly delivered: number;
    readonly folded: number;
  };
  /** Resolves once the feed has told so many changes of its state. */
  changed(count: number): Promise<void>;
  /** Resolves once `onGap` was told so many times. */
  gaps(count: number): Promise<void>;
  readonly gapCount: number;
}

export interface BrokerFixture extends AsyncDisposable {
  /** Where the broker is. */
  readonly url: string;
  /** A feed of one more instance; stopped with the fixture. */
  create(url: string, options?: BrokerFeedOptions & FastAnswers): ObservedFeed;
}

/** So that a test of silence is short. */
export interface FastAnswers {
  readonly answerTimeoutMs?: number;
}
const FAST = { answerTimeoutMs: 400, checkIntervalMs: 100 };

/** What a feed does when its broker is slow, away, or silent. */
export function describeBrokerContract(createFixture: () => Promise<BrokerFixture>): void {
  it('[LIV2] starts without its broker, and tells of the gap when that has come', async () => {
    await using fixture = await createFixture();
    await using proxy = await openFaultyProxy(fixture.url);
    proxy.cut();
    const here = fixture.create(proxy.url);
    const there = fixture.create(fixture.url);
    await Promise.all([here.feed.start(), there.feed.start()]);
    expect(here.feed.state).toBe('lost');
    const user = randomUUID();
    const ear = await listen(here.feed, user);
    proxy.mend();
    await here.gaps(1);
    expect(here.feed.state).toBe('connected');
    there.feed.publish(user, someChanges(1));
    await ear.heard(1);
  });

  it.each(['cut', 'freeze'] as const)(
    '[LIV2] a broker that is gone (%s) blocks nobody; what was dropped is pulled by others, and here',
    async (fault) => {
      await using fixture = await createFixture();
      await using proxy = await openFaultyProxy(fixture.url);
      const here = fixture.create(proxy.url, FAST);
      const there = fixture.create(fixture.url);
      await Promise.all([here.feed.start(), there.feed.start()]);
      const users = Array.from({ length: 50 }, () => randomUUID());
      const ears = await Promise.all(users.map((user) => listen(there.feed, user)));
      const [user = '', commanded = ''] = users;
      const ownEar = await listen(here.feed, user);
      const before = here.states.length;

      proxy[fault]();
      for (let number = 0; number < 20_000; number += 1) {
        here.feed.publish(users[1 + (number % 49)] ?? '', someChanges(number));
        if (number % 5_000 === 0) here.feed.publish(user, { kind: 'commandTaken', commandId: 'c' });
      }
      await here.changed(before + 1);
      expect(here.feed.state).toBe('lost');
      for (let number = 0; number < 20_000; number += 1) {
        here.feed.publish(users[1 + (number % 49)] ?? '', someChanges(number));
      }
      // One pull a user, however much was published; a command is dropped.
      expect(here.feed.stats().queuedEvents).toBeLessThanOrEqual(users.length);
      expect(here.feed.stats().queuedBytes).toBeLessThan(10_000);
      there.feed.publish(user, someChanges(1));
      // Resolves although nobody answers.
      (await listen(here.feed, randomUUID())).stop();

      proxy.mend();
      await here.gaps(1);
      for (const ear of ears.slice(1)) await ear.heardKind('pull');
      expect(there.gapCount).toBe(0);
      expect(there.states).toEqual(['connected']);
      here.feed.publish(commanded, someChanges(99_999));
      there.feed.publish(user, someChanges(2));
      while (!positionsOf(ears[1]?.events ?? []).includes(99_999)) {
        await ears[1]?.heard((ears[1]?.events.length ?? 0) + 1);
      }
      while (!positionsOf(ownEar.events).includes(2)) await ownEar.heard(ownEar.events.length + 1);
      expect(here.counts.folded).toBeGreaterThan(20_000);
    },
  );

  it('[LIV2] what was dropped of very many users is a gap at the others, whose connection never broke', async () => {
    await using fixture = await createFixture();
    await using proxy = await openFaultyProxy(fixture.url);
    const here = fixture.create(proxy.url, { limits: { ...OUTGOING_LIMITS, usersMax: 100 } });
    const there = fixture.create(fixture.url);
    await Promise.all([here.feed.start(), there.feed.start()]);
    proxy.cut();
    await here.changed(2);
    for (let number = 0; number < 101; number += 1) here.feed.publish(randomUUID(), someChanges(1));
    expect(here.feed.stats()).toMatchObject({ queuedEvents: 0, queuedBytes: 0 });
    proxy.mend();
    await there.gaps(1);
    expect(there.states).toEqual(['connected']);
    await settled(here.feed, there.feed);
  });

  it('[LIV2] while the broker is slow a user past the bounds is pulled, the others are not', async () => {
    await using fixture = await createFixture();
    const limits = { ...OUTGOING_LIMITS, eventsMax: 100 };
    const here = fixture.create(fixture.url, { limits });
    const there = fixture.create(fixture.url);
    await Promise.all([here.feed.start(), there.feed.start()]);
    const [many, few] = [randomUUID(), randomUUID()];
    const ears = [await listen(there.feed, many), await listen(there.feed, few)] as const;
    here.feed.publish(few, someChanges(1, 2));
    for (let number = 0; number < 1_000; number += 1) here.feed.publish(many, someChanges(number));
    await settled(here.feed, there.feed);
    expect(ears[0].events).toEqual([{ kind: 'pull' }]);
    expect(ears[1].events).toEqual([someChanges(1, 2)]);
    expect(here.counts.folded).toBe(1_000);
  });

  it('[LIV3] an event that is too large becomes a pull, in its place', async () => {
    await using fixture = await createFixture();
    const [here, there] = [fixture.create(fixture.url), fixture.create(fixture.url)];
    await Promise.all([here.feed.start(), there.feed.start()]);
    const user = randomUUID();
    const ear = await listen(there.feed, user);
    const contentId = '夜'.repeat(255);
    const ops = Array.from({ length: 500 }, (_, position) => anOp(position, contentId));
    here.feed.publish(user, someChanges(1));
    here.feed.publish(user, { kind: 'changes', ops });
    here.feed.publish(user, someChanges(2));
    await settled(here.feed, there.feed);
    expect(ear.events).toEqual([someChanges(1), { kind: 'pull' }, someChanges(2)]);
  });

  it('[LIV2] a stop ends although the broker is silent', async () => {
    await using fixture = await createFixture();
    await using proxy = await openFaultyProxy(fixture.url);
    const { feed } = fixture.create(proxy.url, { stopFlushMs: 200 });
    await feed.start();
    proxy.freeze();
    feed.publish(randomUUID(), someChanges(1));
    const startedAt = performance.now();
    await feed.stop();
    expect(performance.now() - startedAt).toBeLessThan(4_000);

    const other = fixture.create(proxy.url).feed;
    const starting = other.start();
    await other.stop();
    await starting;
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  it('[LIV2] leaves no connection behind at a broker that takes them and is silent', async () => {
    await using fixture = await createFixture();
    await using proxy = await openFaultyProxy(fixture.url);
    proxy.freeze();
    const { feed } = fixture.create(proxy.url, FAST);
    const taken = proxy.taken(4);
    await feed.start();
    expect(feed.state).toBe('lost');
    await taken;
    // The attempt under way.
    await proxy.openAtMost(1);
    await feed.stop();
    await proxy.openAtMost(0);
  });

  it('counts what it publishes and delivers', async () => {
    await using fixture = await createFixture();
    const [here, there] = [fixture.create(fixture.url), fixture.create(fixture.url)];
    await Promise.all([here.feed.start(), there.feed.start()]);
    const user = randomUUID();
    const ear = await listen(there.feed, user);
    here.feed.publish(user, someChanges(1));
    here.feed.publish(user, { kind: 'pull' });
    here.feed.publish(randomUUID(), { kind: 'pull' });
    await ear.heard(2);
    expect(there.counts).toEqual({ published: 0, delivered: 2, folded: 0 });
    await here.feed.stop();
    expect(here.counts).toEqual({ published: 3, delivered: 0, folded: 0 });
  });
}
