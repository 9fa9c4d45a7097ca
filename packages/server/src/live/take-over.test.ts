import { describe, expect, it } from 'vitest';
import type { FeedEvent } from '../feed/feed.ts';
import { createMemoryFeed } from '../feed/memory-feed.ts';
import { createScriptedChannel } from '../testing/scripted-channel.ts';
import { ScriptedSession } from '../testing/scripted-session.ts';
import type { Greeted } from './session.ts';
import { openedElsewhere, takeOver } from './take-over.ts';

const NOW_MS = 90_000;
const OPEN_FOR_MS = 3_000;

function setup() {
  const published: FeedEvent[] = [];
  const feed = {
    ...createMemoryFeed(),
    publish: (_userId: string, event: FeedEvent) => void published.push(event),
  };
  const { channel } = createScriptedChannel();
  const deps = { feed, monotonic: () => NOW_MS };
  const open = (id: string, joinedAtMs: number | undefined, isWelcomed = true, deviceId = 'tv') => {
    const peer = new ScriptedSession({
      id,
      deviceId,
      openedAtMs: NOW_MS - OPEN_FOR_MS,
      ...(joinedAtMs !== undefined && { joinedAtMs }),
    });
    peer.session.isWelcomed = isWelcomed;
    channel.sessions.add(peer.session);
    return peer;
  };
  const takesOver = (peer: ScriptedSession) =>
    takeOver(deps, channel, peer.session, peer.session.greeted as Greeted);
  return { published, deps, channel, open, takesOver };
}

describe('a device that opens a second session', () => {
  it('keeps the later one, tells the other instances, and leaves other devices alone', () => {
    const { open, takesOver, published } = setup();
    const older = open('a', 1);
    const other = open('b', 1, true, 'phone');
    const newer = open('c', 2);
    takesOver(newer);
    expect([older.closed?.code, other.closed, newer.closed]).toEqual([4409, undefined, undefined]);
    expect(published).toEqual([
      { kind: 'session', deviceId: 'tv', sessionId: 'c', joinedAtMs: 2, openForMs: OPEN_FOR_MS },
    ]);
  });

  it('keeps the later one although the earlier is welcomed after it', () => {
    const { open, takesOver, published } = setup();
    const older = open('a', 1);
    const newer = open('b', 2);
    takesOver(newer);
    older.session.isClosing = false;
    takesOver(older);
    expect(newer.closed).toBeUndefined();
    expect(published).toHaveLength(1);
  });

  it('does not end a later one whose welcome is still to come', () => {
    const { open, takesOver } = setup();
    const older = open('a', 1);
    const newer = open('b', 2, false);
    takesOver(older);
    expect([older.closed, newer.closed]).toEqual([undefined, undefined]);
  });
});

describe('a session of the device on another instance', () => {
  const event = { deviceId: 'tv', sessionId: 'm', joinedAtMs: 5, openForMs: 0 };

  it('ends an older one here, by the clock of the database and then by id', () => {
    const { open, channel, deps } = setup();
    const byClock = open('z', 4);
    const byId = open('a', 5);
    openedElsewhere(deps, channel, event);
    expect([byClock.closed?.code, byId.closed?.code]).toEqual([4409, 4409]);
    expect(channel.elsewhere.has('tv')).toBe(true);
  });

  it('[HLC4] does not end one here that was open for less long, by whatever clock it was opened', () => {
    const { open, channel, deps, published } = setup();
    // The database's clock was set back by an hour between the two.
    const newer = open('b', 5);
    const stale = { ...event, joinedAtMs: 3_600_005 };
    openedElsewhere(deps, channel, { ...stale, openForMs: OPEN_FOR_MS + 1 });
    expect([newer.closed, published]).toEqual([undefined, []]);
    openedElsewhere(deps, channel, { ...stale, openForMs: OPEN_FOR_MS - 1 });
    expect(newer.closed?.code).toBe(4409);
  });

  it('gives way to a newer one here, which says so again', () => {
    const { open, channel, deps, published } = setup();
    const byClock = open('a', 6);
    openedElsewhere(deps, channel, event);
    expect(byClock.closed).toBeUndefined();
    expect(published).toEqual([
      { kind: 'session', deviceId: 'tv', sessionId: 'a', joinedAtMs: 6, openForMs: OPEN_FOR_MS },
    ]);
    // Its leave is told from here.
    expect(channel.elsewhere.has('tv')).toBe(false);
  });

  it('waits for the welcome of a newer one here before it gives way', () => {
    const { open, channel, deps, published } = setup();
    open('z', 5, false);
    openedElsewhere(deps, channel, event);
    expect(published).toEqual([]);
  });

  it('leaves one here alone whose hello is still to be read: when it is, it is told', () => {
    const { open, channel, deps, published } = setup();
    const unread = open('a', undefined, false);
    openedElsewhere(deps, channel, event);
    expect([unread.closed, published]).toEqual([undefined, []]);
  });

  it('ends the grace of a device that was lost here: it is back there', () => {
    const { channel, deps } = setup();
    channel.pendingLeaves.set('tv', { device: {} as never, dueAtMs: 0 });
    openedElsewhere(deps, channel, event);
    expect(channel.pendingLeaves.size).toBe(0);
  });
});
