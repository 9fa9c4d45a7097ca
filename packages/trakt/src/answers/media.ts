import { Type } from 'typebox';
import { CountSchema, DateSchema, Int31Schema, nullable, strict } from './forms.ts';

/** Lower case words of any script. */
const SlugSchema = Type.String({ pattern: '^[^\\s/?#%A-Z-]+(-[^\\s/?#%A-Z-]+)*$' });
const ImdbSchema = Type.String({ pattern: '^[a-z]{2}[0-9]+$' });

/** What only `extended=full` tells of a movie or an episode. */
const full = {
  /** Minutes. */
  runtime: Type.Optional(nullable(CountSchema)),
  first_aired: Type.Optional(nullable(DateSchema)),
};

const titled = {
  title: Type.String({ minLength: 1 }),
  year: nullable(Type.Integer({ minimum: 1, maximum: 9_999 })),
};

export const MovieSchema = strict({
  ...titled,
  ids: strict({
    trakt: Int31Schema,
    slug: SlugSchema,
    imdb: Type.Optional(nullable(ImdbSchema)),
    tmdb: Type.Optional(nullable(CountSchema)),
  }),
  runtime: full.runtime,
  released: Type.Optional(nullable(Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }))),
});

const show = {
  ...titled,
  ids: strict({
    trakt: Int31Schema,
    slug: SlugSchema,
    imdb: Type.Optional(nullable(ImdbSchema)),
    tmdb: Type.Optional(nullable(CountSchema)),
    tvdb: Type.Optional(nullable(CountSchema)),
  }),
  ...full,
};

/** Beside what plays. */
export const ShowSchema = strict({ ...show, aired_episodes: Type.Optional(CountSchema) });

/** In a list: how much there is of it. */
export const AiredShowSchema = strict({ ...show, aired_episodes: CountSchema });

export const EpisodeSchema = strict({
  season: CountSchema,
  number: CountSchema,
  title: nullable(Type.String({ minLength: 1 })),
  /** Without a slug. */
  ids: strict({
    trakt: Int31Schema,
    imdb: Type.Optional(nullable(ImdbSchema)),
    tmdb: Type.Optional(nullable(CountSchema)),
    tvdb: Type.Optional(nullable(CountSchema)),
  }),
  ...full,
});

export const SeasonSchema = strict({
  number: CountSchema,
  ids: strict({
    trakt: Int31Schema,
    tmdb: Type.Optional(nullable(CountSchema)),
    tvdb: Type.Optional(nullable(CountSchema)),
  }),
  /** With `extended=episodes`. */
  episodes: Type.Optional(Type.Array(EpisodeSchema)),
  aired_episodes: Type.Optional(CountSchema),
  episode_count: Type.Optional(CountSchema),
});

/** What a list item is of, told by `type`. */
export const movieItem = { type: Type.Literal('movie'), movie: MovieSchema };
export const showItem = { type: Type.Literal('show'), show: AiredShowSchema };
export const episodeItem = {
  type: Type.Literal('episode'),
  episode: EpisodeSchema,
  show: AiredShowSchema,
};
