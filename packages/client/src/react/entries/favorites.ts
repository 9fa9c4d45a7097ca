'use client';

import { useMemo } from 'react';
import { favoritesOf, type FavoriteItem } from '../../facades/favorites.ts';
import type { WatchState } from '../../watch-state.ts';
import { useWatchState } from '../provider.ts';
import { useSnapshot } from '../use-snapshot.ts';

export interface UseFavorite {
  readonly isFavorite: boolean;
  /** @returns false where it is one already, or no state is open yet. @throws as `Favorites.add` */
  readonly add: () => boolean;
  /** @returns false where it is none. */
  readonly remove: () => boolean;
}

const NONE: readonly FavoriteItem[] = [];
const readList = (state: WatchState) => favoritesOf(state).list();

/** Whether a content or series is a favourite. The functions are the same ones for as long as state and content are. */
export function useFavorite(contentId: string): UseFavorite {
  const state = useWatchState();
  const isFavorite = useSnapshot(favoritesOf, (open) => favoritesOf(open).has(contentId), false);
  const actions = useMemo(
    () => ({
      add: () => (state === undefined ? false : favoritesOf(state).add(contentId)),
      remove: () => (state === undefined ? false : favoritesOf(state).remove(contentId)),
    }),
    [state, contentId],
  );
  return useMemo(() => ({ isFavorite, ...actions }), [isFavorite, actions]);
}

/** All of them, the latest first. */
export function useFavorites(): readonly FavoriteItem[] {
  return useSnapshot(favoritesOf, readList, NONE);
}
