import type { NamedRow, Table } from '../csv.ts';
import { countOf, defined, imdbOf, numberOf } from '../fields.ts';
import { fault, type Taken } from '../reading.ts';
import type { ImportRecord, When, Work, WorkType } from '../record.ts';
import { partsOf, type ReadOptions, type Source } from '../source.ts';
import { dayOf, plainDay } from '../when.ts';
import { has, tableLines } from './tables.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** `Sat Jan  3 08:00:00 2015`: of no zone, so only its day counts. */
const OLD_DATE = /^[a-z]{3} ([a-z]{3}) +(\d{1,2}) \d{2}:\d{2}:\d{2} (\d{4})$/i;

/** Of three generations, without case and punctuation; what is not here is no film or show. */
const TYPES: Readonly<Record<string, WorkType>> = {
  movie: 'movie',
  featurefilm: 'movie',
  tvmovie: 'movie',
  video: 'movie',
  short: 'movie',
  shortfilm: 'movie',
  tvshort: 'movie',
  tvspecial: 'movie',
  documentary: 'movie',
  tvseries: 'series',
  tvminiseries: 'series',
  miniseries: 'series',
  tvepisode: 'episode',
};

/** IMDb's ratings, watchlist and lists, of any year. It tells no viewing. */
export const imdb: Source = {
  kinds: ['csv'],
  kindOf(path) {
    const name = partsOf(path)?.at(-1) ?? '';
    return /^(?:ratings|watchlist)\b.*\.csv$/.test(name) ? 'csv' : undefined;
  },
  loneKind: 'csv',
  start:
    (_present, options) =>
    ({ name, text }) =>
      tableLines(text, (table) => takeOf(name, table, options)),
};

function takeOf(
  name: string,
  table: Table,
  options: ReadOptions,
): ((row: NamedRow) => Taken) | undefined {
  if (!has(table, 'const')) return undefined;
  const isList = has(table, 'position');
  // To 2017 ratings had a list's header, and their day was that of the entry.
  const isOldRatings = isList && has(table, 'yourated') && /rating/i.test(name);
  const isWatchlist =
    isList && !isOldRatings && (/watchlist/i.test(name) || options.list === 'watchlist');
  return (row) => take(row, { isWatchlist, isOldRatings });
}

function imdbDay(text: string): When | undefined {
  const [, month = '', date, year] = OLD_DATE.exec(text) ?? [];
  if (year === undefined) return plainDay(text);
  return dayOf(Number(year), MONTHS.indexOf(month.toLowerCase()) + 1, Number(date));
}

function take(
  row: NamedRow,
  { isWatchlist, isOldRatings }: { readonly isWatchlist: boolean; readonly isOldRatings: boolean },
): Taken {
  const id = imdbOf(row.get('const'));
  if (id === undefined) return fault('no_work');
  const type =
    TYPES[
      row
        .get('titletype')
        .toLowerCase()
        .replaceAll(/[^a-z]/g, '')
    ];
  if (type === undefined && row.get('titletype') !== '') return 'other_medium';
  // The title is in the account's language, and an episode's holds that of its show: the id alone counts.
  const work: Work = {
    ids: { imdb: id },
    ...defined({ type, title: row.get('originaltitle') || row.get('title') || undefined }),
    ...(type === 'episode' ? {} : defined({ year: countOf(row.get('year')) })),
  };
  const records: ImportRecord[] = [];
  if (isWatchlist) {
    const when = imdbDay(row.get('created'));
    if (when === undefined) return fault('invalid_date');
    records.push({ work, says: { kind: 'watchlist', when } });
  }
  const value = numberOf(row.get('yourrating') || row.get('yourated'));
  if (value !== undefined && value >= 1 && value <= 10) {
    const when = imdbDay(row.get(isOldRatings ? 'created' : 'daterated'));
    if (when === undefined) return fault('invalid_date');
    records.push({ work, says: { kind: 'rating', value, outOf: 10, when } });
  }
  return records.length === 0 ? 'nothing_said' : records;
}
