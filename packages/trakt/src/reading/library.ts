import { compareStamps, textToTimestamp } from '@cuepoint/core';
import { describedIn, type Media, type MediaReader, type ShowObject } from '../items/media.ts';
import { hasClosePlays, joinWatched } from '../lists/join-watched.ts';
import type { EpisodeState, MovieState, Seen, ShowState } from '../lists/watched.ts';
import type { TraktLists, WatchedName } from '../list-ports.ts';
import type { TraktRepository, ViewedContents } from '../ports.ts';

/** What a person watched, as whole lists are made of it. */
export interface Library {
  /** The latest first. */
  movies(userId: string): Promise<readonly MovieState[]>;
  /** Shows of which something was watched, the latest first. */
  shows(userId: string): Promise<readonly ShowState[]>;
  /** How many episodes are out, without specials. @param seriesIds names that count. */
  aired(userId: string, seriesIds: readonly string[]): Promise<(seriesId: string) => number>;
  /** Watched contents by the names under which they were. Undefined where it is not watched. */
  seenOf(userId: string, names: readonly string[]): Promise<readonly WatchedName[]>;
}

export interface LibraryDeps {
  readonly repository: TraktRepository;
  readonly lists: TraktLists;
  readonly media: MediaReader;
  readonly now: () => number;
}

const NOT_SEEN: Seen = { plays: 0, lastMs: undefined };

export function createLibrary({ repository, lists, media, now }: LibraryDeps): Library {
  /** What is not known under its own name may be under another one, or its form says it. */
  async function readAll(userId: string): Promise<readonly WatchedName[]> {
    const all = await lists.readWatched(userId);
    const unknown = all.filter(({ type }) => type === undefined).map(({ name }) => name);
    if (unknown.length === 0) return all;
    const viewed = await repository.readContents(userId, unknown);
    return all.map((one) => {
      if (one.type !== undefined) return one;
      const { type, seriesId, season, episode } = describedIn(
        viewed,
        viewed.describe.canonical(one.name),
      );
      return Object.assign({}, one, { type, seriesId, season, episode });
    });
  }

  async function runningTimes(
    userId: string,
    contents: Iterable<readonly WatchedName[]>,
  ): Promise<ReadonlyMap<string, number>> {
    const asked = [...contents].flatMap((names) =>
      hasClosePlays(names) ? (names[0]?.name ?? []) : [],
    );
    const times = new Map<string, number>();
    if (asked.length === 0) return times;
    const viewed = await repository.readContents(userId, asked);
    for (const name of asked) {
      const seconds = runningSecondsIn(viewed, name);
      if (seconds !== undefined) times.set(name, seconds);
    }
    return times;
  }

  async function episodesBySeries(
    userId: string,
    viewed: ViewedContents,
  ): Promise<ReadonlyMap<string, ReadonlyMap<number, EpisodeState>>> {
    // All names of the series that were asked for: what is in one is in it by any of them.
    const names = [...viewed.state.contentIds()];
    const known = await lists.readSeriesEpisodes(userId, names);
    const nowMs = now();
    const found = new Map<string, Map<number, EpisodeState>>();
    for (const [name, episodes] of known) {
      const seriesId = viewed.describe.canonical(name);
      const inSeries = found.get(seriesId) ?? new Map<number, EpisodeState>();
      found.set(seriesId, inSeries);
      for (const [season, number, releasedAt] of episodes) {
        const isAired = isReleased(releasedAt, nowMs);
        const place = placeOf(season, number);
        if (isAired || !inSeries.has(place)) {
          inSeries.set(place, { season, number, isAired, ...NOT_SEEN });
        }
      }
    }
    return found;
  }

  async function showsOf(
    userId: string,
    viewed: ViewedContents,
    episodeOf: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, ShowObject>> {
    const shows = new Map<string, ShowObject>();
    const found = await media.mediaIn(userId, [...episodeOf.keys()], viewed);
    for (const [seriesId, one] of found) if (one.type === 'show') shows.set(seriesId, one.show);
    // A series that nobody described is told of by what is in it.
    const missing = [...episodeOf].filter(([seriesId]) => !shows.has(seriesId));
    if (missing.length === 0) return shows;
    const told = await media.mediaOf(
      userId,
      missing.map(([, name]) => name),
    );
    for (const [seriesId, name] of missing) {
      const one = told.get(name);
      if (one?.type === 'episode') shows.set(seriesId, one.show);
    }
    return shows;
  }

  return {
    seenOf: (userId, names) => lists.readWatched(userId, names),

    async movies(userId) {
      const names = (await readAll(userId)).filter(({ type }) => type === 'movie');
      if (names.length === 0) return [];
      const viewed = await repository.readContents(
        userId,
        names.map(({ name }) => name),
      );
      const byContent = groupBy(names, ({ name }) => viewed.describe.canonical(name));
      const found = await media.mediaIn(userId, [...byContent.keys()], viewed);
      const states: MovieState[] = [];
      for (const [contentId, told] of byContent) {
        const one = found.get(contentId);
        const seen = joinWatched(told, runningSecondsIn(viewed, contentId));
        if (one?.type === 'movie' && seen !== undefined) states.push({ ...seen, movie: one.movie });
      }
      return states.toSorted(
        (a, b) => (b.lastMs ?? 0) - (a.lastMs ?? 0) || a.movie.ids.trakt - b.movie.ids.trakt,
      );
    },

    async shows(userId) {
      const named = (await readAll(userId)).filter(isEpisode);
      if (named.length === 0) return [];
      const seriesNames = [...new Set(named.map(({ seriesId }) => seriesId))];
      const viewed = await repository.readContents(userId, seriesNames);
      const bySeries = groupBy(named, ({ seriesId }) => viewed.describe.canonical(seriesId));
      const byPlace = new Map<string, Map<number, EpisodeName[]>>();
      for (const [seriesId, episodes] of bySeries) {
        byPlace.set(
          seriesId,
          groupBy(episodes, ({ season, episode }) => placeOf(season, episode)),
        );
      }
      const times = await runningTimes(
        userId,
        [...byPlace.values()].flatMap((places) => Array.from(places.values())),
      );
      const known = await episodesBySeries(userId, viewed);
      const examples = new Map(
        [...bySeries].map(([seriesId, [first]]) => [seriesId, first?.name ?? seriesId]),
      );
      const shows = await showsOf(userId, viewed, examples);
      const resets = resetsIn(viewed);
      const states: (ShowState & { readonly lastMs: number })[] = [];
      for (const [seriesId, places] of byPlace) {
        const show = shows.get(seriesId);
        if (show === undefined) continue;
        const episodes = new Map(known.get(seriesId));
        let lastMs = -1;
        for (const [place, told] of places) {
          const [first] = told;
          if (first === undefined) continue;
          const seen = joinWatched(told, times.get(first.name));
          if (seen === undefined) continue;
          lastMs = Math.max(lastMs, seen.lastMs ?? 0);
          // What was watched is out, whatever the catalogue says.
          episodes.set(place, {
            season: first.season,
            number: first.episode,
            isAired: true,
            ...seen,
          });
        }
        if (lastMs < 0) continue;
        const inOrder = [...episodes].toSorted(([a], [b]) => a - b).map(([, episode]) => episode);
        states.push({ show, resetMs: resets.get(seriesId), episodes: inOrder, lastMs });
      }
      return states.toSorted((a, b) => b.lastMs - a.lastMs || a.show.ids.trakt - b.show.ids.trakt);
    },

    async aired(userId, seriesIds) {
      if (seriesIds.length === 0) return () => 0;
      const viewed = await repository.readContents(userId, [...new Set(seriesIds)]);
      const known = await episodesBySeries(userId, viewed);
      return (seriesId) => {
        let count = 0;
        for (const { season, isAired } of known
          .get(viewed.describe.canonical(seriesId))
          ?.values() ?? []) {
          if (isAired && season !== 0) count += 1;
        }
        return count;
      };
    },
  };
}

interface EpisodeName extends WatchedName {
  readonly seriesId: string;
  readonly season: number;
  readonly episode: number;
}

function isEpisode(one: WatchedName): one is EpisodeName {
  return (
    one.type === 'episode' &&
    one.seriesId !== undefined &&
    one.season !== undefined &&
    one.episode !== undefined
  );
}

const PLACES_PER_SEASON = 2_000_000;

/** In the order of season and number. */
export function placeOf(season: number, episode: number): number {
  return season * PLACES_PER_SEASON + episode;
}

/** Of the copy that was played last, where nobody says how long the content is. */
export function runningSecondsIn(
  { describe, state }: ViewedContents,
  name: string,
): number | undefined {
  const told = describe.facts(describe.canonical(name))?.durationSeconds;
  return told || state.progress(name)?.value?.durationSeconds || undefined;
}

/** What has no date, or none that can be read, is out. [CW5] */
export function isReleased(releasedAt: string | undefined, nowMs: number): boolean {
  const ms = releasedAt === undefined ? Number.NaN : Date.parse(releasedAt);
  return Number.isNaN(ms) || ms <= nowMs;
}

/** When series were begun anew, by the names that count; of several names the last one counts. [CW6] */
export function resetsIn({ state, describe }: ViewedContents): ReadonlyMap<string, number> {
  const resets = new Map<string, number>();
  const stamps = new Map<string, NonNullable<ReturnType<typeof state.register>>>();
  for (const name of state.contentIds()) {
    const said = state.register('rewatch', name);
    if (said === undefined) continue;
    const seriesId = describe.canonical(name);
    const other = stamps.get(seriesId);
    if (other === undefined || compareStamps(other.stamp, said.stamp) < 0)
      stamps.set(seriesId, said);
  }
  for (const [seriesId, { value }] of stamps) {
    const { since } = (value ?? {}) as { readonly since?: unknown };
    const reset = typeof since === 'string' ? textToTimestamp(since) : undefined;
    if (reset !== undefined) resets.set(seriesId, reset.physical);
  }
  return resets;
}

export function groupBy<Item, Key>(
  items: Iterable<Item>,
  keyOf: (item: Item) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Series of media, by the names that count. */
export function seriesOf(found: Iterable<Media>): string[] {
  return [...found].flatMap((one) =>
    one.type === 'show' ? one.contentId : one.type === 'episode' ? one.seriesId : [],
  );
}
