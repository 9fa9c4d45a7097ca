import { Type, type Static } from 'typebox';
import {
  CountSchema,
  DateSchema,
  HistoryIdSchema,
  nullable,
  Int31Schema,
  ProgressSchema,
  strict,
} from './forms.ts';
import {
  EpisodeSchema,
  episodeItem,
  movieItem,
  MovieSchema,
  AiredShowSchema,
  ShowSchema,
} from './media.ts';

const PlaysSchema = Type.Integer({ minimum: 1 });

const watched = {
  plays: PlaysSchema,
  last_watched_at: DateSchema,
  last_updated_at: DateSchema,
};

export const WatchedMovieSchema = strict({ ...watched, movie: MovieSchema });
export type WatchedMovie = Static<typeof WatchedMovieSchema>;

/** Strict clients build objects of these by name: a key more ends them. A season has episodes. [TRK6] */
export const WatchedSeasonSchema = strict({
  number: CountSchema,
  episodes: Type.Array(
    strict({ number: CountSchema, plays: PlaysSchema, last_watched_at: DateSchema }),
    { minItems: 1 },
  ),
});

export type WatchedSeason = Static<typeof WatchedSeasonSchema>;

/**
 * With `extended=progress` all that aired is listed. `completed` equal to the number of the listed episodes makes a strict client
 * take the whole season for watched: it is there where one is left.
 */
export const ProgressSeasonSchema = strict({
  number: CountSchema,
  aired: Type.Optional(CountSchema),
  completed: Type.Optional(CountSchema),
  episodes: Type.Array(
    strict({
      number: CountSchema,
      completed: Type.Boolean(),
      plays: Type.Optional(PlaysSchema),
      last_watched_at: Type.Optional(DateSchema),
    }),
    { minItems: 1 },
  ),
});
export type ProgressSeason = Static<typeof ProgressSeasonSchema>;

const watchedShow = { ...watched, reset_at: nullable(DateSchema), show: AiredShowSchema };

export const WatchedShowSchema = strict({
  ...watchedShow,
  seasons: Type.Array(WatchedSeasonSchema, { minItems: 1 }),
});
export type WatchedShow = Static<typeof WatchedShowSchema>;

/** With `extended=noseasons` or `min`. */
export const WatchedShowAloneSchema = strict(watchedShow);
export type WatchedShowAlone = Static<typeof WatchedShowAloneSchema>;

export const WatchedShowProgressSchema = strict({
  ...watchedShow,
  aired: CountSchema,
  completed: CountSchema,
  seasons: Type.Array(ProgressSeasonSchema, { minItems: 1 }),
});
export type WatchedShowProgress = Static<typeof WatchedShowProgressSchema>;

export const ShowProgressSchema = strict({
  aired: CountSchema,
  completed: CountSchema,
  last_watched_at: nullable(DateSchema),
  reset_at: nullable(DateSchema),
  seasons: Type.Array(
    strict({
      number: CountSchema,
      title: nullable(Type.String()),
      aired: Type.Integer({ minimum: 1 }),
      completed: CountSchema,
      episodes: Type.Array(
        strict({
          number: CountSchema,
          completed: Type.Boolean(),
          last_watched_at: nullable(DateSchema),
        }),
        { minItems: 1 },
      ),
    }),
  ),
  hidden_seasons: Type.Array(Type.Never()),
  next_episode: nullable(EpisodeSchema),
  last_episode: nullable(EpisodeSchema),
});
export type ShowProgress = Static<typeof ShowProgressSchema>;

const history = {
  id: HistoryIdSchema,
  watched_at: DateSchema,
  action: Type.Enum(['scrobble', 'checkin', 'watch']),
};
export const HistoryItemSchema = Type.Union([
  strict({ ...history, ...movieItem }),
  strict({ ...history, ...episodeItem }),
]);
export type HistoryItem = Static<typeof HistoryItemSchema>;

const playback = { progress: ProgressSchema, paused_at: DateSchema, id: Int31Schema };
export const PlaybackItemSchema = Type.Union([
  strict({ ...playback, ...movieItem }),
  strict({ ...playback, ...episodeItem, show: ShowSchema }),
]);
