import { describe, expect, it } from 'vitest';
import { anOp, someChanges } from '../testing/feed/feed-contract.ts';
import { PULL_TEXT, textToEvent } from './event-text.ts';
import type { FeedEvent } from './feed.ts';
import {
  OUTGOING_LIMITS,
  OutgoingEvents,
  type OutgoingBatch,
  type OutgoingLimits,
} from './outgoing-events.ts';

const EVENT_BYTES_MAX = 1_000;
const COMMAND: FeedEvent = {
  kind: 'command',
  commandId: 'c',
  from: 'phone',
  to: 'tv',
  command: { action: 'pause' },
};

/** An event of any size that a pull makes up for. */
const padded = (pad: string) => ({ kind: 'presence', devices: [pad] }) as unknown as FeedEvent;

function setup(limits: Partial<OutgoingLimits> = {}) {
  let folded = 0;
  const outgoing = new OutgoingEvents({ ...OUTGOING_LIMITS, ...limits }, (events) => {
    folded += events;
  });
  outgoing.connected(EVENT_BYTES_MAX);
  return { outgoing, folded: () => folded };
}

function eventsIn({ users }: OutgoingBatch): Record<string, FeedEvent[]> {
  return Object.fromEntries(users.map(({ userId, texts }) => [userId, texts.map(textToEvent)]));
}

const PULL = textToEvent(PULL_TEXT);

describe('events on their way out', () => {
  it('join neighbouring changes of a user, and keep the order around other events', () => {
    const { outgoing, folded } = setup();
    outgoing.add('a', someChanges(1));
    outgoing.add('b', someChanges(2));
    outgoing.add('a', someChanges(3, 4));
    outgoing.add('a', COMMAND);
    outgoing.add('a', someChanges(5));
    const batch = outgoing.take();
    expect(eventsIn(batch)).toEqual({
      a: [someChanges(1, 3, 4), COMMAND, someChanges(5)],
      b: [someChanges(2)],
    });
    expect(batch).toMatchObject({ hasGap: false, events: 5 });
    expect(outgoing).toMatchObject({ events: 0, bytes: 0, isEmpty: true });
    expect(folded()).toBe(0);
  });

  it('[LIV3] join no further than what the broker takes at once', () => {
    const { outgoing } = setup();
    const many = Array.from({ length: 20 }, (_, index) => index);
    for (const index of many) outgoing.add('a', someChanges(index));
    const [user] = outgoing.take().users;
    expect(user?.texts.length).toBeGreaterThan(1);
    for (const text of user?.texts ?? []) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(EVENT_BYTES_MAX);
    }
    const positions = user?.texts
      .map(textToEvent)
      .flatMap((event) => (event.kind === 'changes' ? event.ops : []));
    expect(positions).toEqual(many.map((index) => anOp(index)));
  });

  it('[LIV3] are measured in bytes, not in characters', () => {
    const fits = padded('a'.repeat(EVENT_BYTES_MAX - 34));
    const { outgoing } = setup();
    expect(Buffer.byteLength(JSON.stringify(fits))).toBe(EVENT_BYTES_MAX);
    outgoing.add('a', fits);
    outgoing.add('b', padded(`é${'a'.repeat(EVENT_BYTES_MAX - 35)}`));
    const { users } = outgoing.take();
    expect(users.map(({ texts }) => texts)).toEqual([[JSON.stringify(fits)], [PULL_TEXT]]);
  });

  it('[LIV2] that are too large leave a pull in their place, a command nothing', () => {
    const { outgoing, folded } = setup();
    const pad = 'x'.repeat(EVENT_BYTES_MAX);
    outgoing.add('a', someChanges(1));
    outgoing.add('a', { kind: 'changes', ops: [anOp(1, pad)] });
    outgoing.add('a', padded(pad));
    outgoing.add('a', COMMAND);
    outgoing.add('b', { kind: 'commandTaken', commandId: pad });
    expect(folded()).toBe(3);
    expect(eventsIn(outgoing.take())).toEqual({ a: [someChanges(1), PULL, PULL, COMMAND] });
  });

  it('[LIV2] past the bound of events fold into one pull for the user who is over it', () => {
    const { outgoing, folded } = setup({ eventsMax: 10 });
    outgoing.add('quiet', someChanges(1));
    for (let index = 0; index < 100; index += 1) outgoing.add('loud', someChanges(index));
    outgoing.add('loud', COMMAND);
    expect(outgoing.events).toBeLessThanOrEqual(10);
    expect(eventsIn(outgoing.take())).toEqual({ quiet: [someChanges(1)], loud: [PULL, COMMAND] });
    expect(folded()).toBe(100);
  });

  it('[LIV2] past the bound of bytes fold as well, and stay within it', () => {
    const { outgoing, folded } = setup({ bytesMax: 2_000 });
    for (let index = 0; index < 1_000; index += 1) {
      outgoing.add(`user ${index % 10}`, someChanges(index));
      expect(outgoing.bytes).toBeLessThan(3_000);
    }
    for (const events of Object.values(eventsIn(outgoing.take())))
      expect(events).toContainEqual(PULL);
    expect(folded()).toBeGreaterThan(900);
  });

  it('[LIV2] of too many users fold into one gap, which stands for all until it is taken', () => {
    const { outgoing, folded } = setup({ usersMax: 3 });
    for (const user of ['a', 'b', 'c', 'd', 'e', 'a']) outgoing.add(user, someChanges(1));
    outgoing.add('a', COMMAND);
    expect(outgoing).toMatchObject({ events: 0, bytes: 0, isEmpty: false });
    expect(folded()).toBe(7);
    outgoing.lost();
    outgoing.add('f', someChanges(1));
    expect(outgoing.take()).toEqual({ users: [], hasGap: true, events: 0 });
    expect(outgoing.isEmpty).toBe(true);
  });

  it('[LIV2] while the broker is lost are pulls, one a user, and commands are dropped', () => {
    const { outgoing, folded } = setup();
    outgoing.add('before', someChanges(1));
    outgoing.add('commanded', COMMAND);
    outgoing.lost();
    for (let index = 0; index < 100; index += 1) outgoing.add('during', someChanges(index));
    outgoing.add('commanded', COMMAND);
    outgoing.add('opened', {
      kind: 'session',
      deviceId: 'tv',
      sessionId: 's',
      joinedAtMs: 1,
      openForMs: 0,
    });
    expect(outgoing.events).toBe(2);
    expect(folded()).toBe(104);
    outgoing.connected(EVENT_BYTES_MAX);
    outgoing.add('during', someChanges(1));
    outgoing.add('during', COMMAND);
    expect(eventsIn(outgoing.take())).toEqual({ before: [PULL], during: [PULL, COMMAND] });
    expect(outgoing).toMatchObject({ events: 0, bytes: 0 });
  });

  it('[LIV2] that may not have arrived come back as pulls', () => {
    const { outgoing } = setup();
    outgoing.add('a', someChanges(1));
    outgoing.add('b', COMMAND);
    const sent = outgoing.take();
    outgoing.add('a', someChanges(2));
    outgoing.lost();
    outgoing.putBack(sent);
    expect(eventsIn(outgoing.take())).toEqual({ a: [PULL] });
    outgoing.putBack({ users: [], hasGap: true, events: 0 });
    expect(outgoing.take().hasGap).toBe(true);
  });

  it('leave in batches of bounded size, the oldest user first', () => {
    const { outgoing } = setup({ batchBytesMax: 2_000 });
    const users = Array.from({ length: 50 }, (_, index) => `user ${index}`);
    for (const user of users) outgoing.add(user, someChanges(1));
    const taken: string[] = [];
    let batches = 0;
    for (; !outgoing.isEmpty; batches += 1) {
      const before = outgoing.bytes;
      taken.push(...outgoing.take().users.map(({ userId }) => userId));
      expect(before - outgoing.bytes).toBeLessThanOrEqual(2_000);
    }
    expect(taken).toEqual(users);
    expect(batches).toBeGreaterThan(4);
    expect(outgoing).toMatchObject({ events: 0, bytes: 0 });
  });
});
