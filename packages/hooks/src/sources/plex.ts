import type { SeriesName, Work, WorkIds } from '@cuepoint/core';
import {
  countOf,
  defined,
  fieldsOf,
  idOf,
  imdbOf,
  listOf,
  numberOf,
  textOf,
  type Fields,
} from '../fields.ts';
import { HookBodyError, type HookAct, type HookReading, type HookUser } from '../hook-event.ts';
import { nameOfWork } from './media-item.ts';

const ACTS: Readonly<Record<string, HookAct>> = {
  'media.play': 'start',
  'media.resume': 'unpause',
  'media.pause': 'pause',
  'media.stop': 'stop',
  'media.scrobble': 'finish',
};
const MS_PER_SECOND = 1_000;
/** A stop from here on counts as seen: the scrobble before it may have been lost. */
export const FINISHED_PERCENT = 90;

export interface PlexForm {
  /** Of `viewOffset` and `duration`. */
  readonly unitsPerSecond?: number;
  readonly acts?: Readonly<Record<string, HookAct>>;
  /** Whether the ids of an episode are its own. */
  readonly isIdOfEpisode?: boolean;
}

export function isPlexBody(body: Fields): boolean {
  return textOf(body['event']) !== undefined && fieldsOf(body['Metadata']) !== undefined;
}

export function readPlex(body: Fields): HookReading {
  const name = textOf(body['event']);
  if (name === undefined) throw new HookBodyError('event is not there: it is no body of Plex.');
  // A server tells these of everybody whom it is shared with.
  if (name === 'playback.started')
    return { kind: 'ignored', name, reason: 'shared_user', user: userOf(body) };
  return readPlexLike(body);
}

/** Plex's form, which others send as well. */
export function readPlexLike(body: Fields, form: PlexForm = {}): HookReading {
  const { unitsPerSecond = MS_PER_SECOND, acts = ACTS, isIdOfEpisode = true } = form;
  const name = textOf(body['event']) ?? '';
  const user = userOf(body);
  const act = acts[name];
  if (act === undefined) return { kind: 'ignored', name, reason: 'no_interest', user };
  const metadata = fieldsOf(body['Metadata']);
  const work = metadata && workOf(metadata, isIdOfEpisode);
  if (metadata === undefined || work === undefined) {
    return { kind: 'ignored', name, reason: 'not_video', user };
  }
  const seconds = (value: unknown) => Math.floor((numberOf(value) ?? 0) / unitsPerSecond);
  const position = Math.max(seconds(metadata['viewOffset']), 0);
  const durationSeconds = Math.max(seconds(metadata['duration']), 0);
  const server = textOf(fieldsOf(body['Server'])?.['uuid']) ?? '';
  const player = fieldsOf(body['Player']);
  const atSeconds = countOf(body['at']);
  const isNearEnd = durationSeconds > 0 && position * 100 >= durationSeconds * FINISHED_PERCENT;
  return {
    kind: 'event',
    event: {
      name,
      act,
      user,
      work,
      alsoWorks: [],
      item: `${server}/${textOf(metadata['ratingKey']) ?? nameOfWork(work)}`,
      device: textOf(player?.['uuid']) ?? textOf(player?.['title']),
      positionSeconds: position === 0 ? undefined : position,
      durationSeconds,
      finished: act === 'finish' || (act === 'stop' && isNearEnd) ? 'yes' : 'no',
      atMs: atSeconds === undefined ? undefined : atSeconds * 1_000,
    },
  };
}

function userOf(body: Fields): HookUser {
  const account = fieldsOf(body['Account']);
  // Of a guest without an account of their own it is 0 or left out.
  const id = textOf(account?.['id']);
  return defined({
    id: id === '0' ? undefined : id?.replaceAll('-', '').toLowerCase(),
    name: textOf(account?.['title']),
  });
}

function workOf(metadata: Fields, isIdOfEpisode: boolean): Work | undefined {
  const type = textOf(metadata['type']);
  const title = textOf(metadata['title']);
  const given = listOf(metadata['Guid']).flatMap((each) => textOf(fieldsOf(each)?.['id']) ?? []);
  const guid = textOf(metadata['guid']);
  if (type === 'movie') {
    const ids = { ...idsOf([...(guid === undefined ? [] : [guid]), ...given]) };
    return { type, ids, ...defined({ title, year: countOf(metadata['year']) }) };
  }
  if (type !== 'episode') return undefined;
  const older = olderEpisode(guid);
  const seriesTitle = textOf(metadata['grandparentTitle']);
  const seriesIds = older?.series ?? {};
  const isNamed = seriesTitle !== undefined || Object.keys(seriesIds).length > 0;
  const series: SeriesName = { ids: seriesIds, ...defined({ title: seriesTitle }) };
  return {
    type,
    ids: isIdOfEpisode ? idsOf(given) : {},
    ...(isNamed && { series }),
    ...defined({
      title,
      season: countOf(metadata['parentIndex']) ?? older?.season,
      episode: countOf(metadata['index']) ?? older?.episode,
    }),
  };
}

/** `tmdb://7000104`, and of older agents `com.plexapp.agents.imdb://tt9900001?lang=en`. */
function idsOf(guids: readonly string[]): WorkIds {
  const of = (pattern: RegExp) =>
    guids.flatMap((guid) => pattern.exec(guid)?.[1] ?? []).find((id) => id !== '');
  return defined({
    imdb: imdbOf(of(/^(?:com\.plexapp\.agents\.)?imdb:\/\/([^/?]*)/)),
    tmdb: idOf(of(/^(?:com\.plexapp\.agents\.themoviedb|tmdb):\/\/([^/?]*)/)),
    tvdb: idOf(of(/^(?:com\.plexapp\.agents\.thetvdb|tvdb):\/\/([^/?]*)/)),
  });
}

/** `com.plexapp.agents.thetvdb://<series>/<season>/<episode>?lang=en`: the ids are of the series. */
function olderEpisode(guid: string | undefined) {
  const found = /^com\.plexapp\.agents\.(thetvdb|themoviedb):\/\/([^/?]*)\/(\d+)\/(\d+)/.exec(
    guid ?? '',
  );
  if (found === null) return undefined;
  const [, agent, id, season, episode] = found;
  const number = idOf(id);
  const series: WorkIds = defined(agent === 'thetvdb' ? { tvdb: number } : { tmdb: number });
  return { series, season: countOf(season), episode: countOf(episode) };
}
