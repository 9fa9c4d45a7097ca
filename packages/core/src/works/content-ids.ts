import type { SeriesName, Work, WorkIds, WorkType } from './work.ts';

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

/** Every name that its own ids give a work, the first being the one that a new content gets. */
function ownIdsOf(
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

/** The series of an episode, as a work. */
export function seriesOf({ series }: Work): Work | undefined {
  return series && { type: 'series', ...series };
}

/** What an episode of a series is called that has this name: `tmdb:tv:8000:s1e4`. */
export function episodeId(seriesId: string, season: number, episode: number): string {
  return `${seriesId}:s${season}e${episode}`;
}

function idsInSeries({ series, season, episode }: Work): string[] {
  if (series === undefined || season === undefined || episode === undefined) return [];
  return seriesIdsOf(series).map((id) => episodeId(id, season, episode));
}

function seriesIdsOf({ ids }: SeriesName): string[] {
  return ownIdsOf('series', ids);
}

/**
 * The names of a work by its ids, the surest first: an episode's own come before season and number, which services count
 * in different ways. A season is no content.
 *
 * `tmdb:movie:5` · `tmdb:tv:5` · `tmdb:episode:5` · `tvdb:movie:5` · `tvdb:series:5` · `tvdb:episode:5` · `imdb:tt5` ·
 * `trakt:movie:5` · `trakt:show:5` · `trakt:episode:5` · `mal:5` · `simkl:5`, and of a series with season and number
 * `tmdb:tv:5:s1e4`.
 */
export function contentIdsOf(work: Work): string[] {
  return work.type === 'season' ? [] : ownIdsOf(work.type, work.ids).concat(idsInSeries(work));
}

/** The name under which a work comes to be known; an episode's is that of its series with season and number. */
export function newContentId(work: Work): string | undefined {
  const [inSeries] = idsInSeries(work);
  return work.type === 'season' ? undefined : (inSeries ?? contentIdsOf(work)[0]);
}

const SPACE_OF_ID =
  /^(tmdb:movie|tmdb:tv|tmdb:episode|tvdb:movie|tvdb:series|tvdb:episode|trakt:movie|trakt:show|trakt:episode|imdb|mal|simkl):(.+)$/;
const IN_SERIES = /^(.+):s(\d{1,7})e(\d{1,7})$/;

/** The ids that a content id is made of: the other way round. Nothing of an id that an app made. */
export function idsOfContent(contentId: string): WorkIds {
  const [, space = '', rest = ''] = SPACE_OF_ID.exec(contentId) ?? [];
  const [service = ''] = space.split(':');
  if (service === 'imdb') return /^tt\d{1,12}$/.test(rest) ? { imdb: rest } : {};
  const number = /^\d{1,15}$/.test(rest) ? Number(rest) : undefined;
  return service === '' || number === undefined ? {} : { [service]: number };
}

/** The series and the numbers of an episode that is called by them. */
export function episodeOfContent(
  contentId: string,
): { readonly seriesId: string; readonly season: number; readonly episode: number } | undefined {
  const [, seriesId, season, episode] = IN_SERIES.exec(contentId) ?? [];
  return seriesId === undefined
    ? undefined
    : { seriesId, season: Number(season), episode: Number(episode) };
}
