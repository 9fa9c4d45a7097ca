import { Type, type Static } from 'typebox';
import { CountSchema, DateSchema, Int31Schema, NothingSchema, strict } from './forms.ts';
import { episodeItem, movieItem, SeasonSchema, showItem } from './media.ts';

const listed = {
  rank: Type.Integer({ minimum: 1 }),
  id: Int31Schema,
  listed_at: DateSchema,
  notes: Type.Null(),
};
export const WatchlistItemSchema = Type.Union([
  strict({ ...listed, ...movieItem }),
  strict({ ...listed, ...showItem }),
  strict({ ...listed, ...episodeItem }),
]);
export type WatchlistItem = Static<typeof WatchlistItemSchema>;

const rated = { rated_at: DateSchema, rating: Type.Integer({ minimum: 1, maximum: 10 }) };
export const RatingItemSchema = Type.Union([
  strict({ ...rated, ...movieItem }),
  strict({ ...rated, ...showItem }),
  strict({ ...rated, ...episodeItem }),
]);
export type RatingItem = Static<typeof RatingItemSchema>;

const hidden = { hidden_at: DateSchema };
export const HiddenItemSchema = Type.Union([
  strict({ ...hidden, ...movieItem }),
  strict({ ...hidden, ...showItem }),
]);
export type HiddenItem = Static<typeof HiddenItemSchema>;

const found = { score: Type.Number({ minimum: 0 }) };
export const SearchResultSchema = Type.Union([
  strict({ ...found, ...movieItem }),
  strict({ ...found, ...showItem }),
  strict({ ...found, ...episodeItem }),
]);
export type SearchResult = Static<typeof SearchResultSchema>;

export const EmptyListSchema = NothingSchema;
export const SeasonsSchema = Type.Array(SeasonSchema);
const fourCounts = strict({
  movies: CountSchema,
  shows: CountSchema,
  seasons: CountSchema,
  episodes: CountSchema,
});
/** Items as they were asked for: whoever sent one finds it again by its ids. */
const EchoSchema = Type.Array(Type.Object({ ids: Type.Object({}) }));
const notFound = {
  movies: EchoSchema,
  shows: EchoSchema,
  seasons: EchoSchema,
  episodes: EchoSchema,
};
const ListSchema = strict({ updated_at: DateSchema, item_count: CountSchema });

export const ListAddedSchema = strict({
  added: fourCounts,
  existing: fourCounts,
  not_found: strict(notFound),
  list: ListSchema,
});
export const ListRemovedSchema = strict({
  deleted: fourCounts,
  not_found: strict(notFound),
  list: ListSchema,
});
export const ReorderedSchema = strict({
  updated: CountSchema,
  skipped_ids: Type.Array(Type.Integer()),
  list: Type.Optional(ListSchema),
});

const twoCounts = strict({ movies: CountSchema, episodes: CountSchema });
export const HistoryAddedSchema = strict({
  added: twoCounts,
  updated: twoCounts,
  not_found: strict(notFound),
});
export const HistoryRemovedSchema = strict({
  deleted: twoCounts,
  not_found: strict({ ...notFound, ids: Type.Array(Type.Integer()) }),
});

export const RatedSchema = strict({ added: fourCounts, not_found: strict(notFound) });
export const UnratedSchema = strict({ deleted: fourCounts, not_found: strict(notFound) });

/** Clients read `season` or `seasons`, so both are there. */
const hiddenCounts = strict({
  movies: CountSchema,
  shows: CountSchema,
  season: CountSchema,
  seasons: CountSchema,
  users: CountSchema,
});
const hiddenNotFound = strict({ ...notFound, season: EchoSchema, users: EchoSchema });
export const HiddenAddedSchema = strict({ added: hiddenCounts, not_found: hiddenNotFound });
export const HiddenRemovedSchema = strict({ deleted: hiddenCounts, not_found: hiddenNotFound });

/** What there is no data for: taken, and nothing kept of it. */
export const CollectedSchema = strict({
  added: twoCounts,
  updated: twoCounts,
  existing: twoCounts,
  not_found: strict(notFound),
});
export const UncollectedSchema = strict({ deleted: twoCounts, not_found: strict(notFound) });
