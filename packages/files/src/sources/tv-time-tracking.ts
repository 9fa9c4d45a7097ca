import type { NamedRow } from '../csv.ts';
import { fault, type Taken } from '../reading.ts';
import { UNKNOWN, type When, type Work } from '../record.ts';
import { instantOf, moment, unixSeconds } from '../when.ts';
import { filmOf, tvTimeEpisode } from './tv-time-works.ts';

const WATCH_KEY = /^(?:re)?watch-episode-/;
/** The numbers of TV Time's faces, of 10; another number is kept out rather than guessed. */
const VALUES_BY_VOTE: Readonly<Record<string, number>> = { 1: 2, 27: 4, 28: 6, 29: 8, 3: 10 };
/** Seconds have ten digits until 2286; more are microseconds, some in scientific form. */
const SECONDS_MAX = 1e11;
const MICROSECONDS_PER_MS = 1_000;

function play(work: Work | undefined, when: When | undefined, sourceId: string): Taken {
  if (work === undefined) return fault('no_work');
  return when === undefined
    ? fault('invalid_date')
    : [{ work, says: { kind: 'play', when, sourceId } }];
}

/** A row of `tracking-prod-records-v2.csv`: its dates are UTC, whatever the account's zone. */
export function takeTracking(row: NamedRow): Taken {
  const key = row.get('key');
  if (!WATCH_KEY.test(key)) return 'nothing_said';
  const [, seconds] = /^watch-episode-(\d+)$/.exec(row.get('gsi')) ?? [];
  const createdAt = row.get('createdat');
  const when = seconds === undefined ? moment(createdAt, 'utc') : unixSeconds(seconds);
  // Each time that an episode was seen again has the same key.
  return play(tvTimeEpisode(row), when, `${key} ${seconds ?? createdAt}`);
}

/** A row of `tracking-prod-records.csv`: films, and older episodes, which the newer file has again. */
export function takeFilm(row: NamedRow, hasEpisodes: boolean): Taken {
  const type = row.get('type');
  const isEpisode = row.get('entitytype') === 'episode';
  if (isEpisode && hasEpisodes) return 'told_elsewhere';
  const work = isEpisode ? tvTimeEpisode(row) : filmOf(row, row.get('moviename'));
  if (type === 'towatch') {
    if (work === undefined) return fault('no_work');
    const when = moment(row.get('createdat'), 'utc');
    return when === undefined
      ? fault('invalid_date')
      : [{ work, says: { kind: 'watchlist', when } }];
  }
  if (type !== 'watch' && type !== 'rewatch') return 'nothing_said';
  const when = watchDate(row);
  const date = when === undefined || when.precision === 'unknown' ? '' : JSON.stringify(when);
  return play(work, when, `${row.get('uuid')} ${type} ${date}`);
}

function watchDate(row: NamedRow): When | undefined {
  const text = row.get('watchdate');
  const number = Number(text || Number.NaN);
  if (Number.isFinite(number)) {
    return number > SECONDS_MAX
      ? instantOf(Math.floor(number / MICROSECONDS_PER_MS))
      : unixSeconds(number);
  }
  const [, seconds] = /^watch-date-(\d+)$/.exec(row.get('watchdaterangekey')) ?? [];
  if (seconds !== undefined) return unixSeconds(seconds);
  return text === '' ? moment(row.get('createdat'), 'utc') : moment(text, 'utc');
}

export function takeVote(row: NamedRow): Taken {
  const value = VALUES_BY_VOTE[row.get('votekey').split('-').at(-1) ?? ''];
  if (value === undefined) return 'nothing_said';
  const title = row.get('moviename');
  const work = title === '' ? tvTimeEpisode(row) : filmOf(row, title);
  if (work === undefined) return fault('no_work');
  const when = row.get('createdat') === '' ? UNKNOWN : moment(row.get('createdat'), 'utc');
  if (when === undefined) return fault('invalid_date');
  return [{ work, says: { kind: 'rating', value, outOf: 10, when } }];
}
