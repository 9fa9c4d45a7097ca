'use client';

import { useMemo } from 'react';
import { watchedOf, type MarkOptions, type WatchedItem } from '../../facades/watched.ts';
import type { WatchState } from '../../watch-state.ts';
import { useWatchState } from '../provider.ts';
import { useSnapshot } from '../use-snapshot.ts';

export interface UseWatched {
  /** `undefined` where the content was not seen to its end, nor marked. */
  readonly item: WatchedItem | undefined;
  readonly isWatched: boolean;
  /** Without an open state it does nothing. @throws as `Watched.mark` */
  readonly mark: (options?: MarkOptions) => void;
  /** @returns false where it is not marked. */
  readonly unmark: () => boolean;
}

const NONE: readonly WatchedItem[] = [];
const readList = (state: WatchState) => watchedOf(state).list();

/** Whether the person has seen a content. The functions are the same ones for as long as state and content are. */
export function useWatched(contentId: string): UseWatched {
  const state = useWatchState();
  const item = useSnapshot(watchedOf, (open) => watchedOf(open).get(contentId), undefined);
  const actions = useMemo(
    () => ({
      mark: (options?: MarkOptions) => state && watchedOf(state).mark(contentId, options),
      unmark: () => (state === undefined ? false : watchedOf(state).unmark(contentId)),
    }),
    [state, contentId],
  );
  return useMemo(() => ({ item, isWatched: item !== undefined, ...actions }), [item, actions]);
}

/** Everything that was seen or marked, the latest first. */
export function useWatchedList(): readonly WatchedItem[] {
  return useSnapshot(watchedOf, readList, NONE);
}
