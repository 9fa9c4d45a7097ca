import type { ContentFacts } from '../content-facts.ts';
import type { Work, WorkIds } from './work.ts';

/** What is taken as an id elsewhere, as a number, a year and a title. */
const SLUG_LENGTH_MAX = 128;
const NUMBER_MAX = 1_000_000;
const YEAR_MAX = 9_999;
const TITLE_LENGTH_MAX = 300;

/** What a work tells of a content that nothing was known of; nothing that a schema refuses. */
export function factsOfWork(work: Work, seriesId?: string): ContentFacts | undefined {
  const { type, ids, title, year, season, episode } = work;
  if (type !== 'movie' && type !== 'series' && type !== 'episode') return undefined;
  const named = title === undefined ? '' : textOf(title, TITLE_LENGTH_MAX);
  const other = otherIdsOf(ids);
  return {
    type,
    ...(named === '' ? {} : { title: named }),
    ...(isUpTo(year, YEAR_MAX) ? { year } : {}),
    ...(seriesId === undefined ? {} : { seriesId }),
    ...(isUpTo(season, NUMBER_MAX) ? { season } : {}),
    ...(isUpTo(episode, NUMBER_MAX) ? { episode } : {}),
    ...(Object.keys(other).length === 0 ? {} : { ids: other }),
  };
}

function isUpTo(value: number | undefined, max: number): value is number {
  return value !== undefined && value <= max;
}

/** No control characters, no halves of a pair, not too long. */
function textOf(text: string, lengthMax: number): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ').trim();
  return Array.from(plain).slice(0, lengthMax).join('');
}

function otherIdsOf({ imdb, tmdb, tvdb, trakt, slug }: WorkIds): NonNullable<ContentFacts['ids']> {
  const isSlug = slug !== undefined && slug !== '' && textOf(slug, SLUG_LENGTH_MAX) === slug;
  return {
    ...(imdb === undefined ? {} : { imdb }),
    ...(tmdb === undefined ? {} : { tmdb }),
    ...(tvdb === undefined ? {} : { tvdb }),
    ...(trakt === undefined ? {} : { trakt }),
    ...(isSlug ? { slug } : {}),
  };
}
