import { fieldsOf, listOf, type Fields } from '../items/fields.ts';
import { readListed, type AskedItem, type AskedType } from '../items/read-item.ts';
import type { ResolvedItem } from '../items/resolve-item.ts';
import { TraktError } from '../http/trakt-error.ts';
import type { TraktScope } from '../plugin.ts';

export const LISTS = ['movies', 'shows', 'seasons', 'episodes'] as const;
export type ListName = (typeof LISTS)[number];

const TYPE_OF: Readonly<Record<ListName, AskedType>> = {
  movies: 'movie',
  shows: 'show',
  seasons: 'season',
  episodes: 'episode',
};

/** One entry of `movies`, `shows`, `seasons` or `episodes`. */
export interface AskedEntry {
  readonly list: ListName;
  readonly fields: Fields;
  readonly item: AskedItem;
}

/** Items of one request: a whole library comes in one. */
export const ITEMS_PER_CALL_MAX = 10_000;

/** @throws TraktError 400 past {@link ITEMS_PER_CALL_MAX} */
export function readAskedLists(body: Fields): AskedEntry[] {
  const entries = LISTS.flatMap((list) =>
    listOf(body[list]).map((value): AskedEntry => {
      const fields = fieldsOf(value) ?? {};
      return { list, fields, item: readListed(TYPE_OF[list], fields) };
    }),
  );
  if (entries.length > ITEMS_PER_CALL_MAX) throw tooMany();
  return entries;
}

export function tooMany(): TraktError {
  return new TraktError(400, 'too_many', `A call has at most ${ITEMS_PER_CALL_MAX} items.`);
}

export type NotFound = Record<ListName, { readonly ids: Fields }[]>;

export function nothingMissing(): NotFound {
  return { movies: [], shows: [], seasons: [], episodes: [] };
}

/** Whoever sent it finds it again by the ids that they sent. */
export function echoOf({ fields }: Pick<AskedEntry, 'fields'>): { readonly ids: Fields } {
  return { ids: fieldsOf(fields['ids']) ?? {} };
}

export function noneOfEach(): Record<ListName, number> {
  return { movies: 0, shows: 0, seasons: 0, episodes: 0 };
}

/** Items that are looked up at one time. */
const AT_ONCE = 16;

/** In their order, some at a time. */
export async function mapSome<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  }
  return results;
}

/** What each entry means; undefined where nothing here is meant, or a season, which is no content. */
export function resolveAll(
  { items }: Pick<TraktScope, 'items'>,
  userId: string,
  entries: readonly AskedEntry[],
): Promise<(ResolvedItem | undefined)[]> {
  return mapSome(entries, ({ item }) => items.resolve(userId, item));
}
