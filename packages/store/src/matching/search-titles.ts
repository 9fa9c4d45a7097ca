import { plainTitle, resolveAliases, type ContentFacts, type KnownContent } from '@cuepoint/core';
import { textArray } from '../array-literal.ts';
import { readAliasLinks } from '../catalogue/postgres-catalogue.ts';
import type { Database } from '../database.ts';

export interface TitleSearch {
  /** Words of a title, the last of which may be its beginning. */
  readonly query: string;
  readonly types: readonly ('movie' | 'series')[];
  /** Contents, 1 to {@link TITLES_PER_SEARCH_MAX}. */
  readonly limit: number;
}

export const TITLES_PER_SEARCH_MAX = 100;
/** Words of a query that count. */
const WORDS_MAX = 16;
/** No title has a longer word; past 2,046 bytes the database refuses one. */
const WORD_LENGTH_MAX = 600;
/** Titles of one user that are looked through; the catalogue has an index of words. */
const OWN_TITLES_MAX = 5_000;

/**
 * Films and series whose title has all words of the query: those of this very title first, then the shortest. Each once, whatever
 * names it has. [OPS3]
 */
export async function searchTitles(
  database: Database,
  userId: string,
  { query, types, limit }: TitleSearch,
): Promise<readonly KnownContent[]> {
  const plain = plainTitle(query);
  const words = plain.split(' ').slice(0, WORDS_MAX);
  if (plain === '' || types.length === 0) return [];
  if (words.some((word) => word.length > WORD_LENGTH_MAX)) return [];
  // Letters and numbers alone: nothing in it is syntax.
  const tsquery = `${words.join(' & ')}:*`;
  const { rows } = await database.query<{ content_id: string; facts: ContentFacts }>(
    'search-titles',
    [userId, tsquery, textArray(types), TITLES_PER_SEARCH_MAX, OWN_TITLES_MAX],
  );
  const { canonical } = resolveAliases(
    await readAliasLinks(
      database,
      rows.map(({ content_id }) => content_id),
    ),
  );
  const found = new Map<string, KnownContent & { readonly plain: string }>();
  for (const { content_id, facts } of rows) {
    const contentId = canonical(content_id);
    if (!found.has(contentId)) {
      found.set(contentId, { contentId, facts, plain: plainTitle(facts.title ?? '') });
    }
  }
  return [...found.values()]
    .toSorted(
      (a, b) =>
        Number(b.plain === plain) - Number(a.plain === plain) ||
        a.plain.length - b.plain.length ||
        (a.contentId < b.contentId ? -1 : 1),
    )
    .slice(0, limit)
    .map(({ contentId, facts }) => ({ contentId, facts }));
}
