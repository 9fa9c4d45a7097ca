import { ArchiveError } from '../archive.ts';
import {
  countOf,
  defined,
  fieldsOf,
  idsOf,
  listOf,
  numberOf,
  parseJson,
  textOf,
  type Fields,
} from '../fields.ts';
import { fault, type Line, type Taken } from '../reading.ts';
import { UNKNOWN, type ImportRecord, type Statement, type When, type Work } from '../record.ts';
import { partsOf, type Source } from '../source.ts';
import { episodeWork } from '../works.ts';
import { traktWhen, traktWork } from './trakt-items.ts';

type Take = (entry: Fields, hasHistory: boolean) => Taken;

/** What is known by its name: flat (since 2026-07), or in folders under the user's name. */
const NAMES: readonly (readonly [string, RegExp])[] = [
  ['history', /^(?:watched-)?history(?:-\d+)?$/],
  ['watched', /^watched-(?:movies|shows)(?:-\d+)?$/],
  ['playback', /^(?:watched-)?playback(?:-\d+)?$/],
  ['watchlist', /^(?:lists-)?watchlist(?:-\d+)?$/],
  ['favorites', /^(?:lists-)?favorites(?:-\d+)?$/],
  ['ratings', /^ratings-(?:movies|shows|seasons|episodes)(?:-\d+)?$/],
  ['hidden', /^hidden-(?:progress[-_]watched|dropped)(?:-\d+)?$/],
];

const TAKES: Readonly<Record<string, Take>> = {
  history: takeHistory,
  watched: takeWatched,
  playback: takePlayback,
  watchlist: (entry) => takeListed(entry, 'watchlist', 'listed_at'),
  favorites: (entry) => takeListed(entry, 'favorite', 'listed_at'),
  ratings: takeRating,
  hidden: (entry) => takeListed(entry, 'dismissed', 'hidden_at'),
};

/** The lists of a traktexport file, by the kind of file that they would be. */
const PARTS: readonly (readonly [part: string, kind: string])[] = [
  ['history', 'history'],
  ['watched', 'watched'],
  ['watchlist', 'watchlist'],
  ['recommendations', 'favorites'],
  ['ratings', 'ratings'],
];

/** Trakt's account export (a zip of JSON, two layouts), one of its files alone, or what traktexport wrote. */
export const trakt: Source = {
  kinds: [...NAMES.map(([kind]) => kind), 'object'],
  kindOf(path) {
    const parts = partsOf(path);
    if (parts?.at(-1)?.endsWith('.json') !== true) return undefined;
    const names = [parts.slice(-1), parts.slice(-2)].map((some) =>
      some.join('-').replace(/\.json$/, ''),
    );
    return NAMES.find(([, pattern]) => names.some((name) => pattern.test(name)))?.[0];
  },
  loneKind: 'object',
  // `[{endpoint, error}]`: parts that Trakt could not write. [IMP2]
  missing: {
    isNamed: (path) => partsOf(path)?.at(-1) === '_errors.json',
    read: (text) =>
      listOf(parseJson(text)).map((value) => textOf(fieldsOf(value)?.['endpoint']) ?? 'a part'),
  },
  start: (present) => (file) => {
    const value = parseJson(file.text);
    if (file.kind !== 'object') return lines(listIn(value), file.kind, present.has('history'));
    return exportLines(value);
  },
};

function listIn(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new ArchiveError('unknown_header');
  return value;
}

/** @throws ArchiveError `unknown_header` for an object that is not traktexport's. */
function exportLines(value: unknown): Iterable<Line> {
  const fields = fieldsOf(value);
  const parts = PARTS.filter(([part]) => Array.isArray(fields?.[part]));
  if (parts.length === 0) throw new ArchiveError('unknown_header');
  const hasHistory = listOf(fields?.['history']).length > 0;
  return (function* () {
    for (const [part, kind] of parts) {
      for (const line of lines(listOf(fields?.[part]), kind, hasHistory)) yield { ...line, part };
    }
  })();
}

function* lines(entries: readonly unknown[], kind: string, hasHistory: boolean): Generator<Line> {
  const take = TAKES[kind];
  for (const [index, value] of entries.entries()) {
    const entry = fieldsOf(value);
    const taken = entry === undefined ? undefined : take?.(entry, hasHistory);
    yield { line: index + 1, taken: taken ?? fault('invalid_entry') };
  }
}

function about(entry: Fields, says: Statement | undefined): Taken {
  const work = traktWork(entry);
  if (work === undefined) return fault('no_work');
  return says === undefined ? fault('invalid_date') : [{ work, says }];
}

function takeHistory(entry: Fields): Taken {
  const when = traktWhen(entry['watched_at'], {
    isExact: entry['action'] === 'scrobble',
    precision: entry['precision'],
  });
  const id = countOf(entry['id']);
  const sourceId = id === undefined ? {} : { sourceId: String(id) };
  return about(entry, when && { kind: 'play', when, ...sourceId });
}

function takeListed(
  entry: Fields,
  kind: 'watchlist' | 'favorite' | 'dismissed',
  field: string,
): Taken {
  const when = traktWhen(entry[field], { isExact: true, precision: entry['precision'] });
  return about(entry, when && { kind, when });
}

function takeRating(entry: Fields): Taken {
  const value = numberOf(entry['rating']);
  if (value === undefined || value < 0 || value > 10) return fault('invalid_entry');
  if (value === 0) return 'nothing_said';
  const when = traktWhen(entry['rated_at'], { isExact: true, precision: entry['precision'] });
  return about(entry, when && { kind: 'rating', value, outOf: 10, when });
}

function takePlayback(entry: Fields): Taken {
  const percent = numberOf(entry['progress']);
  if (percent === undefined || percent < 0) return fault('invalid_entry');
  const when = traktWhen(entry['paused_at'], { isExact: true, precision: entry['precision'] });
  return about(entry, when && { kind: 'progress', percent: Math.min(percent, 100), when });
}

/** How often each was seen, and its last viewing where no history tells all of them. */
function takeWatched(entry: Fields, hasHistory: boolean): Taken {
  const work = traktWork(entry);
  if (work === undefined) return fault('no_work');
  if (work.type === 'movie') return seen(work, entry, hasHistory) ?? fault('invalid_date');
  const series = { ids: work.ids, ...defined({ title: work.title, year: work.year }) };
  const episodes = listOf(entry['seasons']).flatMap((seasonValue) => {
    const season = fieldsOf(seasonValue) ?? {};
    return listOf(season['episodes']).flatMap((episodeValue) => {
      const episode = fieldsOf(episodeValue) ?? {};
      const named = episodeWork(series, season['number'], episode['number'], {
        ids: idsOf(episode['ids']),
        title: textOf(episode['title']),
      });
      return named === undefined ? [] : [seen(named, episode, hasHistory)];
    });
  });
  // Since 2026 these lists name no seasons: a number of plays of a whole show says of no episode that it was seen.
  if (episodes.length === 0) return 'nothing_said';
  const records = episodes.flatMap((found) => found ?? []);
  return episodes.includes(undefined) ? fault('invalid_date') : records;
}

function seen(work: Work, item: Fields, hasHistory: boolean): ImportRecord[] | undefined {
  const when = traktWhen(item['last_watched_at'], { precision: item['precision'] });
  if (when === undefined) return undefined;
  const plays = countOf(item['plays']) ?? 1;
  // Exports of this program say so of what was marked, and not played.
  if (plays === 0) return [{ work, says: { kind: 'watched', when } }];
  const count: ImportRecord = { work, says: { kind: 'count', atLeast: plays } };
  const last: When = hasHistory ? UNKNOWN : when;
  if (last.precision === 'unknown') return [count];
  return [{ work, says: { kind: 'play', when: last } }, count];
}
