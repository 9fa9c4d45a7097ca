import type { Fields } from '../fields.ts';
import type { ImportRecord, SeriesName, Statement, When, Work } from '../record.ts';
import type { Written } from './written.ts';

/** Where a record stands in Trakt's export, and how; undefined where it has no place there. */
interface Place {
  readonly file: string;
  readonly entry: Fields;
}

const RATINGS = {
  movie: 'movies',
  series: 'shows',
  season: 'seasons',
  episode: 'episodes',
} as const;

/** The files of Trakt's account export, which what imports from Trakt can read. [EXP1] */
export function writeTraktJson(records: Iterable<ImportRecord>): Written {
  const entriesByFile = new Map<string, Fields[]>();
  const left: ImportRecord[] = [];
  for (const record of records) {
    const place = placeOf(record);
    if (place === undefined) left.push(record);
    else {
      const entries = entriesByFile.get(place.file) ?? [];
      entriesByFile.set(place.file, entries);
      entries.push(place.entry);
    }
  }
  const files = [...entriesByFile].map(([file, entries]) => ({
    name: `${file}.json`,
    text: JSON.stringify(entries),
  }));
  return { files, left };
}

function placeOf({ work, says }: ImportRecord): Place | undefined {
  const media = mediaOf(work);
  if (media === undefined) return undefined;
  switch (says.kind) {
    case 'play':
      return {
        file: 'watched-history',
        entry: {
          ...idOf(says.sourceId),
          ...dated('watched_at', says.when),
          action: 'watch',
          ...media,
        },
      };
    case 'watchlist':
      return { file: 'lists-watchlist', entry: { ...dated('listed_at', says.when), ...media } };
    case 'favorite':
      return { file: 'lists-favorites', entry: { ...dated('listed_at', says.when), ...media } };
    case 'dismissed':
      return {
        file: 'hidden-progress-watched',
        entry: { ...dated('hidden_at', says.when), ...media },
      };
    case 'progress': {
      const at = dated('paused_at', says.when);
      return { file: 'watched-playback', entry: { progress: says.percent, ...at, ...media } };
    }
    case 'rating': {
      if (work.type === undefined) return undefined;
      const rating = tenthsOf(says);
      const entry = { rating, ...dated('rated_at', says.when), ...media };
      return { file: `ratings-${RATINGS[work.type]}`, entry };
    }
    case 'count':
      return watched(work, { plays: says.atLeast, last_watched_at: null });
    case 'watched':
      return watched(work, { plays: 0, ...dated('last_watched_at', says.when) });
    case 'session':
      return undefined;
  }
}

/** Trakt's ratings are whole numbers of ten. */
function tenthsOf({ value, outOf }: Extract<Statement, { kind: 'rating' }>): number {
  return Math.max(1, Math.round((value / outOf) * 10));
}

/** Only Trakt's own numbers: another source's name for a play would be taken for one of Trakt's. */
function idOf(sourceId: string | undefined): Fields {
  return sourceId !== undefined && /^[1-9]\d{0,14}$/.test(sourceId) ? { id: Number(sourceId) } : {};
}

/** A day is a midnight, as Trakt has it, and says that it is one; so does an instant that looks like a day. */
function dated(field: string, when: When): Fields {
  if (when.precision === 'unknown') return { [field]: field === 'watched_at' ? 'unknown' : null };
  if (when.precision === 'day') return { [field]: `${when.day}T00:00:00.000Z`, precision: 'day' };
  const at = when.at.replace(/:(\d{2})Z$/, ':$1.000Z');
  return { [field]: at, ...(/T(?:00|12):00:00\.000Z$/.test(at) ? { precision: 'instant' } : {}) };
}

function named({ ids, title, year }: SeriesName): Fields {
  return {
    ...(title === undefined ? {} : { title }),
    ...(year === undefined ? {} : { year }),
    ids,
  };
}

function mediaOf(work: Work): Fields | undefined {
  const { type, series, season, episode, title, ids } = work;
  const show = series && { show: named(series) };
  switch (type) {
    case 'movie':
      return { type: 'movie', movie: named(work) };
    case 'series':
      return { type: 'show', show: named(work) };
    case 'season':
      return show && { type: 'season', season: { number: season, ids }, ...show };
    case 'episode':
      return { type: 'episode', episode: { season, number: episode, title, ids }, ...show };
    case undefined:
      return undefined;
  }
}

function watched(work: Work, item: Fields): Place | undefined {
  if (work.type === 'movie') {
    return { file: 'watched-movies', entry: { ...item, movie: named(work) } };
  }
  const { series, season, episode, title, ids } = work;
  if (work.type !== 'episode' || series === undefined || season === undefined) return undefined;
  const seasons = [{ number: season, episodes: [{ number: episode, title, ids, ...item }] }];
  return { file: 'watched-shows', entry: { show: named(series), seasons } };
}
