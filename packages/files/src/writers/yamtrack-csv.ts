import { stringify } from 'csv-stringify/sync';
import type { ImportRecord, SeriesName, When, Work } from '../record.ts';
import type { Written } from './written.ts';

const COLUMNS = [
  'media_id',
  'source',
  'media_type',
  'title',
  'image',
  'season_number',
  'episode_number',
  'score',
  'progress',
  'status',
  'start_date',
  'end_date',
  'notes',
  'created_at',
  'progressed_at',
] as const;

type Row = Partial<Record<(typeof COLUMNS)[number], string | number>>;

/** Yamtrack's own form: works with an id of TMDB or MyAnimeList. [EXP1] */
export function writeYamtrackCsv(records: Iterable<ImportRecord>): Written {
  const rows: Row[] = [];
  const left: ImportRecord[] = [];
  for (const record of records) {
    const media = mediaOf(record.work);
    const said = media && saidOf(record);
    if (said === undefined) left.push(record);
    else rows.push({ ...media, ...said });
  }
  if (rows.length === 0) return { files: [], left };
  const text = stringify(rows, { columns: [...COLUMNS], header: true, quoted: true });
  return { files: [{ name: 'yamtrack.csv', text }], left };
}

function mediaOf(work: Work): Row | undefined {
  const { type, series, season, episode } = work;
  switch (type) {
    case 'movie':
      return idOf(work, 'movie');
    case 'series':
      return idOf(work, 'tv');
    case 'season': {
      const media = series && idOf(series, 'season');
      return media && season !== undefined ? { ...media, season_number: season } : undefined;
    }
    case 'episode': {
      const media = series && idOf(series, 'episode');
      if (media === undefined || season === undefined || episode === undefined) return undefined;
      return { ...media, season_number: season, episode_number: episode };
    }
    case undefined:
      return work.ids.mal === undefined ? undefined : idOf(work, 'anime');
  }
}

function idOf({ ids, title = '' }: SeriesName, media: string): Row | undefined {
  if (media !== 'anime' && ids.tmdb !== undefined) {
    return { media_id: ids.tmdb, source: 'tmdb', media_type: media, title };
  }
  if (ids.mal === undefined) return undefined;
  return { media_id: ids.mal, source: 'mal', media_type: media, title };
}

/** `2026-03-01 20:15:30+00:00`, or a day; empty where nobody knows. */
function dateOf(when: When): string {
  if (when.precision === 'unknown') return '';
  return when.precision === 'day' ? when.day : when.at.replace('T', ' ').replace('Z', '+00:00');
}

function saidOf({ work, says }: ImportRecord): Row | undefined {
  const isEpisode = work.type === 'episode';
  const isViewing = isEpisode || work.type === 'movie' || work.type === undefined;
  switch (says.kind) {
    case 'play':
    case 'watched':
      if (!isViewing) return undefined;
      return { end_date: dateOf(says.when), status: isEpisode ? '' : 'Completed' };
    case 'watchlist':
      return isEpisode || work.type === 'season' ? undefined : { status: 'Planning' };
    case 'dismissed':
      return isEpisode || work.type === 'season' ? undefined : { status: 'Dropped' };
    case 'rating': {
      const tenths = Math.round((says.value / says.outOf) * 100) / 10;
      return isEpisode ? undefined : { score: tenths };
    }
    case 'count':
    case 'favorite':
    case 'progress':
    case 'session':
      return undefined;
  }
}
