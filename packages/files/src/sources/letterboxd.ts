import type { NamedRow, Table } from '../csv.ts';
import { countOf, defined, idOf, imdbOf, numberOf } from '../fields.ts';
import { fault, type Taken } from '../reading.ts';
import { UNKNOWN, type ImportRecord, type Work } from '../record.ts';
import { partsOf, type ReadOptions, type Source } from '../source.ts';
import { plainDay } from '../when.ts';
import { withName } from '../works.ts';
import { has, tableLines } from './tables.ts';

type Take = (row: NamedRow) => Taken;

const KINDS = ['diary', 'reviews', 'watched', 'ratings', 'watchlist'] as const;
/** What Letterboxd keeps of what is gone. */
const GONE = new Set(['deleted', 'orphaned']);

/** Letterboxd's export (a zip of CSV), one of its files alone, or a CSV in the form that Letterboxd imports. */
export const letterboxd: Source = {
  kinds: [...KINDS, 'likes', 'lone'],
  kindOf(path) {
    const parts = partsOf(path);
    if (parts === undefined || parts.some((part) => GONE.has(part))) return undefined;
    const [name = '', folder] = parts.toReversed();
    if (folder === 'likes') return name === 'films.csv' ? 'likes' : undefined;
    if (folder === 'lists') return undefined;
    // In the form that Letterboxd imports, as this program and others write it.
    if (/^letterboxd(?:-\d+)?\.csv$/.test(name)) return 'lone';
    return KINDS.find((kind) => name.replace(/(?:-\d+)?\.csv$/, '') === kind);
  },
  loneKind: 'lone',
  start(present, options) {
    const seenEntries = new Set<string>();
    return ({ kind, text }) =>
      tableLines(text, (table) => takeOf(kind, table, { present, options, seenEntries }));
  },
};

interface Context {
  readonly present: ReadonlySet<string>;
  readonly options: ReadOptions;
  /** Links of diary entries: a review has that of its entry. */
  readonly seenEntries: Set<string>;
}

function takeOf(kind: string, table: Table, context: Context): Take | undefined {
  if (has(table, 'title', 'watcheddate') || has(table, 'imdbid') || has(table, 'tmdbid')) {
    if (kind !== 'watchlist') return takeImportable;
    return (row) => about(row, { kind: 'watchlist', when: UNKNOWN });
  }
  if (!has(table, 'date', 'name', 'letterboxduri')) return undefined;
  if (has(table, 'watcheddate')) return (row) => takeEntry(row, context);
  if (kind === 'likes') return (row) => takeDated(row, 'favorite');
  if (has(table, 'rating')) return takeRating;
  // Both have the same header: only the name tells them apart, or the person.
  const list = kind === 'lone' ? context.options.list : kind;
  if (list === 'watchlist') return (row) => takeDated(row, 'watchlist');
  // Its date is the day of logging, which is no viewing.
  if (list === 'watched') return (row) => about(row, { kind: 'watched', when: UNKNOWN });
  return undefined;
}

function film(row: NamedRow): Work | undefined {
  return withName({
    type: 'movie',
    ids: defined({ imdb: imdbOf(row.get('imdbid')), tmdb: idOf(row.get('tmdbid')) }),
    ...defined({
      title: row.get('name') || row.get('title') || undefined,
      year: countOf(row.get('year')),
    }),
  });
}

function about(row: NamedRow, ...says: readonly ImportRecord['says'][]): Taken {
  const work = film(row);
  if (work === undefined) return fault('no_work');
  return says.length === 0 ? 'nothing_said' : says.map((said) => ({ work, says: said }));
}

function takeDated(row: NamedRow, kind: 'favorite' | 'watchlist'): Taken {
  const when = plainDay(row.get('date'));
  return when === undefined ? fault('invalid_date') : about(row, { kind, when });
}

/** Of an entry or a film; undefined where there is none. */
function ratingOf(row: NamedRow): number | undefined {
  const value = numberOf(row.get('rating'));
  return value !== undefined && value > 0 && value <= 5 ? value : undefined;
}

function takeRating(row: NamedRow): Taken {
  const when = plainDay(row.get('date'));
  if (when === undefined) return fault('invalid_date');
  const value = ratingOf(row);
  return value === undefined
    ? fault('invalid_entry')
    : about(row, { kind: 'rating', value, outOf: 5, when });
}

function takeEntry(row: NamedRow, { present, seenEntries }: Context): Taken {
  const watched = plainDay(row.get('watcheddate'));
  const logged = plainDay(row.get('date'));
  if (watched === undefined || logged === undefined) return fault('invalid_date');
  const link = row.get('letterboxduri');
  if (link !== '' && seenEntries.has(link)) return 'repeated';
  if (link !== '') seenEntries.add(link);
  const value = ratingOf(row);
  // The film's own rating is in ratings.csv; an entry's may be older.
  const rating =
    value === undefined || present.has('ratings')
      ? []
      : [{ kind: 'rating', value, outOf: 5, when: logged } as const];
  // A review without this date is no viewing.
  if (watched.precision === 'unknown')
    return rating.length === 0 ? 'no_viewing' : about(row, ...rating);
  const sourceId = link === '' ? {} : { sourceId: link };
  return about(row, { kind: 'play', when: watched, ...sourceId }, ...rating);
}

/** The form that Letterboxd imports, which other programs write. */
function takeImportable(row: NamedRow): Taken {
  const watched = plainDay(row.get('watcheddate'));
  if (watched === undefined) return fault('invalid_date');
  const halves = ratingOf(row);
  const tenth = numberOf(row.get('rating10'));
  const says: ImportRecord['says'][] =
    watched.precision === 'unknown'
      ? [{ kind: 'watched', when: UNKNOWN }]
      : [{ kind: 'play', when: watched }];
  if (tenth !== undefined && tenth > 0 && tenth <= 10) {
    says.push({ kind: 'rating', value: tenth, outOf: 10, when: UNKNOWN });
  } else if (halves !== undefined) {
    says.push({ kind: 'rating', value: halves, outOf: 5, when: UNKNOWN });
  }
  return about(row, ...says);
}
