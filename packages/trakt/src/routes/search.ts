import { notFound } from '../http/trakt-error.ts';
import { idOf, imdbOf, type AskedItem, type NamedWork } from '../items/read-item.ts';
import { wordsOf } from '../items/slug.ts';
import { toSearchResult } from '../lists/items.ts';
import type { TraktScope } from '../plugin.ts';
import { seriesOf } from '../reading/library.ts';
import { addList, type ListRequest } from './lists-of-person.ts';

const TITLES_MAX = 100;
/** Of what is found by an id, or by its very title: as sure as can be. */
const SURE = 1_000;
const LIKELY = 500;

const ID_TYPES = new Set(['trakt', 'imdb', 'tmdb', 'tvdb']);

/** By ids of other catalogues, and by words of titles. */
export function addSearchRoutes(scope: TraktScope): void {
  addList(scope, '/search/:types', (request) => searchTitles(scope, request));
  addList(scope, '/search/:idType/:id', (request) => searchIds(scope, request));
}

async function searchIds(
  scope: TraktScope,
  { caller: { userId }, params, query }: ListRequest,
): Promise<readonly unknown[]> {
  const { items, media, library, ports } = scope;
  const { idType = '', id = '' } = params;
  if (!ID_TYPES.has(idType)) throw notFound('There are no such ids.');
  const types = typesOf(query['type']) ?? ['movie', 'show', 'episode'];
  const contentIds: string[] = [];
  if (idType === 'trakt') {
    const number = idOf(id);
    const found = number === undefined ? undefined : await items.contentOf(userId, number);
    if (found !== undefined) contentIds.push(found);
  } else {
    const named = namedBy(idType, id);
    for (const type of named === undefined ? [] : types) {
      const item = { type, ...named } as AskedItem;
      const found = await items.resolve(userId, item);
      if (found !== undefined) contentIds.push(found.contentId);
    }
  }
  // A matcher names what is new by its ids: what nobody here knows of is not found.
  const { describe } = await ports.repository.readContents(userId, contentIds);
  const known = contentIds.filter(
    (found) => describe.facts(describe.canonical(found)) !== undefined,
  );
  const found = await media.mediaOf(userId, known);
  const airedOf = await library.aired(userId, seriesOf(found.values()));
  const seen = new Set<string>();
  return known.flatMap((contentId) => {
    const one = found.get(contentId);
    if (one === undefined || seen.has(one.contentId) || !types.includes(one.type)) return [];
    seen.add(one.contentId);
    return [toSearchResult(one, SURE, airedOf)];
  });
}

function namedBy(idType: string, id: string): NamedWork | undefined {
  if (idType === 'imdb') {
    const imdb = imdbOf(id);
    return imdb === undefined ? undefined : { ids: { imdb } };
  }
  const number = idOf(id);
  return number === undefined ? undefined : { ids: { [idType]: number } };
}

async function searchTitles(
  { ports, media, library }: TraktScope,
  { caller: { userId }, params, query }: ListRequest,
): Promise<readonly unknown[]> {
  const types = (typesOf(params['types']) ?? []).filter((type) => type !== 'episode');
  const text = typeof query['query'] === 'string' ? query['query'] : '';
  if (text.trim() === '' || types.length === 0) return [];
  const named = await ports.paged.searchTitles(userId, {
    query: text,
    types: types.map((type) => (type === 'movie' ? 'movie' : 'series')),
    limit: TITLES_MAX,
  });
  const years = yearsOf(query['years'] ?? query['year']);
  const fitting = named.filter(
    ({ facts: { year } }) =>
      years === undefined || (year !== undefined && year >= years[0] && year <= years[1]),
  );
  const found = await media.mediaOf(
    userId,
    fitting.map(({ contentId }) => contentId),
  );
  const airedOf = await library.aired(userId, seriesOf(found.values()));
  const asked = wordsOf(text);
  return fitting.flatMap(({ contentId, facts }) => {
    const one = found.get(contentId);
    if (one === undefined) return [];
    const score = wordsOf(facts.title ?? '') === asked ? SURE : LIKELY;
    return [toSearchResult(one, score, airedOf)];
  });
}

function typesOf(value: unknown): readonly ('movie' | 'show' | 'episode')[] | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const names = new Set(value.split(',').map((name) => name.replace(/s$/, '')));
  return (['movie', 'show', 'episode'] as const).filter((type) => names.has(type));
}

/** `2019` or `2018-2020`. */
function yearsOf(value: unknown): readonly [from: number, to: number] | undefined {
  const [, from, to = from] =
    /^(\d{4})(?:-(\d{4}))?$/.exec(typeof value === 'string' ? value : '') ?? [];
  return from === undefined ? undefined : [Number(from), Number(to)];
}
