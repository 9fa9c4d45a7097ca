import rows from 'virtual:films';
import { inventedTitle } from './invented.ts';

export interface Film {
  readonly contentId: string;
  readonly title: string;
  readonly year: string;
}

/** Well below the length of a content id. */
const TITLE_LENGTH_MAX = 120;

/** By title. */
export const FILMS: readonly Film[] = rows
  .map(({ title, year }) => ({ contentId: contentIdOf(title, year), title, year }))
  .sort((a, b) => a.title.localeCompare(b.title));

const filmsById = new Map(FILMS.map((film) => [film.contentId, film]));

function contentIdOf(title: string, year?: string): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return ['film:', words.join('-'), year === undefined ? '' : `-${year}`].join('');
}

/** Of a film that is not on the list, as it was typed or came over HTTP, the words of its id. */
export function titleOf(contentId: string): string {
  const title = filmsById.get(contentId)?.title ?? inventedTitle(contentId);
  if (title !== undefined) return title;
  const [, words] = /^film:(.+)$/.exec(contentId) ?? [];
  return words === undefined
    ? contentId
    : words.replaceAll(/(^|-)(.)/gu, (_, dash: string, first: string) => {
        return (dash === '' ? '' : ' ') + first.toUpperCase();
      });
}

/** What somebody typed: a title of the list in any case, or any other film. `undefined` without a letter in it. */
export function contentOfTitle(text: string): string | undefined {
  const wanted = text.trim().toLowerCase();
  const known = FILMS.find(({ title }) => title.toLowerCase() === wanted);
  if (known !== undefined) return known.contentId;
  return /[\p{L}\p{N}]/u.test(text) ? contentIdOf(text.slice(0, TITLE_LENGTH_MAX)) : undefined;
}

/** 75 → `1:15`. */
export function clockText(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  return `${minutes}:${String(rest).padStart(2, '0')}`;
}
