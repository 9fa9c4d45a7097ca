import { describe, expect, it } from 'vitest';
import { someChanges } from '../testing/feed/feed-contract.ts';
import { observe } from '../testing/feed/observed-feed.ts';
import { createScriptedBroker, eventsIn } from '../testing/feed/scripted-broker.ts';
import { createBrokerFeed } from './broker-feed.ts';
import type { FeedEvent } from './feed-event.ts';

const CHECK_INTERVAL_MS = 2_500;

/** Waits are over at once, and are remembered; only checks wait, for ever or until they are let go. */
function setup() {
  const broker = createScriptedBroker();
  const delays: number[] = [];
  const clock = { nowMs: 0 };
  let check: () => void = () => undefined;
  const observed = observe((observer) =>
    createBrokerFeed({
      kind: 'nats',
      connect: broker.connect,
      random: () => 0.5,
      now: () => clock.nowMs,
      observer,
      checkIntervalMs: CHECK_INTERVAL_MS,
      async delay(ms, signal) {
        if (ms === CHECK_INTERVAL_MS) {
          await new Promise<void>((resolve) => {
            check = resolve;
            signal.addEventListener('abort', () => resolve());
          });
        } else delays.push(ms);
      },
    }),
  );
  return { broker, observed, feed: observed.feed, delays, clock, check: () => check() };
}

async function connected() {
  const parts = setup();
  const starting = parts.feed.start();
  const attempt = await parts.broker.attempt(0);
  attempt.resolve();
  await starting;
  return { ...parts, attempt };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe('a feed over a broker', () => {
  it('[LIV3] has one batch on its way; what gathers meanwhile is the next', async () => {
    const { feed, broker, attempt } = await connected();
    feed.publish('a', someChanges(1));
    await Promise.resolve();
    feed.publish('b', someChanges(2));
    expect(attempt.batches).toHaveLength(0);
    const first = await broker.batch(attempt, 0);
    expect(eventsIn(first)).toEqual({ a: [someChanges(1)], b: [someChanges(2)] });
    for (const at of [3, 4, 5]) {
      feed.publish('a', someChanges(at));
      await nextTurn();
    }
    expect(attempt.batches).toHaveLength(1);
    first.resolve();
    expect(eventsIn(await broker.batch(attempt, 1))).toEqual({ a: [someChanges(3, 4, 5)] });
  });

  it('leaves no event behind, whenever in the end of a batch it is published', async () => {
    const { feed, broker, attempt } = await connected();
    for (let microtasks = 0; microtasks < 12; microtasks += 1) {
      const sent = attempt.batches.length;
      feed.publish('a', someChanges(microtasks));
      (await broker.batch(attempt, sent)).resolve();
      for (let waited = 0; waited < microtasks; waited += 1) await Promise.resolve();
      feed.publish('b', someChanges(microtasks));
      const next = await broker.batch(attempt, sent + 1);
      expect(eventsIn(next)).toEqual({ b: [someChanges(microtasks)] });
      next.resolve();
    }
  });

  it('[LIV2] tries again with jittered back-off, and tells each reason once', async () => {
    const { feed, broker, delays, observed } = setup();
    const starting = feed.start();
    for (const [index, reason] of ['refused', 'refused', 'no route', 'refused'].entries()) {
      (await broker.attempt(index)).reject(new Error(reason));
      await starting;
    }
    const attempt = await broker.attempt(4);
    expect(delays).toEqual([25, 50, 100, 200]);
    expect(observed.reasons).toEqual(['refused', 'no route', 'refused']);
    attempt.resolve();
    await observed.changed(4);
    expect(feed.state).toBe('connected');

    attempt.handlers.onLost(new Error('refused'));
    expect(observed.reasons).toHaveLength(4);
    await broker.attempt(5);
    expect(delays).toEqual([25, 50, 100, 200, 25]);
    expect(attempt.isDestroyed).toBe(true);
  });

  it('[LIV2] is back, and tells of the gap, only when the broker took the pulls of the outage', async () => {
    const { feed, broker, observed, attempt } = await connected();
    feed.publish('in flight', someChanges(1));
    await broker.batch(attempt, 0);
    feed.publish('queued', someChanges(2));
    attempt.handlers.onLost(new Error('gone'));
    feed.publish('lost', someChanges(3));
    const pull = { kind: 'pull' };

    const second = await broker.attempt(1);
    second.resolve();
    const pulls = await broker.batch(second, 0);
    expect(eventsIn(pulls)).toEqual({ 'in flight': [pull], lost: [pull], queued: [pull] });
    expect(feed.state).toBe('lost');
    pulls.reject(new Error('the queue is full'));

    const third = await broker.attempt(2);
    expect(second.isDestroyed).toBe(true);
    expect(observed.gapCount).toBe(0);
    third.resolve();
    const again = await broker.batch(third, 0);
    expect(eventsIn(again)).toEqual(eventsIn(pulls));
    again.resolve();
    await observed.gaps(1);
    expect(feed.state).toBe('connected');
    expect(observed.states).toEqual(['connected', 'lost', 'lost', 'connected']);
  });

  it('[LIV2] [SDK8] what a process that stood still for a minute has to tell becomes a pull', async () => {
    const { feed, broker, observed, attempt, clock } = await connected();
    clock.nowMs += 59_999;
    feed.publish('a', someChanges(1));
    (await broker.batch(attempt, 0)).resolve();
    feed.publish('b', someChanges(2));
    clock.nowMs += 1;
    const next = await broker.attempt(1);
    expect([attempt.isDestroyed, attempt.batches.length]).toEqual([true, 1]);
    next.resolve();
    const pulls = await broker.batch(next, 0);
    expect(eventsIn(pulls)).toEqual({ b: [{ kind: 'pull' }] });
    pulls.resolve();
    await observed.gaps(1);
  });

  it('goes on for as long as the broker answers its checks', async () => {
    const { feed, broker, attempt, clock, check } = await connected();
    for (let minutes = 0; minutes < 3; minutes += 1) {
      clock.nowMs += 59_999;
      check();
      await nextTurn();
    }
    feed.publish('a', someChanges(1));
    expect(eventsIn(await broker.batch(attempt, 0))).toEqual({ a: [someChanges(1)] });
    expect(attempt.isDestroyed).toBe(false);
  });

  it('[LIV2] [SDK8] what it hears then is not passed on, and a gap', async () => {
    const { feed, broker, observed, attempt, clock } = await connected();
    const heard: unknown[] = [];
    await feed.subscribe('a', (event) => heard.push(event));
    const hear = () => attempt.handlers.onEvent('a', JSON.stringify(someChanges(1)), clock.nowMs);
    clock.nowMs += 59_999;
    hear();
    clock.nowMs += 1;
    hear();
    hear();
    expect(heard).toEqual([someChanges(1)]);
    expect(attempt.isDestroyed).toBe(true);
    (await broker.attempt(1)).resolve();
    await observed.gaps(1);
  });

  it('[SEC5] [SDK8] changes that were sent long ago, or by a clock that is far apart, are a pull', async () => {
    const { feed, attempt, clock } = await connected();
    const heard: unknown[] = [];
    await feed.subscribe('a', (event) => heard.push(event));
    const hear = (sentAtMs: number, event: FeedEvent) =>
      attempt.handlers.onEvent('a', JSON.stringify(event), sentAtMs);
    const taken: FeedEvent = { kind: 'commandTaken', commandId: 'c' };
    for (const apartMs of [0, 60_000, -60_000, 60_001, -60_001]) {
      hear(clock.nowMs + apartMs, someChanges(1));
    }
    hear(clock.nowMs - 3_600_000, taken);
    const pull = { kind: 'pull' };
    const changes = someChanges(1);
    expect(heard).toEqual([changes, changes, changes, pull, pull, taken]);
  });

  it('[LIV2] holds who subscribed while it was lost, and who does while it comes back', async () => {
    const { feed, broker, observed } = setup();
    await feed.subscribe('early', () => undefined);
    const starting = feed.start();
    const attempt = await broker.attempt(0);
    await feed.subscribe('meanwhile', () => undefined);
    feed.publish('x', someChanges(1));
    attempt.resolve();
    const pulls = await broker.batch(attempt, 0);
    await feed.subscribe('late', () => undefined);
    expect(attempt.held).toEqual(['early', 'meanwhile', 'late']);
    pulls.resolve();
    await starting;
    // Of those who were there before it was.
    expect(observed.gapCount).toBe(1);
  });

  it('[LIV2] a connection that breaks while it is made is one attempt that failed', async () => {
    const { feed, broker, observed } = setup();
    const starting = feed.start();
    const attempt = await broker.attempt(0);
    attempt.handlers.onLost(new Error('reset'));
    attempt.resolve();
    await starting;
    expect(feed.state).toBe('lost');
    expect(attempt.isDestroyed).toBe(true);
    expect(observed.reasons).toEqual(['reset']);
    (await broker.attempt(1)).resolve();
    await observed.changed(2);
    expect(feed.state).toBe('connected');
  });

  it('[LIV2] a stop ends the attempt under way; a start after it does nothing', async () => {
    const { feed, broker, observed } = setup();
    const starting = feed.start();
    const attempt = await broker.attempt(0);
    await feed.stop();
    await starting;
    expect(attempt.signal.aborted).toBe(true);
    expect(observed.states).toEqual([]);

    const other = setup();
    await other.feed.stop();
    await other.feed.start();
    expect(other.broker.attempts).toHaveLength(0);
  });

  it('[LIV2] a stop waits for what is queued, but not for ever', async () => {
    const { feed, broker, attempt, delays } = await connected();
    feed.publish('a', someChanges(1));
    const first = await broker.batch(attempt, 0);
    feed.publish('a', someChanges(2));
    const stopping = feed.stop();
    first.resolve();
    // The wait for the broker is over at once here.
    await stopping;
    expect(delays).toContain(2_000);
    expect(attempt.isClosed).toBe(true);
    expect(feed.state).toBe('lost');
  });
});
