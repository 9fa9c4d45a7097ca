import type { NamedRow } from '../csv.ts';
import { countOf, defined, idOf, numberOf } from '../fields.ts';
import type { DateOrder } from '../numeric-date.ts';
import { fault, type Line, type Taken } from '../reading.ts';
import {
  UNKNOWN,
  type ImportRecord,
  type SeriesName,
  type When,
  type Work,
  type WorkIds,
} from '../record.ts';
import { partsOf, type ReadOptions, type Source } from '../source.ts';
import type { Zoneless } from '../when.ts';
import { episodeWork, withName } from '../works.ts';
import { dateOrderIn, tableDate } from './simkl-csv.ts';
import { has, tableLines } from './tables.ts';

/** Yamtrack's CSV, also of older versions: what a column is goes by the header. */
export const yamtrack: Source = {
  kinds: ['csv'],
  kindOf(path) {
    const name = partsOf(path)?.at(-1) ?? '';
    return /^yamtrack.*\.csv$/.test(name) ? 'csv' : undefined;
  },
  loneKind: 'csv',
  start:
    (_present, options) =>
    ({ text }) =>
      lines(text, options),
};

/** The end is the viewing; other dates are of the row. */
const DATE_COLUMNS = ['enddate', 'watchdate'] as const;

async function* lines(text: string, options: ReadOptions): AsyncGenerator<Line> {
  const order = await dateOrderIn(text, DATE_COLUMNS, options.dateOrder ?? 'month-first');
  const zoneless: Zoneless = options.zone === undefined ? 'day' : { zone: options.zone };
  yield* tableLines(text, (table) =>
    has(table, 'mediaid', 'source', 'mediatype')
      ? (row) => take(row, { order, zoneless })
      : undefined,
  );
}

interface Dates {
  readonly order: DateOrder | undefined;
  readonly zoneless: Zoneless;
}

function idsIn(row: NamedRow): WorkIds {
  const id = idOf(row.get('mediaid'));
  const source = row.get('source').toLowerCase();
  if (source === 'imdb')
    return defined({ imdb: id === undefined ? row.get('mediaid') : undefined });
  return defined({
    tmdb: source === 'tmdb' ? id : undefined,
    tvdb: source === 'tvdb' ? id : undefined,
    mal: source === 'mal' ? id : undefined,
  });
}

function workOf(row: NamedRow): Work | 'other_medium' | undefined {
  const name: SeriesName = {
    ids: idsIn(row),
    ...defined({ title: row.get('title') || undefined }),
  };
  const series = withName(name) && name;
  switch (row.get('mediatype').toLowerCase()) {
    case 'movie':
      return withName({ type: 'movie', ...name });
    case 'anime':
      return withName(name);
    case 'tv':
      return withName({ type: 'series', ...name });
    case 'season': {
      const season = countOf(row.get('seasonnumber'));
      if (season === undefined || series === undefined) return undefined;
      return { type: 'season', ids: {}, series, season };
    }
    case 'episode':
      // The id of the row is that of the show.
      return episodeWork(series, row.get('seasonnumber'), row.get('episodenumber'));
    default:
      return 'other_medium';
  }
}

function take(row: NamedRow, dates: Dates): Taken {
  const work = workOf(row);
  if (work === undefined) return fault('no_work');
  if (work === 'other_medium') return work;
  const isViewing = work.type !== 'series' && work.type !== 'season';
  const when = isViewing ? endOf(row, dates) : UNKNOWN;
  if (when === 'ambiguous') return fault('ambiguous_date');
  if (when === undefined) return fault('invalid_date');
  const says = statements(row, { work, when, isViewing });
  return says.length === 0
    ? 'nothing_said'
    : says.map((said): ImportRecord => ({ work, says: said }));
}

function endOf(row: NamedRow, { order, zoneless }: Dates) {
  const text = DATE_COLUMNS.map((name) => row.get(name)).find((cell) => cell !== '') ?? '';
  return tableDate(text, order, zoneless);
}

function statements(
  row: NamedRow,
  {
    work,
    when,
    isViewing,
  }: { readonly work: Work; readonly when: When; readonly isViewing: boolean },
): ImportRecord['says'][] {
  const says: ImportRecord['says'][] = [];
  const status = row.get('status').toLowerCase();
  if (status === 'planning') says.push({ kind: 'watchlist', when: UNKNOWN });
  else if (status === 'dropped') says.push({ kind: 'dismissed', when: UNKNOWN });
  else if (isViewing && (when.precision !== 'unknown' || work.type === 'episode')) {
    says.push({ kind: 'play', when });
  } else if (isViewing && status === 'completed') says.push({ kind: 'watched', when: UNKNOWN });
  const repeats = countOf(row.get('repeats'));
  if (isViewing && repeats !== undefined && repeats > 0) {
    says.push({ kind: 'count', atLeast: repeats + 1 });
  }
  const value = numberOf(row.get('score'));
  if (value !== undefined && value > 0 && value <= 10) {
    says.push({ kind: 'rating', value, outOf: 10, when: UNKNOWN });
  }
  return says;
}
