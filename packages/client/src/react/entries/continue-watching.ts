'use client';

import type { Card, Verdict } from '@cuepoint/core';
import { useCallback, useMemo } from 'react';
import {
  continueWatchingOf,
  type ContinueWatching,
  type ContinueWatchingOptions,
} from '../../facades/continue-watching.ts';
import type { WatchState } from '../../watch-state.ts';
import { useWatchState } from '../provider.ts';
import { useSnapshot } from '../use-snapshot.ts';

export type { Card, Verdict } from '@cuepoint/core';

export interface UseContinueWatching extends Pick<
  ContinueWatching,
  'dismiss' | 'restore' | 'rewatch' | 'endRewatch'
> {
  /** The latest engaged first. */
  readonly cards: readonly Card[];
}

const NONE: readonly Card[] = [];

/** @param options what the app knows of contents, say: with the same functions in each render. */
export function useContinueWatching(options?: ContinueWatchingOptions): UseContinueWatching {
  const state = useWatchState();
  const listOf = useListOf(options);
  const cards = useSnapshot(listOf, (open) => listOf(open).list(), NONE);
  const actions = useMemo<Omit<UseContinueWatching, 'cards'>>(
    () => ({
      dismiss: (id) => state && listOf(state).dismiss(id),
      restore: (id) => (state === undefined ? false : listOf(state).restore(id)),
      rewatch: (id) => state && listOf(state).rewatch(id),
      endRewatch: (id) => (state === undefined ? false : listOf(state).endRewatch(id)),
    }),
    [state, listOf],
  );
  return useMemo(() => ({ cards, ...actions }), [cards, actions]);
}

/** What a series goes on with; `undefined` without an open state. @param options as above */
export function useUpNext(
  seriesId: string,
  options?: ContinueWatchingOptions,
): Verdict | undefined {
  const listOf = useListOf(options);
  const readKept = useMemo(
    () => keptVerdict((open) => listOf(open).upNext(seriesId)),
    [listOf, seriesId],
  );
  return useSnapshot(listOf, readKept, undefined);
}

/** Another list for other options: objects that say the same are the same. */
function useListOf(options: ContinueWatchingOptions | undefined) {
  const { facts, episodesOf, canonical, catalogue, fetch } = options ?? {};
  const policy = JSON.stringify(options?.policy);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- by what they say
  const kept = useMemo(() => options, [facts, episodesOf, canonical, catalogue, fetch, policy]);
  return useCallback((open: WatchState) => continueWatchingOf(open, kept), [kept]);
}

/** The same object for the same verdict: each look makes a new one. */
function keptVerdict(read: (open: WatchState) => Verdict) {
  let kept: { readonly verdict: Verdict; readonly text: string } | undefined;
  return (open: WatchState): Verdict => {
    const verdict = read(open);
    const text = JSON.stringify(verdict);
    if (kept?.text !== text) kept = { verdict, text };
    return kept.verdict;
  };
}
