import { stringify } from 'csv-stringify/sync';
import type { ImportRecord, When, Work } from '../record.ts';
import type { Written, WrittenFile } from './written.ts';

const COLUMNS = ['tmdbID', 'imdbID', 'Title', 'Year', 'WatchedDate', 'Rating10'] as const;
/** Letterboxd takes files of about 1 MB. */
const FILE_BYTES_MAX = 1_000_000;

type Row = readonly (string | number | undefined)[];

/**
 * Films, in the form that Letterboxd imports. It knows days alone, and a rating only of what was seen. [EXP1]
 *
 * @param options.zone of the person: on whose day an instant was.
 */
export function writeLetterboxdCsv(
  records: Iterable<ImportRecord>,
  { zone }: { readonly zone: string },
): Written {
  const left: ImportRecord[] = [];
  const recordsByFilm = new Map<string, ImportRecord[]>();
  for (const record of records) {
    if (record.work.type !== 'movie') left.push(record);
    else {
      const film = JSON.stringify(record.work);
      recordsByFilm.set(film, [...(recordsByFilm.get(film) ?? []), record]);
    }
  }
  const dayOf = dayIn(zone);
  const seen: Row[] = [];
  const listed: Row[] = [];
  for (const ofFilm of recordsByFilm.values()) {
    for (const record of ofFilm) {
      if (record.says.kind === 'watchlist') listed.push(rowOf(record.work));
    }
    const film = filmRows(ofFilm, dayOf);
    seen.push(...film.rows);
    left.push(...film.left);
  }
  const files = [...filesOf('letterboxd', seen), ...filesOf('watchlist', listed)];
  return { files, left };
}

function rowOf({ ids, title, year }: Work, day?: string, rating?: number): Row {
  return [ids.tmdb, ids.imdb, title, year, day, rating];
}

/** Its viewings, one row each; a rating stands in the last of them. */
function filmRows(
  records: readonly ImportRecord[],
  dayOf: (when: When) => string | undefined,
): { readonly rows: readonly Row[]; readonly left: readonly ImportRecord[] } {
  const [first] = records;
  if (first === undefined) return { rows: [], left: [] };
  const days = records.flatMap(({ says }) =>
    says.kind === 'play' || says.kind === 'watched' ? [dayOf(says.when)] : [],
  );
  const rating = records.findLast(({ says }) => says.kind === 'rating');
  const isRated = rating !== undefined && days.length > 0;
  const left = records.filter(
    (record) =>
      !['play', 'watched', 'watchlist'].includes(record.says.kind) &&
      !(isRated && record === rating),
  );
  const rows = days.map((day, index) =>
    rowOf(first.work, day, isRated && index === days.length - 1 ? tenthsOf(rating) : undefined),
  );
  return { rows, left };
}

function tenthsOf({ says }: ImportRecord): number | undefined {
  if (says.kind !== 'rating') return undefined;
  return Math.max(1, Math.round((says.value / says.outOf) * 10));
}

/** The day of a moment in a zone; a day is that day in every one. */
function dayIn(zone: string): (when: When) => string | undefined {
  // The form of Sweden is that of ISO 8601.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
  return (when) => {
    if (when.precision === 'unknown') return undefined;
    return when.precision === 'day' ? when.day : format.format(Date.parse(when.at));
  };
}

function filesOf(name: string, rows: readonly Row[]): WrittenFile[] {
  const header = textOf([...COLUMNS]);
  const texts: string[] = [];
  let [text, bytes] = ['', 0];
  for (const row of rows) {
    const line = textOf(row);
    if (text === '' || bytes + Buffer.byteLength(line) > FILE_BYTES_MAX) {
      if (text !== '') texts.push(text);
      [text, bytes] = [header, header.length];
    }
    text += line;
    bytes += Buffer.byteLength(line);
  }
  if (text !== '') texts.push(text);
  return texts.map((part, index) => ({
    name: texts.length === 1 ? `${name}.csv` : `${name}-${index + 1}.csv`,
    text: part,
  }));
}

function textOf(row: Row): string {
  return stringify([[...row]]);
}
