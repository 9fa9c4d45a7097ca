import type { PlaybackPosition } from '../playback-position.ts';
import type { Stamp } from '../stamp.ts';

/** The winner of a register: an `LWWRegister` is one. A `null` says that it was cleared. */
export interface Written<T> {
  readonly value: T;
  readonly stamp: Stamp;
}

/** The kinds of registers that a list is made of. */
export type ListedKind = 'watched' | 'dismissed' | 'rewatch';

/** What one user did and said, by the names under which it was written. */
export interface ViewerState {
  /** Every id with a position or a register of {@link ListedKind}, in any order. One more than once, or without any, does no harm. */
  contentIds(): Iterable<string>;
  progress(contentId: string): Written<PlaybackPosition | null> | undefined;
  register(kind: ListedKind, key: string): Written<unknown> | undefined;
}

/** The facts that the rules ask for; `ContentFacts` is one. */
export interface ListedFacts {
  readonly type: string;
  readonly seriesId?: string | undefined;
  /** 0 for specials. */
  readonly season?: number | undefined;
  readonly episode?: number | undefined;
  readonly durationSeconds?: number | undefined;
  readonly creditsStartSeconds?: number | undefined;
  /** A day or an instant, as RFC 3339 has them. */
  readonly releasedAt?: string | undefined;
}

/** What is known of contents, and by which names. */
export interface Description {
  /** @param contentId as {@link canonical} gives it; the answer holds what was learnt under any of its names. */
  facts(contentId: string): ListedFacts | undefined;
  /** In any order, under any of their names. @param seriesId as {@link canonical} gives it. */
  episodesOf(seriesId: string): Iterable<string>;
  /** The one name of all that a content has; the id itself where it has no other. */
  canonical(id: string): string;
}

/** From where on a content is begun. [CW3] */
export interface ContinueWatchingPolicy {
  readonly filmBegunSeconds: number;
  /** Of a known duration, 0 to 1: what comes first counts. */
  readonly filmBegunShare: number;
  readonly episodeBegunSeconds: number;
}

export const CONTINUE_WATCHING_POLICY: ContinueWatchingPolicy = {
  filmBegunSeconds: 120,
  filmBegunShare: 0.03,
  episodeBegunSeconds: 120,
};
