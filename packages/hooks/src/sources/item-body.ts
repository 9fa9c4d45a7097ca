import { countOf, defined, fieldsOf, flagOf, instantOf, textOf, type Fields } from '../fields.ts';
import type { HookAct, HookReading, HookUser } from '../hook-event.ts';
import { nameOfWork, restOfFile, secondsOfTicks, workOfItem } from './media-item.ts';

const ACTS: Readonly<Record<string, HookAct>> = {
  // Emby.
  'playback.start': 'start',
  'playback.pause': 'pause',
  'playback.unpause': 'unpause',
  'playback.stop': 'stop',
  'item.markplayed': 'mark',
  'item.markunplayed': 'unmark',
  // Jellyfin's other plugin.
  Play: 'start',
  Pause: 'pause',
  Resume: 'unpause',
  Progress: 'progress',
  Stop: 'stop',
  Scrobble: 'finish',
  MarkPlayed: 'mark',
  MarkUnplayed: 'unmark',
};
const TESTS: ReadonlySet<string> = new Set(['system.notificationtest', 'system.webhooktest']);

export function isItemBody(body: Fields): boolean {
  return textOf(body['Event']) !== undefined;
}

/** What Emby and Jellyfin's other plugin have in common: an event and an item. */
export function readItemBody(body: Fields, source: 'emby' | 'jellyfin'): HookReading {
  const name = textOf(body['Event']) ?? '';
  const user = userOf(fieldsOf(body['User']));
  const act = ACTS[name];
  if (act === undefined) {
    return { kind: 'ignored', name, reason: TESTS.has(name) ? 'test' : 'no_interest', user };
  }
  const item = fieldsOf(body['Item']);
  const work = item && workOfItem(item, fieldsOf(body['Series']));
  if (item === undefined || work === undefined) {
    return { kind: 'ignored', name, reason: 'not_video', user };
  }
  const session = fieldsOf(body['Session']);
  const server = textOf(fieldsOf(body['Server'])?.['Id']) ?? '';
  const playback = fieldsOf(body['PlaybackInfo']);
  const playState = fieldsOf(session?.['PlayState']);
  const positionSeconds = secondsOfTicks(
    source === 'emby'
      ? // The session may be in the next episode by the time of a stop.
        playback?.['PositionTicks']
      : positionOfOther(act, item, playState),
  );
  const isCompleted = flagOf(playback?.['PlayedToCompletion']) === true || act === 'finish';
  return {
    kind: 'event',
    event: {
      name,
      act,
      user,
      work,
      alsoWorks: restOfFile(work, countOf(item['IndexNumberEnd'])),
      item: `${server}/${textOf(item['Id'])?.replaceAll('-', '').toLowerCase() ?? nameOfWork(work)}`,
      device: textOf(session?.['DeviceId']) ?? textOf(session?.['Id']),
      positionSeconds,
      durationSeconds: secondsOfTicks(item['RunTimeTicks']) ?? 0,
      ...(source === 'jellyfin' && defined({ isPaused: flagOf(playState?.['IsPaused']) })),
      finished: isCompleted ? 'yes' : 'no',
      atMs: instantOf(body['Date']),
    },
  };
}

function positionOfOther(act: HookAct, item: Fields, playState: Fields | undefined): unknown {
  const stored = fieldsOf(item['UserData'])?.['PlaybackPositionTicks'];
  return act === 'stop' || act === 'finish' ? stored : (playState?.['PositionTicks'] ?? stored);
}

function userOf(user: Fields | undefined): HookUser {
  return defined({
    id: textOf(user?.['Id'])?.replaceAll('-', '').toLowerCase(),
    name: textOf(user?.['Name']),
  });
}
