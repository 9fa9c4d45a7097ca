import { requireContentId, TAGS_PER_REMOVE_MAX } from '@cuepoint/core';
import type { Write } from './outbox/record-op.ts';
import type { ReplicaStore } from './replica/replica-store.ts';
import { createPart } from './replica/part.ts';
import { visibleTags, watchlistItem, type WatchlistItem } from './replica/view.ts';

/** What the person wants to watch: an OR-Set, so that an add and a concurrent remove both count. [ORS2] */
export interface Watchlist {
  readonly size: number;
  /** The newest first; the same array until something changes. */
  list(): readonly WatchlistItem[];
  has(contentId: string): boolean;
  /**
   * @returns false when it is there already: nothing was written.
   * @throws CuepointError `invalid_content_id`; ClientError `closed`
   */
  add(contentId: string): boolean;
  /**
   * @returns false when it is not there.
   * @throws CuepointError `invalid_content_id`; ClientError `closed`
   */
  remove(contentId: string): boolean;
  /** Calls after each change, of this device or another. @returns what ends it. */
  subscribe(listener: () => void): () => void;
}

export interface WritableDeps {
  readonly store: ReplicaStore;
  readonly write: Write;
}

export function createWatchlist({ store, write }: WritableDeps, uuid: () => string): Watchlist {
  const { get, list, subscribe } = createPart<WatchlistItem>(
    store,
    'watchlist',
    watchlistItem,
    ({ addedAtMs }) => addedAtMs,
  );
  const has = (contentId: string) => get(contentId) !== undefined;
  return {
    get size() {
      return list().length;
    },
    list,
    has,
    add(contentId) {
      requireContentId(contentId);
      if (has(contentId)) return false;
      write({ kind: 'watchlist.add', contentId, tag: uuid() });
      return true;
    },
    remove(contentId) {
      requireContentId(contentId);
      const tags = [...visibleTags(store.replica, contentId).keys()];
      for (let at = 0; at < tags.length; at += TAGS_PER_REMOVE_MAX) {
        const some = tags.slice(at, at + TAGS_PER_REMOVE_MAX);
        write({ kind: 'watchlist.remove', contentId, tags: some });
      }
      return tags.length > 0;
    },
    subscribe,
  };
}
