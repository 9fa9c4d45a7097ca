import type { FeedEvent, FeedListener } from './feed.ts';

/** Who is held on this instance. */
export interface Listeners {
  readonly size: number;
  has(userId: string): boolean;
  /** @returns takes the listener away; twice does no harm, also when the user is held anew. */
  add(userId: string, listener: FeedListener): () => void;
  /** @returns whether somebody listens. */
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
      return () => {
        if (listenersByUserId.get(userId) === listener) listenersByUserId.delete(userId);
      };
    },
    deliver(userId, event) {
      const listener = listenersByUserId.get(userId);
      listener?.(event);
      return listener !== undefined;
    },
    userIds: () => listenersByUserId.keys(),
  };
}
