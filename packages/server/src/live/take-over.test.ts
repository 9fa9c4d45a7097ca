import { describe, expect, it } from 'vitest';
import type { FeedEvent } from '../feed/feed.ts';
import { createMemoryFeed } from '../feed/memory-feed.ts';
import { createScriptedChannel } from '../testing/scripted-channel.ts';
import { ScriptedSession } from '../testing/scripted-session.ts';
import type { Greeted } from './session.ts';
import { openedElsewhere, takeOver } from './take-over.ts';

function setup() {
  const published: FeedEvent[] = [];
  const feed = {
    ...createMemoryFeed(),
    publish: (_userId: string, event: FeedEvent) => void published.push(event),
  };
  const { channel } = createScriptedChannel();
  const open = (id: string, joinedAtMs: number | undefined, isWelcomed = true, deviceId = 'tv') => {
    const peer = new ScriptedSession({
      id,
      deviceId,
      ...(joinedAtMs !== undefined && { joinedAtMs }),
    });
    peer.session.isWelcomed = isWelcomed;
    channel.sessions.add(peer.session);
    return peer;
  };
  const takesOver = (peer: ScriptedSession) =>
    takeOver(feed, channel, peer.session, peer.session.greeted as Greeted);
  return { published, feed, channel, open, takesOver };
}

describe('a device that opens a second session', () => {
  it('keeps the later one, tells the other instances, and leaves other devices alone', () => {
    const { open, takesOver, published } = setup();
    const older = open('a', 1);
    const other = open('b', 1, true, 'phone');
    const newer = open('c', 2);
    takesOver(newer);
    expect([older.closed?.code, other.closed, newer.closed]).toEqual([4409, undefined, undefined]);
    expect(published).toEqual([{ kind: 'session', deviceId: 'tv', sessionId: 'c', joinedAtMs: 2 }]);
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
  const event = { deviceId: 'tv', sessionId: 'm', joinedAtMs: 5 };

  it('ends an older one here, by the clock of the database and then by id', () => {
    const { open, channel, feed } = setup();
    const byClock = open('z', 4);
    const byId = open('a', 5);
    openedElsewhere(feed, channel, event);
    expect([byClock.closed?.code, byId.closed?.code]).toEqual([4409, 4409]);
    expect(channel.elsewhere.has('tv')).toBe(true);
  });

  it('gives way to a newer one here, which says so again', () => {
    const { open, channel, feed, published } = setup();
    const byClock = open('a', 6);
    openedElsewhere(feed, channel, event);
    expect(byClock.closed).toBeUndefined();
    expect(published).toEqual([{ kind: 'session', deviceId: 'tv', sessionId: 'a', joinedAtMs: 6 }]);
    // Its leave is told from here.
    expect(channel.elsewhere.has('tv')).toBe(false);
  });

  it('waits for the welcome of a newer one here before it gives way', () => {
    const { open, channel, feed, published } = setup();
    open('z', 5, false);
    openedElsewhere(feed, channel, event);
    expect(published).toEqual([]);
  });

  it('leaves one here alone whose hello is still to be read: when it is, it is told', () => {
    const { open, channel, feed, published } = setup();
    const unread = open('a', undefined, false);
    openedElsewhere(feed, channel, event);
    expect([unread.closed, published]).toEqual([undefined, []]);
  });

  it('ends the grace of a device that was lost here: it is back there', () => {
    const { channel, feed } = setup();
    channel.pendingLeaves.set('tv', { device: {} as never, dueAtMs: 0 });
    openedElsewhere(feed, channel, event);
    expect(channel.pendingLeaves.size).toBe(0);
  });
});
