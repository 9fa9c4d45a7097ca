import { describe, expect, it } from 'vitest';
import type { FeedListener } from '../feed/feed.ts';
import { createMemoryFeed } from '../feed/memory-feed.ts';
import { createSignal } from '../testing/signal.ts';
import { ScriptedSession } from '../testing/scripted-session.ts';
import { UserChannels } from './user-channels.ts';

function setup() {
  const subscribed = new Map<string, FeedListener>();
  let subscribe = async (userId: string, listener: FeedListener) => {
    if (subscribed.has(userId)) throw new Error('a user has one listener');
    subscribed.set(userId, listener);
    return () => void subscribed.delete(userId);
  };
  const feed = {
    ...createMemoryFeed(),
    subscribe: (userId: string, listener: FeedListener) => subscribe(userId, listener),
  };
  const heard: string[] = [];
  const channels = new UserChannels({
    feed,
    now: () => 7,
    onEvent: ({ userId }, { kind }) => heard.push(`${userId} ${kind}`),
  });
  return {
    subscribed,
    channels,
    heard,
    setSubscribe: (replacement: typeof subscribe) => {
      subscribe = replacement;
    },
  };
}

describe('the users that an instance holds', () => {
  it('are subscribed while somebody needs them, once each', async () => {
    const { channels, subscribed, heard } = setup();
    const first = channels.acquire('a');
    const second = channels.acquire('a');
    expect(second).toBe(first);
    await first.subscribed;
    subscribed.get('a')?.({ kind: 'pull' });
    expect(heard).toEqual(['a pull']);
    channels.release(first);
    expect({ users: channels.size, subscriptions: subscribed.size }).toEqual({
      users: 1,
      subscriptions: 1,
    });
    channels.release(second);
    expect({ users: channels.size, subscriptions: subscribed.size }).toEqual({
      users: 0,
      subscriptions: 0,
    });
  });

  it('stay for a session, and for a leave that has not been told', async () => {
    const { channels } = setup();
    const channel = channels.acquire('a');
    await channel.subscribed;
    const { session } = new ScriptedSession({ deviceId: 'tv' });
    channel.sessions.add(session);
    channels.release(channel);
    expect(channels.find('a')).toBe(channel);
    const device = { ...(session.greeted?.device as object) } as never;
    channel.pendingLeaves.set('tv', { device, dueAtMs: 0 });
    channel.sessions.delete(session);
    channels.dropIfIdle(channel);
    expect(channels.size).toBe(1);
    channel.pendingLeaves.clear();
    channels.dropIfIdle(channel);
    expect(channels.size).toBe(0);
  });

  it('are let go after a subscription that comes when nobody waits for it any more', async () => {
    const { channels, subscribed, setSubscribe } = setup();
    const confirmed = createSignal();
    setSubscribe(async (userId, listener) => {
      await confirmed.received;
      subscribed.set(userId, listener);
      return () => void subscribed.delete(userId);
    });
    const channel = channels.acquire('a');
    channels.release(channel);
    // Who comes meanwhile shares the subscription that is on its way.
    expect(channels.acquire('a')).toBe(channel);
    channels.release(channel);
    expect(channels.size).toBe(1);
    confirmed.send();
    await channel.subscribed;
    await Promise.resolve();
    expect({ users: channels.size, subscriptions: subscribed.size }).toEqual({
      users: 0,
      subscriptions: 0,
    });
  });

  it('are forgotten when their subscription fails: the next one tries again', async () => {
    const { channels, setSubscribe } = setup();
    setSubscribe(() => Promise.reject(new Error('of the feed')));
    const channel = channels.acquire('a');
    await expect(channel.subscribed).rejects.toThrow('of the feed');
    channels.release(channel);
    expect(channels.size).toBe(0);
    setSubscribe(() => Promise.resolve(() => undefined));
    const again = channels.acquire('a');
    await again.subscribed;
    expect(again).not.toBe(channel);
  });
});
