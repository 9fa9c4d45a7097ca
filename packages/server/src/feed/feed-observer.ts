import type { FeedState } from './feed.ts';

/** What metrics count of a feed. Called often: it only counts. */
export interface FeedObserver {
  /** Events that were handed to the broker. */
  published(events: number): void;
  /** Events of other instances that a listener here was told. */
  delivered(events: number): void;
  /** Events that a `pull` or a gap now stands for, because they were too many or too large. */
  folded(events: number): void;
  stateChanged(state: FeedState): void;
}

export const SILENT_FEED_OBSERVER: FeedObserver = {
  published: () => undefined,
  delivered: () => undefined,
  folded: () => undefined,
  stateChanged: () => undefined,
};
