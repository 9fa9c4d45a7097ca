import type { FeedEvent, FeedListener } from './feed.ts';

/** Who is held on this instance. */
export interface Listeners {
  readonly size: number;
  has(userId: string): boolean;
  /** @returns takes the listener away, and tells whether it was still there. */
  add(userId: string, listener: FeedListener): () => boolean;
  /** @returns whether somebody listens. What a listener throws is a bug, and ends the process. */
  deliver(userId: string, event: FeedEvent): boolean;
  userIds(): Iterable<string>;
}

export function createListeners(): Listeners {
  const listenersByUserId = new Map<string, FeedListener>();
  return {
    get size() {
      return listenersByUserId.size;
    },
    has: (userId) => listenersByUserId.has(userId),
    add(userId, listener) {
      if (listenersByUserId.has(userId)) throw new Error('a user has one listener');
      listenersByUserId.set(userId, listener);
      return () => listenersByUserId.get(userId) === listener && listenersByUserId.delete(userId);
    },
    deliver(userId, event) {
      const listener = listenersByUserId.get(userId);
      if (listener === undefined) return false;
      try {
        listener(event);
      } catch (error) {
        // Thrown where no broker's client can swallow it, and where the events behind it still arrive.
        queueMicrotask(() => {
          throw error;
        });
      }
      return true;
    },
    userIds: () => listenersByUserId.keys(),
  };
}
