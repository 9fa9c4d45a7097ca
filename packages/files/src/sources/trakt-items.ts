import { countOf, fieldsOf, idsOf, textOf, type Fields } from '../fields.ts';
import { episodeWork, nameOf, withName } from '../works.ts';
import { UNKNOWN, type SeriesName, type When, type Work } from '../record.ts';
import { moment } from '../when.ts';

/** The work of an entry `{movie}`, `{show}`, `{show, season}` or `{show, episode}`; undefined when it names none. */
export function traktWork(entry: Fields): Work | undefined {
  const movie = fieldsOf(entry['movie']);
  if (movie !== undefined) return withName({ type: 'movie', ...nameOf(movie) });
  const show = fieldsOf(entry['show']);
  const series: SeriesName | undefined = show === undefined ? undefined : nameOf(show);
  const episode = fieldsOf(entry['episode']);
  if (episode !== undefined) {
    const { ids, title } = nameOf(episode);
    return episodeWork(series, episode['season'], episode['number'], { ids, title });
  }
  const season = fieldsOf(entry['season']);
  if (season !== undefined && series !== undefined) {
    const number = countOf(season['number']);
    if (number === undefined) return undefined;
    return { type: 'season', ids: idsOf(season['ids']), series, season: number };
  }
  return series === undefined ? undefined : withName({ type: 'series', ...series });
}

/** Where a day without a time is stored: midnight (imports until 2026-07-27) or noon (since then). */
const PLACES_OF_DAYS = /^(\d{4}-\d{2}-\d{2})T(?:00|12):00:00(?:\.0+)?Z$/;

/**
 * A date of Trakt. `unknown` and `released` are no dates; `precision` is what exports of this program add.
 *
 * @param isExact whether it comes from a player: anything else at exactly midnight or noon is a day. [IMP1]
 */
export function traktWhen(
  value: unknown,
  { isExact = false, precision }: { readonly isExact?: boolean; readonly precision?: unknown } = {},
): When | undefined {
  const text = textOf(value);
  if (text === undefined || text === 'unknown' || text === 'released') return UNKNOWN;
  const day = PLACES_OF_DAYS.exec(text)?.[1];
  const isDay = precision === 'day' || (!isExact && precision !== 'instant');
  return moment(day !== undefined && isDay ? day : text, 'utc');
}
