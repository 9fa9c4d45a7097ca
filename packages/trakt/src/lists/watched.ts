import type {
  ProgressSeason,
  WatchedMovie,
  WatchedSeason,
  WatchedShow,
  WatchedShowAlone,
  WatchedShowProgress,
} from '../answers/watched.ts';
import type { MovieObject, ShowObject } from '../items/media.ts';
import { msToAnswer, UNKNOWN_DATE } from './dates.ts';

/** How often something was watched, and when last. */
export interface Seen {
  /** 0 for what was not watched. */
  readonly plays: number;
  /** In ms since the epoch; undefined where nobody knows. */
  readonly lastMs: number | undefined;
}

export interface MovieState extends Seen {
  readonly movie: MovieObject;
}

/** An episode by its numbers, under whatever names it was watched. */
export interface EpisodeState extends Seen {
  readonly season: number;
  readonly number: number;
  readonly isAired: boolean;
}

export interface ShowState {
  readonly show: ShowObject;
  /** When it was begun anew, in ms since the epoch. [CW6] */
  readonly resetMs: number | undefined;
  /** All that are known, each once, by season and number. */
  readonly episodes: readonly EpisodeState[];
}

export function toWatchedMovie(state: MovieState): WatchedMovie {
  return { ...watchedOf([state]), movie: state.movie };
}

/** Without seasons: of the show alone. */
export function toWatchedShowAlone({ show, resetMs, episodes }: ShowState): WatchedShowAlone {
  return {
    ...watchedOf(episodes),
    reset_at: resetMs === undefined ? null : msToAnswer(resetMs),
    show: { ...show, aired_episodes: countAired(episodes) },
  };
}

/** What was watched of it, and nothing that was not. */
export function toWatchedShow(state: ShowState): WatchedShow {
  const seasons = bySeason(state.episodes.filter(isSeen)).map(
    ([number, episodes]): WatchedSeason => ({
      number,
      episodes: episodes.map(({ number: episode, plays, lastMs }) => ({
        number: episode,
        plays,
        last_watched_at: lastOf(lastMs),
      })),
    }),
  );
  return { ...toWatchedShowAlone(state), seasons };
}

/**
 * With all that aired, and of specials what was watched. A strict client takes a season for watched where it is told that as many are completed as are listed, so
 * that is told only of one of which an episode is left: what is not known here may have aired. Each episode tells of itself.
 */
export function toWatchedShowProgress(state: ShowState): WatchedShowProgress {
  const { resetMs, episodes } = state;
  const listed = episodes.filter(
    (episode) => isSeen(episode) || (episode.isAired && episode.season !== 0),
  );
  const seasons = bySeason(listed).map(([number, inSeason]): ProgressSeason => {
    const completed = inSeason.filter((episode) => isCompleted(episode, resetMs)).length;
    const told = inSeason.map((episode) => toProgressEpisode(episode, resetMs));
    return completed < inSeason.length
      ? { number, aired: inSeason.length, completed, episodes: told }
      : { number, episodes: told };
  });
  const regular = listed.filter(({ season }) => season !== 0);
  return {
    ...toWatchedShowAlone(state),
    aired: regular.length,
    completed: regular.filter((episode) => isCompleted(episode, resetMs)).length,
    seasons,
  };
}

function toProgressEpisode(
  episode: EpisodeState,
  resetMs: number | undefined,
): ProgressSeason['episodes'][number] {
  const { number, plays, lastMs } = episode;
  const completed = isCompleted(episode, resetMs);
  return isSeen(episode)
    ? { number, completed, plays, last_watched_at: lastOf(lastMs) }
    : { number, completed };
}

/** Those that aired, without specials. */
export function countAired(episodes: readonly EpisodeState[]): number {
  return episodes.filter(({ season, isAired }) => isAired && season !== 0).length;
}

export function isSeen({ plays }: Seen): boolean {
  return plays > 0;
}

/** In this pass: what has no date was watched before it. [CW6] */
function isCompleted({ plays, lastMs }: Seen, resetMs: number | undefined): boolean {
  return plays > 0 && (resetMs === undefined || (lastMs !== undefined && lastMs > resetMs));
}

export function latestOf(seen: readonly Seen[]): number | undefined {
  let latest: number | undefined;
  for (const { lastMs } of seen) {
    if (lastMs !== undefined && (latest === undefined || lastMs > latest)) latest = lastMs;
  }
  return latest;
}

function watchedOf(seen: readonly Seen[]) {
  const last = lastOf(latestOf(seen));
  return {
    plays: seen.reduce((sum, { plays }) => sum + plays, 0),
    last_watched_at: last,
    last_updated_at: last,
  };
}

export function lastOf(lastMs: number | undefined): string {
  return lastMs === undefined ? UNKNOWN_DATE : msToAnswer(lastMs);
}

/** In the order that they have: by season. */
export function bySeason<Episode extends { readonly season: number }>(
  episodes: readonly Episode[],
): [season: number, episodes: Episode[]][] {
  const seasons = new Map<number, Episode[]>();
  for (const episode of episodes) {
    const known = seasons.get(episode.season);
    if (known === undefined) seasons.set(episode.season, [episode]);
    else known.push(episode);
  }
  return [...seasons];
}
