import { ArchiveError } from '../archive.ts';
import { fieldsOf, listOf, numberOf, parseJson, textOf, type Fields } from '../fields.ts';
import { fault, type Line, type Taken } from '../reading.ts';
import { UNKNOWN, type ImportRecord, type SeriesName, type When, type Work } from '../record.ts';
import { partsOf, type Source } from '../source.ts';
import { moment } from '../when.ts';
import { episodeWork, nameOf, withName } from '../works.ts';
import { simklCsvLines } from './simkl-csv.ts';

const LISTS = ['movies', 'shows', 'anime'] as const;

/** Simkl's backup or answer of its API (JSON), or its CSV. */
export const simkl: Source = {
  kinds: ['file'],
  kindOf(path) {
    const name = partsOf(path)?.at(-1) ?? '';
    return /^simkl.*\.(?:json|csv)$/.test(name) ? 'file' : undefined;
  },
  loneKind: 'file',
  start:
    (_present, options) =>
    ({ text }) =>
      /^[\s\uFEFF]*[{[]/.test(text) ? backupLines(text) : simklCsvLines(text, options),
};

/** @throws ArchiveError `invalid_json`, `unknown_header`. */
function backupLines(text: string): Iterable<Line> {
  const backup = fieldsOf(parseJson(text));
  const lists = LISTS.filter((name) => Array.isArray(backup?.[name]));
  if (lists.length === 0) throw new ArchiveError('unknown_header');
  return (function* () {
    for (const part of lists) {
      for (const [index, value] of listOf(backup?.[part]).entries()) {
        const entry = fieldsOf(value);
        yield { line: index + 1, part, taken: entry ? takeEntry(entry) : fault('invalid_entry') };
      }
    }
  })();
}

/** Dates are UTC; the epoch is an unknown one. */
function simklWhen(value: unknown): When | undefined {
  const text = textOf(value);
  return text === undefined ? UNKNOWN : moment(text, 'utc');
}

function takeEntry(entry: Fields): Taken {
  const movie = fieldsOf(entry['movie']);
  const show = fieldsOf(entry['show']) ?? fieldsOf(entry['anime']);
  const item = movie ?? show;
  if (item === undefined) return fault('no_work');
  // Films stand among anime too, with a block of seasons.
  const isFilm = movie !== undefined || entry['anime_type'] === 'movie';
  const work = withName({ type: isFilm ? 'movie' : 'series', ...nameOf(item) });
  if (work === undefined) return fault('no_work');
  const says = [...statusRecords(entry, work, isFilm), ...ratingRecords(entry, work)];
  const episodes = isFilm ? [] : episodeRecords(entry, nameOf(item));
  const records = [...says, ...episodes];
  if (records.includes(undefined)) return fault('invalid_date');
  const found = records.flatMap((record) => record ?? []);
  return found.length === 0 ? 'nothing_said' : found;
}

type Found = ImportRecord | undefined;

function dated(work: Work, value: unknown, says: (when: When) => ImportRecord['says']): Found {
  const when = simklWhen(value);
  return when && { work, says: says(when) };
}

/** Without a list of its episodes a show that is `completed` says of none of them that it was seen. */
function statusRecords(entry: Fields, work: Work, isFilm: boolean): Found[] {
  const status = entry['status'];
  if (status === 'plantowatch') {
    return [dated(work, entry['added_to_watchlist_at'], (when) => ({ kind: 'watchlist', when }))];
  }
  if (status === 'dropped') {
    return [dated(work, entry['last_watched_at'], (when) => ({ kind: 'dismissed', when }))];
  }
  if (status !== 'completed' || !isFilm) return [];
  return [dated(work, entry['last_watched_at'], (when) => ({ kind: 'play', when }))];
}

function ratingRecords(entry: Fields, work: Work): Found[] {
  const value = numberOf(entry['user_rating']);
  if (value === undefined || value < 1 || value > 10) return [];
  const says = (when: When) => ({ kind: 'rating', value, outOf: 10, when }) as const;
  return [dated(work, entry['user_rated_at'], says)];
}

function episodeRecords(entry: Fields, series: SeriesName): Found[] {
  return listOf(entry['seasons']).flatMap((seasonValue) => {
    const season = fieldsOf(seasonValue) ?? {};
    return listOf(season['episodes']).flatMap((episodeValue) => {
      const episode = fieldsOf(episodeValue) ?? {};
      const work = episodeWork(series, season['number'], episode['number']);
      if (work === undefined) return [];
      return [dated(work, episode['watched_at'], (when) => ({ kind: 'play', when }))];
    });
  });
}
