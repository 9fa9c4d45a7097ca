import { randomUUID } from 'node:crypto';
import type { WireOp } from '@cuepoint/core';
import { expect, it } from 'vitest';
import type { Feed, FeedEvent } from '../../feed/feed.ts';
import { listen, settled, type Ear } from './ear.ts';

/** Opens feeds of several instances that reach each other; the test that opened them stops them. */
export interface FeedFixture extends AsyncDisposable {
  /** One more instance, started. */
  open(): Promise<Feed>;
}

export function anOp(position: number, contentId = 'film:metropolis'): WireOp {
  return {
    kind: 'progress.set',
    contentId,
    positionSeconds: position,
    durationSeconds: 9_180,
    state: 'playing',
    timestamp: '0192a3b4c5d6-0000',
    deviceId: 'living-room-tv',
  };
}

export function someChanges(...positions: readonly number[]): FeedEvent {
  return { kind: 'changes', ops: positions.map((position) => anOp(position)) };
}

/** What the ops in these events say, whatever events they came in. */
export function positionsOf(events: readonly FeedEvent[]): number[] {
  return events.flatMap((event) =>
    event.kind === 'changes'
      ? event.ops.flatMap((op) => (op.kind === 'progress.set' ? op.positionSeconds : []))
      : [],
  );
}

const UNICODE_ID = 'película:夜🎬 "quoted" \\ and then';
const EVENT_OF_EACH_KIND: readonly FeedEvent[] = [
  { kind: 'changes', ops: [anOp(1, UNICODE_ID)] },
  { kind: 'pull' },
  {
    kind: 'presence',
    devices: [
      {
        deviceId: 'tv',
        deviceType: 'TV',
        platform: 'Tizen',
        appVersion: '1',
        deviceName: 'Wohnzimmer\u2028ü',
        capabilities: { audioCodecs: ['aac'] },
        lastSeen: '2026-01-01T00:00:00.000Z',
        state: 'online',
      },
    ],
  },
  { kind: 'session', deviceId: 'tv', sessionId: 's1', joinedAtMs: 1, openForMs: 2 },
  { kind: 'revoked', deviceId: 'tv' },
  { kind: 'erased' },
  {
    kind: 'command',
    commandId: 'c1',
    from: 'phone',
    to: 'tv',
    command: { action: 'load', contentId: UNICODE_ID, state: 'paused' },
  },
  { kind: 'commandTaken', commandId: 'c1' },
  { kind: 'commandResult', commandId: 'c1', outcome: 'refused', reason: 'nicht möglich' },
];

/** What every feed does while its broker is there. */
export function describeFeedContract(createFixture: () => Promise<FeedFixture>): void {
  it('[LIV3] tells the subscriber of a user on another instance, and neither its own nor another user’s', async () => {
    await using fixture = await createFixture();
    const [here, there] = [await fixture.open(), await fixture.open()];
    const [user, other] = [randomUUID(), randomUUID()];
    const own = await listen(here, user);
    const ear = await listen(there, user);
    const otherEar = await listen(there, other);
    for (const event of EVENT_OF_EACH_KIND) here.publish(user, event);
    await ear.heard(EVENT_OF_EACH_KIND.length);
    await settled(there, here);
    expect(ear.events).toEqual(EVENT_OF_EACH_KIND);
    expect(own.events).toEqual([]);
    expect(otherEar.events).toEqual([]);
  });

  it('never tells on the stack of the publisher', async () => {
    await using fixture = await createFixture();
    const [here, there] = [await fixture.open(), await fixture.open()];
    const user = randomUUID();
    const ear = await listen(there, user);
    here.publish(user, { kind: 'pull' });
    expect(ear.events).toEqual([]);
    await ear.heard(1);
  });

  it('keeps a user’s events of one instance in their order', async () => {
    await using fixture = await createFixture();
    const [here, there] = [await fixture.open(), await fixture.open()];
    const user = randomUUID();
    const ear = await listen(there, user);
    const published: string[] = [];
    for (let number = 0; number < 1_000; number += 1) {
      if (number % 7 === 0) {
        here.publish(user, { kind: 'commandTaken', commandId: `${number}` });
      } else {
        here.publish(user, someChanges(number));
      }
      published.push(`${number}`);
      if (number % 50 === 0) await settled(here, there);
    }
    await settled(here, there);
    const heard = ear.events.flatMap((event) =>
      event.kind === 'commandTaken' ? event.commandId : positionsOf([event]).map(String),
    );
    expect(heard).toEqual(published);
  });

  it('tells nothing after the end of a subscription, and again in the next', async () => {
    await using fixture = await createFixture();
    const [here, there] = [await fixture.open(), await fixture.open()];
    const user = randomUUID();
    const first = await listen(there, user);
    first.stop();
    here.publish(user, someChanges(1));
    await settled(here, there);
    const second = await listen(there, user);
    first.stop();
    here.publish(user, someChanges(2));
    await second.heard(1);
    expect(first.events).toEqual([]);
    expect(positionsOf(second.events)).toEqual([2]);
    await expect(there.subscribe(user, () => undefined)).rejects.toThrow('one listener');
  });

  it('carries 3,000 events of 500 users to every other instance, each once', async () => {
    await using fixture = await createFixture();
    const [here, ...others] = await Promise.all([fixture.open(), fixture.open(), fixture.open()]);
    const users = Array.from({ length: 500 }, () => randomUUID());
    const ears = await Promise.all(
      others.map((feed) => Promise.all(users.map((user) => listen(feed, user)))),
    );
    for (let number = 0; number < 3_000; number += 1) {
      const user = users[number % users.length];
      if (user !== undefined) here.publish(user, someChanges(number));
      if (number % 100 === 99) await nextTurn();
    }
    const expected = users.map((_, at) =>
      Array.from({ length: 3_000 / users.length }, (__, round) => round * users.length + at),
    );
    for (const [index, feed] of others.entries()) {
      await settled(here, feed);
      expect(ears[index]?.map(({ events }) => positionsOf(events))).toEqual(expected);
    }
  });

  it('[LIV9] misses nothing of what is published after subscribe has resolved', async () => {
    await using fixture = await createFixture();
    const [here, there] = [await fixture.open(), await fixture.open()];
    const users = Array.from({ length: 200 }, () => randomUUID());
    const ears: Ear[] = [];
    /** For each ear the first number whose publishing began after it was there. */
    const firstNumbers: number[] = [];
    let published = 0;
    // Publishes to everybody all the time, while one user after the other is subscribed.
    const publishing = (async () => {
      while (ears.length < users.length) {
        for (const user of users) here.publish(user, someChanges(published));
        published += 1;
        await settled(here, there);
        await nextTurn();
      }
    })();
    for (const user of users) {
      ears.push(await listen(there, user));
      firstNumbers.push(published);
      await nextTurn();
    }
    await publishing;
    for (const user of users) here.publish(user, someChanges(published));
    await settled(here, there);
    const missed = ears.flatMap(({ events }, at) => {
      const heard = new Set(positionsOf(events));
      const first = firstNumbers[at] ?? 0;
      return Array.from({ length: published + 1 - first }, (_, index) => first + index).filter(
        (number) => !heard.has(number),
      );
    });
    expect(missed).toEqual([]);
  });

  it('[LIV9] a user who is subscribed can be told at once', async () => {
    await using fixture = await createFixture();
    const [here, there] = [await fixture.open(), await fixture.open()];
    for (let round = 0; round < 100; round += 1) {
      const user = randomUUID();
      const ear = await listen(there, user);
      here.publish(user, someChanges(round));
      await ear.heard(1);
      ear.stop();
    }
    expect(there.stats().users).toBe(0);
  });

  it('[LIV2] a stop sends what is queued', async () => {
    await using fixture = await createFixture();
    const [here, there] = [await fixture.open(), await fixture.open()];
    const user = randomUUID();
    const ear = await listen(there, user);
    for (let number = 0; number < 2_000; number += 1) here.publish(user, someChanges(number));
    await here.stop();
    here.publish(user, someChanges(-1));
    while (positionsOf(ear.events).length < 2_000) await ear.heard(ear.events.length + 1);
    expect(positionsOf(ear.events)).toEqual(Array.from({ length: 2_000 }, (_, number) => number));
    expect(here.stats().queuedEvents).toBe(0);
  });
}

/** Of the event loop: what came from the network meanwhile has been read. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
