import type { Work } from '@cuepoint/core';

export type { SeriesName, Work, WorkIds, WorkType } from '@cuepoint/core';

/**
 * When something happened, as exactly as the source says: an instant in UTC (RFC 3339 with `Z`, milliseconds only where
 * they are not 0), a day without a zone (`YYYY-MM-DD`), or no date at all. Nothing is rounded or moved by a zone. [IMP1]
 */
export type When =
  | { readonly precision: 'instant'; readonly at: string }
  | { readonly precision: 'day'; readonly day: string }
  | { readonly precision: 'unknown' };

export const UNKNOWN: When = { precision: 'unknown' };

export type Statement =
  /** One viewing. `sourceId` is the source's own name for it, where it has one. [IMP3] */
  | { readonly kind: 'play'; readonly when: When; readonly sourceId?: string }
  /** Seen, without a word of a viewing. */
  | { readonly kind: 'watched'; readonly when: When }
  /** Seen at least so many times, dates unknown. [IMP3] */
  | { readonly kind: 'count'; readonly atLeast: number }
  /** Something played for so long, which alone does not say that it was seen. */
  | { readonly kind: 'session'; readonly when: When; readonly playedSeconds: number }
  | {
      readonly kind: 'rating';
      readonly value: number;
      /** The greatest value that the source knows. */
      readonly outOf: number;
      readonly when: When;
    }
  | { readonly kind: 'favorite'; readonly when: When }
  | { readonly kind: 'watchlist'; readonly when: When }
  /** A place in a work, in percent of a length that the source does not tell. */
  | { readonly kind: 'progress'; readonly percent: number; readonly when: When }
  /** Hidden from what comes next, or dropped. */
  | { readonly kind: 'dismissed'; readonly when: When };

/** One thing that a file says of one work. */
export interface ImportRecord {
  readonly work: Work;
  readonly says: Statement;
}
