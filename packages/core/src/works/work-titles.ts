import { episodeId } from './content-ids.ts';
import type { Work } from './work.ts';

/** Without case, marks and signs, so that two spellings of a title are one. */
export function plainTitle(title: string): string {
  return title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** `Made-up Show (2018)` is what some sources call a show of which another has the same title. */
const YEAR_AT_END = /^(.+) \((\d{4})\)$/;

export interface Titled {
  readonly title?: string | undefined;
  readonly year?: number | undefined;
}

/** Its plain title, and the year that is told beside it or within it. */
export function titleAndYear({
  title,
  year,
}: Titled): { readonly title: string; readonly year: number | undefined } | undefined {
  if (title === undefined) return undefined;
  const [, before, told] = (year === undefined && YEAR_AT_END.exec(title)) || [];
  const plain = plainTitle(before ?? title);
  if (plain === '') return undefined;
  return { title: plain, year: year ?? (told === undefined ? undefined : Number(told)) };
}

/** @param withYear whether the key is that of a title of one year, or of any. */
export function titleKey(
  type: 'movie' | 'series',
  titled: Titled,
  withYear = true,
): string | undefined {
  const told = titleAndYear(titled);
  return told && `${type} ${withYear ? (told.year ?? '') : ''} ${told.title}`;
}

/**
 * What a work is called where its ids are not known: its type, year and title, or its series with season and number.
 * A title without a year has the same key either way: it may be of any year.
 */
export function nameKeyOf(work: Work): string | undefined {
  const { type, series, season, episode } = work;
  if (type === 'movie' || type === 'series') return titleKey(type, work);
  if (type !== 'episode' || series === undefined) return undefined;
  if (season === undefined || episode === undefined) return undefined;
  const key = titleKey('series', series);
  return key === undefined ? undefined : episodeId(key, season, episode);
}

const NAME_LENGTH_MAX = 255;

/**
 * A content id made of what a work is called, for what has no other: `name:series 2018 made up show`. An alias can join it to
 * a content later.
 */
export function nameIdOf(work: Work): string | undefined {
  const key = nameKeyOf(work);
  return key === undefined
    ? undefined
    : Array.from(`name:${key}`).slice(0, NAME_LENGTH_MAX).join('');
}
