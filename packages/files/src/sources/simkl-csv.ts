import { ArchiveError } from '../archive.ts';
import { readTable, type NamedRow } from '../csv.ts';
import { countOf, defined, idOf, imdbOf, numberOf } from '../fields.ts';
import { isNumericDate, numericDate, orderOf, type DateOrder } from '../numeric-date.ts';
import { fault, type Line, type Taken } from '../reading.ts';
import type { ImportRecord, When, Work } from '../record.ts';
import type { ReadOptions } from '../source.ts';
import { moment, type Zoneless } from '../when.ts';
import { episodeWork, withName } from '../works.ts';
import { has, tableLines } from './tables.ts';

const EPISODE = /^s(\d{1,4})\s*e(\d{1,5})$/i;
const DATE_COLUMN = 'watcheddate';

/** Simkl's CSV. Its dates came in several forms: the rows of the whole file decide which. */
export async function* simklCsvLines(text: string, options: ReadOptions): AsyncGenerator<Line> {
  const order = await dateOrderIn(text, [DATE_COLUMN], options.dateOrder ?? 'day-first');
  const zoneless: Zoneless = options.zone === undefined ? 'day' : { zone: options.zone };
  const dateIn = (row: NamedRow) => tableDate(row.get(DATE_COLUMN), order, zoneless);
  yield* tableLines(text, (table) =>
    has(table, 'simklid', 'title', 'type', 'watchlist') ? (row) => take(row, dateIn) : undefined,
  );
}

/** Reads the file a first time. */
export async function dateOrderIn(
  text: string,
  columns: readonly string[],
  fallback: DateOrder,
): Promise<DateOrder | undefined> {
  const table = await readTable(text);
  if (table === undefined) throw new ArchiveError('unknown_header');
  const texts: string[] = [];
  for await (const row of table.rows) {
    if ('get' in row) texts.push(...columns.map((name) => row.get(name)).filter(isNumericDate));
  }
  return orderOf(texts, fallback);
}

/** @returns `ambiguous` where the rows of the file contradict each other. */
export function tableDate(
  text: string,
  order: DateOrder | undefined,
  zoneless: Zoneless,
): When | 'ambiguous' | undefined {
  if (!isNumericDate(text)) return moment(text, zoneless);
  return order === undefined ? 'ambiguous' : numericDate(text, order, zoneless);
}

function take(row: NamedRow, dateIn: (row: NamedRow) => When | 'ambiguous' | undefined): Taken {
  const when = dateIn(row);
  if (when === 'ambiguous') return fault('ambiguous_date');
  if (when === undefined) return fault('invalid_date');
  const isFilm = /^movies?$/i.test(row.get('type'));
  const name = {
    ids: defined({
      imdb: imdbOf(row.get('imdb')),
      tmdb: idOf(row.get('tmdb')),
      tvdb: idOf(row.get('tvdb')),
      simkl: idOf(row.get('simklid')),
    }),
    ...defined({ title: row.get('title') || undefined, year: countOf(row.get('year')) }),
  };
  const work = withName({ type: isFilm ? 'movie' : 'series', ...name });
  if (work === undefined) return fault('no_work');
  const records = statusRecords(row, work, when);
  const value = numberOf(row.get('rating'));
  if (value !== undefined && value >= 1 && value <= 10) {
    records.push({
      work,
      says: { kind: 'rating', value, outOf: 10, when: { precision: 'unknown' } },
    });
  }
  return records.length === 0 ? 'nothing_said' : records;
}

function statusRecords(row: NamedRow, work: Work, when: When): ImportRecord[] {
  const status = row
    .get('watchlist')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '');
  // The date of a title that is yet to be seen is the day of that mark.
  if (status === 'plantowatch') return [{ work, says: { kind: 'watchlist', when } }];
  if (status === 'dropped') return [{ work, says: { kind: 'dismissed', when } }];
  if (work.type === 'movie') {
    return status === 'completed' ? [{ work, says: { kind: 'play', when } }] : [];
  }
  // The last episode says nothing of those before it.
  const [, season, number] = EPISODE.exec(row.get('lastepwatched')) ?? [];
  const { type: _type, ...series } = work;
  const episode = season === undefined ? undefined : episodeWork(series, season, number);
  return episode === undefined ? [] : [{ work: episode, says: { kind: 'play', when } }];
}
