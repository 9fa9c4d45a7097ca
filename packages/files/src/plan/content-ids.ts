import type { ContentFacts } from '@cuepoint/core';
import { defined } from '../fields.ts';
import type { SeriesName, Work, WorkIds, WorkType } from '../record.ts';

/** How a service numbers a kind of work: films, shows and episodes have numbers of their own. */
const SPACES = {
  movie: { tmdb: 'tmdb:movie:', tvdb: 'tvdb:movie:', trakt: 'trakt:movie:' },
  series: { tmdb: 'tmdb:tv:', tvdb: 'tvdb:series:', trakt: 'trakt:show:' },
  episode: { tmdb: 'tmdb:episode:', tvdb: 'tvdb:episode:', trakt: 'trakt:episode:' },
} as const;

type Numbered = keyof typeof SPACES;

function isNumbered(type: WorkType | undefined): type is Numbered {
  return type !== undefined && type in SPACES;
}

/** Every name that ids give a work, the first being the one that a new content gets. */
function idsOf(
  type: WorkType | undefined,
  { imdb, tmdb, tvdb, trakt, mal, simkl }: WorkIds,
): string[] {
  const imdbId = imdb === undefined ? [] : [`imdb:${imdb}`];
  if (!isNumbered(type)) return imdbId.concat(mal === undefined ? [] : [`mal:${mal}`]);
  const spaces = SPACES[type];
  const named = [
    tmdb === undefined ? [] : [`${spaces.tmdb}${tmdb}`],
    imdbId,
    tvdb === undefined ? [] : [`${spaces.tvdb}${tvdb}`],
    trakt === undefined ? [] : [`${spaces.trakt}${trakt}`],
    mal === undefined ? [] : [`mal:${mal}`],
    simkl === undefined ? [] : [`simkl:${simkl}`],
  ];
  return named.flat();
}

function seriesIdsOf({ ids }: SeriesName): string[] {
  return idsOf('series', ids);
}

const numbered = (seriesId: string, season: number, episode: number) =>
  `${seriesId}:s${season}e${episode}`;

function idsInSeries({ series, season, episode }: Work): string[] {
  if (series === undefined || season === undefined || episode === undefined) return [];
  return seriesIdsOf(series).map((id) => numbered(id, season, episode));
}

/**
 * The names of a work by its ids, the surest first: an episode's own come before season and number, which services count
 * in different ways. A season is no content.
 */
export function contentIdsOf(work: Work): string[] {
  return work.type === 'season' ? [] : idsOf(work.type, work.ids).concat(idsInSeries(work));
}

/** The name under which a work comes to be known; an episode's is that of its series with season and number. */
export function newContentId(work: Work): string | undefined {
  const [inSeries] = idsInSeries(work);
  return work.type === 'season' ? undefined : (inSeries ?? contentIdsOf(work)[0]);
}

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
const YEAR_AT_END = /^(?<title>.+) \((?<year>\d{4})\)$/;

interface Titled {
  readonly title?: string | undefined;
  readonly year?: number | undefined;
}

/** @param withYear whether the key is that of a title of one year, or of any. */
function titleKey(type: string, { title, year }: Titled, withYear: boolean): string | undefined {
  if (title === undefined) return undefined;
  const told = year === undefined ? YEAR_AT_END.exec(title)?.groups : undefined;
  const found = year ?? told?.['year'];
  return `${type} ${withYear ? (found ?? '') : ''} ${plainTitle(told?.['title'] ?? title)}`;
}

/**
 * What a work is called where its ids are not known: its type, year and title, or its series with season and number.
 *
 * @param withYear a title without a year has the same key either way: it may be of any year.
 */
export function nameKeyOf(work: Work, withYear = true): string | undefined {
  const { type, series, season, episode } = work;
  if (type === 'movie' || type === 'series') return titleKey(type, work, withYear);
  if (type !== 'episode' || series === undefined) return undefined;
  if (season === undefined || episode === undefined) return undefined;
  const key = titleKey('series', series, withYear);
  return key === undefined ? undefined : numbered(key, season, episode);
}

/** What is known of a content, as a work: the other way round. */
export function workOfFacts(
  facts: ContentFacts,
  series: ContentFacts | undefined,
): Work | undefined {
  const { type, ids = {}, title, year, season, episode } = facts;
  if (type !== 'movie' && type !== 'series' && type !== 'episode') return undefined;
  const named = { ids: defined(ids), ...defined({ title, year }) };
  if (type !== 'episode') return { type, ...named };
  const seriesName = series && {
    ids: defined(series.ids ?? {}),
    ...defined({ title: series.title, year: series.year }),
  };
  return { type, ...named, ...defined({ series: seriesName, season, episode }) };
}
