import type { HiddenItem, RatingItem, SearchResult, WatchlistItem } from '../answers/lists.ts';
import type { HistoryItem } from '../answers/watched.ts';
import type { Media } from '../items/media.ts';
import { dateToAnswer, msToAnswer } from './dates.ts';

/** How many episodes of a series are out, by the name of it that counts. */
export type AiredOf = (seriesId: string) => number;

type Played = Exclude<Media, { readonly type: 'show' }>;
type Whole = Exclude<Media, { readonly type: 'episode' }>;

function playedOf(media: Played, airedOf: AiredOf) {
  return media.type === 'movie'
    ? { type: media.type, movie: media.movie }
    : {
        type: media.type,
        episode: media.episode,
        show: { ...media.show, aired_episodes: airedOf(media.seriesId) },
      };
}

function wholeOf(media: Whole, airedOf: AiredOf) {
  return media.type === 'movie'
    ? { type: media.type, movie: media.movie }
    : {
        type: media.type,
        show: { ...media.show, aired_episodes: airedOf(media.contentId) },
      };
}

function mediaOf(media: Media, airedOf: AiredOf) {
  return media.type === 'episode' ? playedOf(media, airedOf) : wholeOf(media, airedOf);
}

export interface HistoryEntry {
  /** A UUID. */
  readonly playId: string;
  /** Undefined where nobody knows. [PLY2] */
  readonly watchedAt?: string | undefined;
  readonly source?: string | undefined;
}

export function toHistoryItem(entry: HistoryEntry, media: Played, airedOf: AiredOf): HistoryItem {
  return {
    id: historyIdOf(entry.playId),
    watched_at: dateToAnswer(entry.watchedAt),
    action: entry.source === HISTORY_SOURCE ? 'watch' : 'scrobble',
    ...playedOf(media, airedOf),
  };
}

/** Where plays say that they come from that a client added by hand. */
export const HISTORY_SOURCE = 'trakt-history';

const ID_DIGITS = 12;

/** The first 48 bits of a play's id: the same at every reading, and it is found again by it. */
export function historyIdOf(playId: string): number {
  return Number.parseInt(playId.replaceAll('-', '').slice(0, ID_DIGITS), 16) || 1;
}

/** The first and the last id of plays that have this number; undefined for one that none has. */
export function playIdsOf(historyId: number): readonly [from: string, to: string] | undefined {
  if (!Number.isSafeInteger(historyId) || historyId < 1 || historyId >= 2 ** 48) return undefined;
  const digits = historyId.toString(16).padStart(ID_DIGITS, '0');
  const begin = `${digits.slice(0, 8)}-${digits.slice(8)}`;
  return [`${begin}-0000-0000-000000000000`, `${begin}-ffff-ffff-ffffffffffff`];
}

/** @param rank from 1. */
export function toWatchlistItem(
  media: Media,
  { listedAtMs, rank }: { readonly listedAtMs: number; readonly rank: number },
  airedOf: AiredOf,
): WatchlistItem {
  return {
    rank,
    id: numberOf(media),
    listed_at: msToAnswer(listedAtMs),
    notes: null,
    ...mediaOf(media, airedOf),
  };
}

export function toRatingItem(
  media: Media,
  { rating, ratedAtMs }: { readonly rating: number; readonly ratedAtMs: number },
  airedOf: AiredOf,
): RatingItem {
  return { rated_at: msToAnswer(ratedAtMs), rating, ...mediaOf(media, airedOf) };
}

export function toHiddenItem(media: Whole, hiddenAtMs: number, airedOf: AiredOf): HiddenItem {
  return { hidden_at: msToAnswer(hiddenAtMs), ...wholeOf(media, airedOf) };
}

/** @param score what is sure is 1,000, as Trakt has it. */
export function toSearchResult(media: Media, score: number, airedOf: AiredOf): SearchResult {
  return { score, ...mediaOf(media, airedOf) };
}

export function numberOf(media: Media): number {
  switch (media.type) {
    case 'movie':
      return media.movie.ids.trakt;
    case 'show':
      return media.show.ids.trakt;
    case 'episode':
      return media.episode.ids.trakt;
  }
}
