import { useMemo } from 'react';
import type { WatchlistItem } from '../replica/view.ts';
import type { WatchState } from '../watch-state.ts';
import { useWatchState } from './provider.ts';
import { useSnapshot, watchlistOf } from './use-snapshot.ts';

export interface UseWatchlist {
  /** The newest first. */
  readonly items: readonly WatchlistItem[];
  readonly has: (contentId: string) => boolean;
  /** @returns false when it is there already, or no state is open yet. @throws as `Watchlist.add` */
  readonly add: (contentId: string) => boolean;
  /** @returns false when it is not there. @throws as `Watchlist.remove` */
  readonly remove: (contentId: string) => boolean;
}

const NONE: readonly WatchlistItem[] = [];
const read = (state: WatchState) => state.watchlist.list();

/** What the person wants to watch. The functions are the same ones for as long as the state is. */
export function useWatchlist(): UseWatchlist {
  const state = useWatchState();
  const items = useSnapshot(watchlistOf, read, NONE);
  const actions = useMemo(
    () => ({
      has: (contentId: string) => state?.watchlist.has(contentId) ?? false,
      add: (contentId: string) => state?.watchlist.add(contentId) ?? false,
      remove: (contentId: string) => state?.watchlist.remove(contentId) ?? false,
    }),
    [state],
  );
  return useMemo(() => ({ items, ...actions }), [items, actions]);
}
