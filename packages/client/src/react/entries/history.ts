'use client';

import { useCallback, useMemo } from 'react';
import {
  historyOf,
  type History,
  type HistoryList,
  type HistoryQuery,
  type HistorySnapshot,
} from '../../facades/history.ts';
import type { WatchState } from '../../watch-state.ts';
import { useWatchState } from '../provider.ts';
import { useSnapshot } from '../use-snapshot.ts';

export interface UseHistory extends HistorySnapshot {
  /** Reads one page more, where there is one. */
  readonly loadMore: () => void;
  /** @returns the id of the play; `undefined` without an open state. @throws as `History.add` */
  readonly add: (...args: Parameters<History['add']>) => string | undefined;
  readonly remove: History['remove'];
}

const LOADING: HistorySnapshot = { state: 'loading', code: undefined, items: [], hasMore: false };

/** What was watched, the latest first, in pages; it stays fresh while it is shown. */
export function useHistory({ contentId, from, to }: HistoryQuery = {}): UseHistory {
  const state = useWatchState();
  const listOf = useMemo(() => {
    const lists = new WeakMap<WatchState, HistoryList>();
    return (open: WatchState): HistoryList => {
      const list = lists.get(open) ?? historyOf(open).open({ contentId, from, to });
      lists.set(open, list);
      return list;
    };
  }, [contentId, from, to]);
  const snapshot = useSnapshot(listOf, (open) => listOf(open).get(), LOADING);
  const loadMore = useCallback(() => state && listOf(state).loadMore(), [state, listOf]);
  const actions = useMemo<Pick<UseHistory, 'add' | 'remove'>>(
    () => ({
      add: (...args) => state && historyOf(state).add(...args),
      remove: (viewing) => state && historyOf(state).remove(viewing),
    }),
    [state],
  );
  return useMemo(() => ({ ...snapshot, loadMore, ...actions }), [snapshot, loadMore, actions]);
}
