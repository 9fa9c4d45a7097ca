import { requireContentId } from '@cuepoint/core';
import { perState } from './parts/per-state.ts';
import { createRegisterPart, type Said } from './parts/register-part.ts';

/** What a person likes best: contents and series. */
export interface Favorites {
  has(contentId: string): boolean;
  /** The latest first; the same array until something changes. */
  list(): readonly FavoriteItem[];
  /**
   * @returns false where it is one already: nothing was written.
   * @throws CuepointError `invalid_content_id`; ClientError `closed`
   */
  add(contentId: string): boolean;
  /** @returns false where it is none. @throws ClientError `closed` */
  remove(contentId: string): boolean;
  /** Calls after each change, of this device or another. @returns what ends it. */
  subscribe(listener: () => void): () => void;
}

export interface FavoriteItem extends Said {
  readonly contentId: string;
}

export const favoritesOf = perState((door): Favorites => {
  const { get, list, set, clear, subscribe } = createRegisterPart(
    door,
    'favorite',
    (contentId, value) => (value === true ? { contentId } : undefined),
  );
  const has = (contentId: string) => get(contentId) !== undefined;
  return {
    has,
    list,
    add(contentId) {
      requireContentId(contentId);
      if (has(contentId)) return false;
      set(contentId, true);
      return true;
    },
    remove: clear,
    subscribe,
  };
});
