import { describedIn } from '../items/media.ts';
import { imdbOf, idOf } from '../items/read-item.ts';
import { numberOfSlug, wordsOf } from '../items/slug.ts';
import type { TraktScope } from '../plugin.ts';

/** Titles of one search that are looked through for one that a path means. */
const TITLES_MAX = 20;

/**
 * The film or show of a path: by number, slug, IMDb id, or the words of its title, with the year or without, as programs make them
 * that build the address themselves. Undefined where nothing is meant, or more than one.
 *
 * @returns the name that counts.
 */
export async function findTitle(
  { items, ports }: Pick<TraktScope, 'items' | 'ports'>,
  userId: string,
  type: 'movie' | 'show',
  text: string,
): Promise<string | undefined> {
  const contentType = type === 'movie' ? 'movie' : 'series';
  const number = /^\d+$/.test(text) ? idOf(text) : numberOfSlug(text);
  if (number !== undefined) {
    const contentId = await items.contentOf(userId, number);
    if (contentId !== undefined) {
      const viewed = await ports.repository.readContents(userId, [contentId]);
      const found = describedIn(viewed, viewed.describe.canonical(contentId));
      if (found.type === undefined ? type === 'show' : found.type === contentType) {
        return viewed.describe.canonical(contentId);
      }
    }
  }
  const imdb = imdbOf(text);
  if (imdb !== undefined) {
    const found = await items.resolve(userId, { type, ids: { imdb } });
    return found?.type === type ? found.contentId : undefined;
  }
  if (number !== undefined) return undefined;
  const [, title = text, year] = /^(.+)-(\d{4})$/.exec(text) ?? [];
  for (const [query, isOfYear] of [
    [text, false],
    [title, true],
  ] as const) {
    const named = await ports.paged.searchTitles(userId, {
      query: query.replaceAll('-', ' '),
      types: [contentType],
      limit: TITLES_MAX,
    });
    const same = named.filter(
      ({ facts }) =>
        wordsOf(facts.title ?? '') === query && (!isOfYear || facts.year === Number(year)),
    );
    if (same.length === 1) return same[0]?.contentId;
    if (same.length > 1 || year === undefined) return undefined;
  }
  return undefined;
}
