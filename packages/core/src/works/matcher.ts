import type { Work } from './work.ts';

export type WorkMatch =
  | {
      readonly kind: 'matched';
      readonly contentId: string;
      /** Of an episode: the content that is its series, or comes to be. */
      readonly seriesId?: string;
      /** False for what comes to be known by this work: whoever reports it describes it. */
      readonly isKnown: boolean;
    }
  /** `unknown`: nothing here has its name · `ambiguous`: several contents have it. */
  | { readonly kind: 'unmatched'; readonly reason: 'unknown' | 'ambiguous' };

/** Something that was reported of a work that is not matched: it is applied once it is. Times in ms since the epoch. */
export type WaitingReport =
  /** Seen to the end. `playbackId`: of one viewing, however often it is told. */
  | { readonly kind: 'viewing'; readonly atMs: number; readonly playbackId?: string }
  | {
      readonly kind: 'place';
      readonly atMs: number;
      readonly positionSeconds: number;
      /** 0: unknown. */
      readonly durationSeconds: number;
    };

/** Which content somebody means. What one person said by hand counts for that person alone, and before everything else. */
export interface Matcher {
  match(userId: string, work: Work): Promise<WorkMatch>;
  /** Many at once, in their order. */
  matchAll(userId: string, works: readonly Work[]): Promise<readonly WorkMatch[]>;
  /**
   * Shows a work to the person as not recognised, and keeps what was reported of it until it is.
   *
   * Bounded: the oldest works, and the oldest reports of one, make room. A work with neither title nor series is not kept.
   *
   * @param source who reported it, as the person sees it: `jellyfin`, `plex`, `trakt`.
   */
  keepUnmatched(
    userId: string,
    work: Work,
    report: { readonly source: string; readonly waiting?: WaitingReport },
  ): Promise<void>;
}
