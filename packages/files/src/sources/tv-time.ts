import type { NamedRow } from '../csv.ts';
import { fault, type Taken } from '../reading.ts';
import type { ImportRecord } from '../record.ts';
import { partsOf, type Source } from '../source.ts';
import { moment } from '../when.ts';
import { has, jsonLines, tableLines } from './tables.ts';
import { takeFilm, takeTracking, takeVote } from './tv-time-tracking.ts';
import { filmOf, seriesOf, tvTimeEpisode, unlessNil } from './tv-time-works.ts';

type Take = (row: NamedRow) => Taken;

/**
 * By names without case and punctuation, since the archive of a data request also holds tokens and password hashes,
 * which are never opened. [IMP2]
 */
const NAMES: readonly (readonly [string, RegExp])[] = [
  ['episodes', /^trackingprodrecordsv2$/],
  ['films', /^trackingprodrecords$/],
  ['status', /^usershowspecialstatus$/],
  ['votes', /^ratings.*votes$/],
  ['newEpisodes', /^tvtimeseriesepisodes\d*$/],
  ['newFilms', /^tvtimemovies\d*$/],
  ['newSeries', /^tvtimeseries\d*$/],
];

/** A column that only this kind of file has. */
const MARKS: Readonly<Record<string, readonly string[]>> = {
  episodes: ['key'],
  films: ['type'],
  status: ['status'],
  votes: ['votekey'],
  newEpisodes: ['iswatched'],
  newFilms: ['iswatched'],
  newSeries: ['status'],
};

/** TV Time's two archives: that of a data request, and the export of 2026 (CSV or JSON). */
export const tvTime: Source = {
  kinds: NAMES.map(([kind]) => kind),
  kindOf(path) {
    const name = partsOf(path)?.at(-1) ?? '';
    const [, stem, ending] = /^(.+)\.(csv|json)$/.exec(name) ?? [];
    if (stem === undefined) return undefined;
    const plain = stem.replaceAll(/[^a-z0-9]/g, '');
    const kind = NAMES.find(([, pattern]) => pattern.test(plain))?.[0];
    return kind !== undefined && (ending === 'csv' || kind.startsWith('new')) ? kind : undefined;
  },
  start(present) {
    const takes: Readonly<Record<string, Take>> = {
      episodes: takeTracking,
      films: (row) => takeFilm(row, present.has('episodes')),
      status: takeStatus,
      votes: takeVote,
      newEpisodes: (row) => takeNew(row, tvTimeEpisode(row)),
      newFilms: (row) => takeNew(row, filmOf(row, row.get('title'))),
      newSeries: takeSeries,
    };
    return ({ kind, name, text }) => {
      const take: Take = (row) => takes[kind]?.(unlessNil(row)) ?? 'nothing_said';
      return /\.json$/i.test(name)
        ? jsonLines(text, take)
        : tableLines(text, (table) => (has(table, ...(MARKS[kind] ?? [])) ? take : undefined));
    };
  },
};

/** Rows of what was not watched stand beside the others. */
function takeNew(row: NamedRow, work: ImportRecord['work'] | undefined): Taken {
  if (!/^(?:true|t|1|yes)$/i.test(row.get('iswatched'))) return 'not_watched';
  if (work === undefined) return fault('no_work');
  const when = moment(row.get('watchedat'), 'utc');
  if (when === undefined) return fault('invalid_date');
  const play: ImportRecord = { work, says: { kind: 'play', when } };
  const again = Number(row.get('rewatchcount') || 0);
  if (!Number.isSafeInteger(again) || again <= 0) return [play];
  return [play, { work, says: { kind: 'count', atLeast: again + 1 } }];
}

function takeSeries(row: NamedRow): Taken {
  if (row.get('status') !== 'stopped') return 'nothing_said';
  const work = seriesOf(row);
  return work === undefined
    ? fault('no_work')
    : [{ work, says: { kind: 'dismissed', when: { precision: 'unknown' } } }];
}

function takeStatus(row: NamedRow): Taken {
  if (row.get('status') !== 'for_later') return 'nothing_said';
  const work = seriesOf(row);
  if (work === undefined) return fault('no_work');
  const when = moment(row.get('createdat'), 'utc');
  return when === undefined ? fault('invalid_date') : [{ work, says: { kind: 'watchlist', when } }];
}
