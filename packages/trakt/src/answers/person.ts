import { Type, type TSchema } from 'typebox';
import { CountSchema, DateSchema, nullable, strict } from './forms.ts';

const activity = <const Names extends readonly string[]>(names: Names) =>
  strict(Object.fromEntries(names.map((name): [string, TSchema] => [`${name}_at`, DateSchema])));

/** Every group, and of each every moment: clients die of one that is missing. */
export const ACTIVITIES = {
  movies: [
    'watched',
    'collected',
    'rated',
    'watchlisted',
    'favorited',
    'commented',
    'paused',
    'hidden',
  ],
  episodes: ['watched', 'collected', 'rated', 'watchlisted', 'commented', 'paused'],
  shows: ['rated', 'watchlisted', 'favorited', 'commented', 'hidden', 'dropped'],
  seasons: ['rated', 'watchlisted', 'commented', 'hidden'],
  comments: ['liked', 'reacted', 'blocked'],
  lists: ['liked', 'reacted', 'updated', 'commented'],
  watchlist: ['updated'],
  favorites: ['updated'],
  collaborations: ['updated'],
  saved_filters: ['updated'],
  notes: ['updated'],
  account: ['settings', 'followed', 'following', 'pending', 'requested'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export const LastActivitiesSchema = strict({
  all: DateSchema,
  ...Object.fromEntries(
    Object.entries(ACTIVITIES).map(([group, names]): [string, TSchema] => [group, activity(names)]),
  ),
});

const user = {
  username: Type.String({ minLength: 1 }),
  private: Type.Boolean(),
  deleted: Type.Optional(Type.Literal(false)),
  name: Type.String(),
  vip: Type.Boolean(),
  vip_ep: Type.Boolean(),
  director: Type.Boolean(),
  ids: strict({ slug: Type.String({ minLength: 1 }), uuid: Type.String({ minLength: 1 }) }),
};
export const UserSchema = strict(user);

export const SettingsSchema = strict({
  user: strict({
    ...user,
    joined_at: DateSchema,
    location: nullable(Type.String()),
    about: nullable(Type.String()),
    gender: nullable(Type.String()),
    age: nullable(CountSchema),
    images: strict({ avatar: strict({ full: Type.String() }) }),
    vip_og: Type.Boolean(),
    vip_years: CountSchema,
  }),
  account: strict({
    timezone: Type.String(),
    date_format: Type.String(),
    time_24hr: Type.Boolean(),
    cover_image: Type.Null(),
    token: Type.Optional(Type.Null()),
  }),
  connections: Type.Optional(strict({})),
  sharing_text: Type.Optional(
    strict({ watching: Type.String(), watched: Type.String(), rated: Type.String() }),
  ),
  permissions: strict({
    commenting: Type.Boolean(),
    liking: Type.Boolean(),
    following: Type.Boolean(),
  }),
  limits: strict({
    list: strict({ count: CountSchema, item_count: CountSchema }),
    watchlist: strict({ item_count: CountSchema }),
    favorites: strict({ item_count: CountSchema }),
    collection: strict({ item_count: CountSchema }),
    notes: strict({ item_count: CountSchema }),
    search: Type.Optional(strict({ recent_count: CountSchema })),
  }),
});
