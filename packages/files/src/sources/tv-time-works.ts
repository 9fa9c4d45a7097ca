import type { NamedRow } from '../csv.ts';
import { countOf, defined, idOf, imdbOf } from '../fields.ts';
import type { SeriesName, Work } from '../record.ts';
import { episodeWork, withName } from '../works.ts';

/** Go's word for nothing. */
const NIL = '<nil>';
/** What stands for an unknown release date. */
const NO_YEARS = new Set([0, 1]);

export function unlessNil(row: NamedRow): NamedRow {
  const get = (name: string) => {
    const text = row.get(name);
    return text === NIL ? '' : text;
  };
  return { ...row, get };
}

/** The first of the columns that is not empty: their names changed over the years, and one row may have both. */
function firstOf(row: NamedRow, ...names: readonly string[]): string {
  return names.map((name) => row.get(name)).find((text) => text !== '') ?? '';
}

function seriesName(row: NamedRow): SeriesName | undefined {
  const tvdb = idOf(firstOf(row, 'seriestvdbid', 'sid', 'tvshowid'));
  const imdb = imdbOf(row.get('seriesimdbid'));
  const title = firstOf(row, 'seriesname', 'tvshowname', 'title') || undefined;
  if (tvdb === undefined && title === undefined) return undefined;
  return { ids: defined({ imdb, tvdb }), ...defined({ title }) };
}

export function seriesOf(row: NamedRow): Work | undefined {
  const series = seriesName(row);
  return series && withName({ type: 'series', ...series });
}

/** `ep_id` before `episode_id`, which may be of something else in the same row; season 0 are the specials. */
export function tvTimeEpisode(row: NamedRow): Work | undefined {
  const tvdb = idOf(firstOf(row, 'tvdbid', 'epid', 'episodeid'));
  const ids = defined({ tvdb });
  const season = firstOf(row, 'sno', 'seasonnumber', 'season');
  const number = firstOf(row, 'epno', 'episodenumber', 'episode');
  return episodeWork(seriesName(row), season, number, { ids });
}

/** @param title in the account's language, or empty. */
export function filmOf(row: NamedRow, title: string): Work | undefined {
  const slug = row.get('alpharangekey').replaceAll('-', ' ').trim();
  const year = countOf(row.get('year')) ?? countOf(/^\d{4}/.exec(row.get('releasedate'))?.[0]);
  return withName({
    type: 'movie',
    ids: defined({ imdb: imdbOf(row.get('imdbid')), tvdb: idOf(row.get('tvdbid')) }),
    ...defined({
      title: title || slug || undefined,
      year: year === undefined || NO_YEARS.has(year) ? undefined : year,
    }),
  });
}
