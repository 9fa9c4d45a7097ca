import type { Work } from '@cuepoint/core';
import { countOf, defined, flagOf, instantOf, textOf, type Fields } from '../fields.ts';
import { HookBodyError, type HookAct, type HookReading, type HookUser } from '../hook-event.ts';
import { isItemBody, readItemBody } from './item-body.ts';
import { episodeOf, idsOfProviders, nameOfWork, restOfFile, secondsOfTicks } from './media-item.ts';
import { isPlexBody, readPlexLike } from './plex.ts';

const ACTS: Readonly<Record<string, HookAct>> = {
  PlaybackStart: 'start',
  PlaybackProgress: 'progress',
  PlaybackStop: 'stop',
};
/** Its length is in ticks by 1,000, which are ten to a millisecond. */
const PLEX_FORM_UNITS_PER_SECOND = 10_000;

/** The official Webhook plugin with all properties, a template or a form; the other plugin in both of its forms. */
export function readJellyfin(body: Fields): HookReading {
  if (isPlexBody(body)) return readPlexLike(body, { unitsPerSecond: PLEX_FORM_UNITS_PER_SECOND });
  if (isItemBody(body)) return readItemBody(body, 'jellyfin');
  const name = textOf(body['NotificationType']);
  if (name === undefined) {
    throw new HookBodyError(
      'Neither NotificationType nor Event is there: it is no body of a Jellyfin plugin.',
    );
  }
  if (flagOf(body['IsAutomated']) === true) return { kind: 'automated' };
  const user = userOf(body);
  if (name === 'UserDataSaved') return readUserData(body, name, user);
  const act = ACTS[name];
  if (act === undefined) return { kind: 'ignored', name, reason: 'no_interest', user };
  return toReading(body, { name, user, act });
}

/** By hand, or at the end of a playback: then it comes before the stop, and without a device. */
function readUserData(body: Fields, name: string, user: HookUser): HookReading {
  const reason = textOf(body['SaveReason']);
  const isPlayed = flagOf(body['Played']);
  if (reason === 'TogglePlayed' && isPlayed !== undefined) {
    return toReading(body, { name, user, act: isPlayed ? 'mark' : 'unmark' });
  }
  if (reason !== 'PlaybackFinished') return { kind: 'ignored', name, reason: 'no_interest', user };
  return toReading(body, { name, user, act: 'stop' });
}

function toReading(
  body: Fields,
  { name, user, act }: { name: string; user: HookUser; act: HookAct },
): HookReading {
  const work = workOf(body);
  if (work === undefined) return { kind: 'ignored', name, reason: 'not_video', user };
  const server = textOf(body['ServerId']) ?? '';
  const item = plainId(body['ItemId']) ?? nameOfWork(work);
  const positionSeconds = secondsOfTicks(body['PlaybackPositionTicks']);
  const durationSeconds = secondsOfTicks(body['RunTimeTicks']) ?? 0;
  // The plugin's user data says `Played` of what was seen at any time, and of a stop without a position.
  const isCompleted =
    flagOf(body['PlayedToCompletion']) ?? (act === 'stop' && flagOf(body['Played']) === true);
  return {
    kind: 'event',
    event: {
      name,
      act,
      user,
      work,
      alsoWorks: restOfFile(work, countOf(body['EpisodeNumberEnd'])),
      item: `${server}/${item}`,
      device: textOf(body['DeviceId']) ?? textOf(body['Id']),
      positionSeconds,
      durationSeconds,
      ...defined({ isPaused: flagOf(body['IsPaused']) }),
      finished: isCompleted ? judge(positionSeconds, durationSeconds) : 'no',
      atMs: instantOf(body['UtcTimestamp']) ?? instantOf(body['Timestamp']),
    },
  };
}

/**
 * A stop without a position counts as played to the end there, with position 0; and with several users the flag is that of the
 * last of them. So it counts where the position does not speak against it.
 */
function judge(positionSeconds: number | undefined, durationSeconds: number) {
  if (positionSeconds === undefined) return 'doubtful';
  return 2 * positionSeconds >= durationSeconds ? 'yes' : 'no';
}

function userOf(body: Fields): HookUser {
  return defined({
    id: plainId(body['UserId']),
    name: unescaped(textOf(body['NotificationUsername']) ?? textOf(body['Username'])),
  });
}

function workOf(body: Fields): Work | undefined {
  const ids = idsOfProviders(
    Object.fromEntries(
      Object.entries(body).flatMap(([key, value]) =>
        key.startsWith('Provider_') ? [[key.slice('Provider_'.length), value] as const] : [],
      ),
    ),
  );
  const title = unescaped(textOf(body['Name']));
  const year = countOf(body['Year']);
  if (body['ItemType'] === 'Movie') return { type: 'movie', ids, ...defined({ title, year }) };
  if (body['ItemType'] !== 'Episode') return undefined;
  return episodeOf({
    ids,
    title,
    seriesTitle: unescaped(textOf(body['SeriesName'])),
    // The year of an episode is that of its series there.
    seriesYear: year,
    season: countOf(body['SeasonNumber']),
    episode: countOf(body['EpisodeNumber']),
  });
}

/** Quotes arrive as `\"` after the JSON is decoded: they are escaped twice. */
function unescaped(text: string | undefined): string | undefined {
  return text?.replaceAll('\\"', '"');
}

/** With dashes through a template, without them otherwise. */
export function plainId(value: unknown): string | undefined {
  return textOf(value)?.replaceAll('-', '').toLowerCase();
}
