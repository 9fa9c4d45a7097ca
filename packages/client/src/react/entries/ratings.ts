'use client';

import { useMemo } from 'react';
import { ratingsOf, type RatingItem } from '../../facades/ratings.ts';
import type { WatchState } from '../../watch-state.ts';
import { useWatchState } from '../provider.ts';
import { useSnapshot } from '../use-snapshot.ts';

export interface UseRating {
  /** 1 to 10; `undefined` where there is none. */
  readonly rating: number | undefined;
  /** Without an open state it does nothing. @throws as `Ratings.set` */
  readonly rate: (rating: number) => void;
  /** @returns false where there is none. */
  readonly clear: () => boolean;
}

const NONE: readonly RatingItem[] = [];
const readList = (state: WatchState) => ratingsOf(state).list();

/** What the person thinks of a content or series. The functions are the same ones for as long as state and content are. */
export function useRating(contentId: string): UseRating {
  const state = useWatchState();
  const rating = useSnapshot(ratingsOf, (open) => ratingsOf(open).get(contentId), undefined);
  const actions = useMemo(
    () => ({
      rate: (given: number) => state && ratingsOf(state).set(contentId, given),
      clear: () => (state === undefined ? false : ratingsOf(state).clear(contentId)),
    }),
    [state, contentId],
  );
  return useMemo(() => ({ rating, ...actions }), [rating, actions]);
}

/** All of them, the latest first. */
export function useRatings(): readonly RatingItem[] {
  return useSnapshot(ratingsOf, readList, NONE);
}
