import { SILENT_FEED_OBSERVER, type FeedObserver } from './feed-observer.ts';
import type { Feed, FeedEvent } from './feed.ts';
import { createListeners, type Listeners } from './listeners.ts';

/** Connects the memory feeds of one process: each stands for an instance. */
export interface MemoryBus {
  readonly members: Set<Listeners>;
}

export function createMemoryBus(): MemoryBus {
  return { members: new Set() };
}

export interface MemoryFeedDeps {
  /** Without one there is no other instance: nothing is delivered. */
  readonly bus?: MemoryBus;
  readonly observer?: FeedObserver;
}

/**
 * The feed of a process that is alone, or that holds all instances.
 *
 * What is published arrives in a microtask: a listener never runs on the publisher's stack, and what one
 * turn publishes arrives before the next turn begins, so nothing piles up. It is never lost, and `onGap`
 * never fires. Events are passed as they are, not copied.
 */
export function createMemoryFeed({
  bus = createMemoryBus(),
  observer = SILENT_FEED_OBSERVER,
}: MemoryFeedDeps = {}): Feed {
  const listeners = createListeners();
  let queue: { readonly userId: string; readonly event: FeedEvent }[] = [];

  function deliver(): void {
    const events = queue;
    queue = [];
    for (const { userId, event } of events) {
      for (const member of bus.members) {
        if (member !== listeners && member.deliver(userId, event)) observer.delivered(1);
      }
    }
  }

  function peers(): number {
    return bus.members.size - (bus.members.has(listeners) ? 1 : 0);
  }

  return {
    kind: 'memory',
    state: 'connected',
    get isAlone() {
      return peers() === 0;
    },
    async start() {
      bus.members.add(listeners);
    },
    subscribe: async (userId, listener) => listeners.add(userId, listener),
    publish(userId, event) {
      if (peers() === 0) return;
      if (queue.length === 0) queueMicrotask(deliver);
      queue.push({ userId, event });
      observer.published(1);
    },
    onGap: () => undefined,
    async stop() {
      deliver();
      bus.members.delete(listeners);
    },
  };
}
