import type { JsonValue, PlaybackPosition, Stamp } from '@cuepoint/core';
import type { SaidFacts } from '../items/resolve-item.ts';
import type { TraktCaller } from '../ports.ts';

/** Where a playback is, as a client tells it. */
export interface PercentReport {
  readonly contentId: string;
  /** 0 to 100. */
  readonly percent: number;
  readonly state: 'playing' | 'paused' | 'stopped';
  /** Seen to its end. */
  readonly isEnded: boolean;
  /** 0: unknown. */
  readonly lengthSeconds: number;
  readonly said: SaidFacts;
}

export type PercentOutcome =
  /** `lengthSeconds`: as it was used; 0: unknown. */
  | { readonly kind: 'stored'; readonly lengthSeconds: number }
  /** The same end was told before. `watchedAt`: RFC 3339. */
  | { readonly kind: 'already'; readonly watchedAt: string; readonly forSeconds: number };

/** A place in percent of a content of unknown length. */
export interface StoredPercent {
  readonly contentId: string;
  readonly percent: number;
  readonly stamp: Stamp;
  readonly updatedAtMs: number;
}

export interface StoredPosition extends PlaybackPosition {
  readonly contentId: string;
  readonly stamp: Stamp;
  readonly updatedAtMs: number;
}

export interface TraktPlaces {
  report(caller: TraktCaller, report: PercentReport): Promise<PercentOutcome>;
  /** Both kinds of place of a content. @returns false where there was none. */
  forget(caller: TraktCaller, contentId: string): Promise<boolean>;
  /** In any order, of the time from then on. */
  positions(userId: string, sinceMs: number): Promise<readonly StoredPosition[]>;
  percents(userId: string): Promise<readonly StoredPercent[]>;
}

/** What is in a register of percent; undefined for anything else. */
export function percentIn(value: JsonValue | null): number | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { percent } = value as { readonly percent?: unknown };
  return typeof percent === 'number' ? percent : undefined;
}
