import type { EpisodeObject } from '../items/media.ts';
import type { ShowProgress } from '../answers/watched.ts';
import { msToAnswer } from './dates.ts';
import { bySeason, lastOf, latestOf, type EpisodeState } from './watched.ts';

/** An episode of one show, as Cuepoint's own rules have it. */
export interface PassEpisode extends EpisodeState {
  /** In the pass that counts. [CW6] [CW7] */
  readonly isCompleted: boolean;
}

export interface PassState {
  readonly resetMs: number | undefined;
  /** By season and number. */
  readonly episodes: readonly PassEpisode[];
  /** What it goes on with, be it in progress; null where nothing is left that is out. [CW5] */
  readonly next: EpisodeObject | null;
  readonly last: EpisodeObject | null;
}

/** @param withSpecials lists season 0, and counts it. */
export function toShowProgress(
  { resetMs, episodes, next, last }: PassState,
  withSpecials: boolean,
): ShowProgress {
  const counted = episodes.filter(
    ({ season, isAired, isCompleted }) =>
      (withSpecials || season !== 0) && (isAired || isCompleted),
  );
  const latestMs = latestOf(counted);
  return {
    aired: counted.length,
    completed: counted.filter(({ isCompleted }) => isCompleted).length,
    last_watched_at: latestMs === undefined ? null : msToAnswer(latestMs),
    reset_at: resetMs === undefined ? null : msToAnswer(resetMs),
    seasons: bySeason(counted).map(([number, inSeason]) => ({
      number,
      title: null,
      aired: inSeason.length,
      completed: inSeason.filter(({ isCompleted }) => isCompleted).length,
      episodes: inSeason.map((episode) => ({
        number: episode.number,
        completed: episode.isCompleted,
        last_watched_at: episode.isCompleted ? lastOf(episode.lastMs) : null,
      })),
    })),
    hidden_seasons: [],
    next_episode: next,
    last_episode: last,
  };
}
