import type { ContentFacts, JsonValue, Play, Stamp } from '@cuepoint/core';
import type { TraktCaller } from './ports.ts';

/** What a user watched under one name, as `WatchedName` of `@cuepoint/store` has it. */
export interface WatchedName {
  readonly name: string;
  readonly plays: readonly {
    /** In ms since the epoch; of a day its first moment in UTC; undefined where nobody knows. */
    readonly atMs: number | undefined;
    readonly isDay: boolean;
    readonly source: string | undefined;
  }[];
  /** Undefined where nobody marked it as watched, or as not; or where it says what the plays say. */
  readonly mark:
    | {
        readonly isWatched: boolean;
        /** When they said so, in ms since the epoch. */
        readonly claimMs: number;
        /** When it was watched; undefined where nobody knows. */
        readonly atMs: number | undefined;
      }
    | undefined;
  /** What is known under this very name. */
  readonly type: string | undefined;
  readonly seriesId: string | undefined;
  readonly season: number | undefined;
  readonly episode: number | undefined;
}

export interface PlaysFilter {
  /** Both included, in ms since the epoch; with either, plays of which nobody knows when are left out. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Only of these, by the names that plays have. */
  readonly contentIds?: readonly string[] | undefined;
  readonly types: readonly string[];
  /** Names of which the type is known under another one, and is one of these. */
  readonly known: readonly string[];
  /** Ids of plays that are left out. */
  readonly without: readonly string[];
}

/** Whole lists and numbered pages, as `WatchedLists` of `@cuepoint/store` has them. */
export interface TraktLists {
  readWatched(userId: string, names?: readonly string[]): Promise<readonly WatchedName[]>;
  readSeriesEpisodes(
    userId: string,
    seriesIds: readonly string[],
  ): Promise<
    ReadonlyMap<
      string,
      readonly (readonly [season: number, episode: number, releasedAt: string | undefined])[]
    >
  >;
  listClosePlays(userId: string): Promise<readonly Play[]>;
  listUnknownPlayed(userId: string): Promise<readonly string[]>;
  countPlays(userId: string, filter: PlaysFilter): Promise<number>;
  listPlays(
    userId: string,
    filter: PlaysFilter & { readonly offset: number; readonly limit: number },
  ): Promise<readonly Play[]>;
  findPlays(
    userId: string,
    ranges: readonly (readonly [from: string, to: string])[],
  ): Promise<readonly Play[]>;
  readLastChanges(userId: string): Promise<{
    readonly playedMs: number | undefined;
    readonly pausedMs: number | undefined;
    readonly watchlistedMs: number | undefined;
    readonly markedMs: number | undefined;
    readonly saidMs: ReadonlyMap<string, number>;
  }>;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

export interface SaidRegister {
  readonly key: string;
  readonly value: JsonValue | null;
  readonly stamp: Stamp;
}

/** What is listed in pages, as `SyncRepository` of `@cuepoint/store` has it. */
export interface TraktPagedRepository {
  listWatchlist(
    userId: string,
    options: { readonly limit: number; readonly after?: string },
  ): Promise<Page<{ readonly contentId: string; readonly addedAtMs: number }>>;
  readRegisters(
    userId: string,
    request: { readonly kind: string; readonly limit: number; readonly after?: string },
  ): Promise<Page<SaidRegister>>;
  /** Films and series by words of their titles. */
  searchTitles(
    userId: string,
    search: {
      readonly query: string;
      readonly types: readonly ('movie' | 'series')[];
      readonly limit: number;
    },
  ): Promise<readonly { readonly contentId: string; readonly facts: ContentFacts }[]>;
}

export interface WatchedAdd {
  readonly contentId: string;
  /** As `readDate` gives it; undefined where nobody knows. */
  readonly watchedAt: string | undefined;
  /** The same for a retry. [TRK3] */
  readonly playbackId: string;
  readonly source: string;
}

/** Acts of the person, as the service writes them: each resolves when it is durable. */
export interface TraktChanges {
  /**
   * Plays, and that each content is watched since then.
   *
   * @returns of each whether it is new.
   */
  addWatched(caller: TraktCaller, adds: readonly WatchedAdd[]): Promise<readonly boolean[]>;
  removePlays(caller: TraktCaller, playIds: readonly string[]): Promise<void>;
  /** The ids of all plays that tell of the same viewing as this one, which is among them; none of one that is not there. [PLY1] */
  viewingOf(caller: TraktCaller, playId: string): Promise<readonly string[]>;
  /** What the person's own devices know of contents. */
  describe(
    caller: TraktCaller,
    said: readonly (readonly [contentId: string, facts: ContentFacts])[],
  ): Promise<void>;
  addToWatchlist(caller: TraktCaller, contentId: string): Promise<void>;
  removeFromWatchlist(caller: TraktCaller, contentId: string): Promise<void>;
  /** @param value null clears. */
  say(caller: TraktCaller, kind: string, key: string, value: JsonValue | null): Promise<void>;
}
