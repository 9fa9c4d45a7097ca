import type { FeedState } from './feed.ts';

/** What metrics count of a feed. Called often: it only counts. */
export interface FeedObserver {
  /** Events that the broker has. */
  published(events: number): void;
  /** Events of other instances that a listener here was told. */
  delivered(events: number): void;
  /**
   * Events that were not sent, since they were too large or too many or the feed was lost: a `pull` or a gap
   * stands for them, or they are commands that expire.
   */
  folded(events: number): void;
  /** @param reason why it is lost; it may name hosts, and no secret. */
  stateChanged(state: FeedState, reason?: string): void;
}

export const SILENT_FEED_OBSERVER: FeedObserver = {
  published: () => undefined,
  delivered: () => undefined,
  folded: () => undefined,
  stateChanged: () => undefined,
};
