import { textOf, type Fields } from '../fields.ts';
import { HookBodyError, type HookAct, type HookReading } from '../hook-event.ts';
import { readPlexLike } from './plex.ts';

const ACTS: Readonly<Record<string, HookAct>> = {
  'tautulli.play': 'start',
  'tautulli.start': 'start',
  'tautulli.pause': 'pause',
  'tautulli.resume': 'unpause',
  'tautulli.stop': 'stop',
  'tautulli.watched': 'finish',
};

/** What a person pastes as the JSON data of a webhook agent: Plex's form, in which every value is text. */
export const TAUTULLI_TEMPLATE = JSON.stringify(
  {
    event: 'tautulli.{action}',
    at: '{unixtime}',
    Account: { id: '{user_id}', title: '{username}' },
    Server: { uuid: '{server_machine_id}' },
    Player: { uuid: '{machine_id}', title: '{player}' },
    Metadata: {
      type: '{media_type}',
      ratingKey: '{rating_key}',
      title: '{title}',
      grandparentTitle: '{show_name}',
      parentIndex: '{season_num}',
      index: '{episode_num}',
      year: '{year}',
      duration: '{duration_ms}',
      viewOffset: '{view_offset}',
      Guid: [
        { id: 'imdb://{imdb_id}' },
        { id: 'tmdb://{themoviedb_id}' },
        { id: 'tvdb://{thetvdb_id}' },
      ],
    },
  },
  null,
  2,
);

/** Of an episode these ids are sometimes those of its series: its numbers say it better. */
export function readTautulli(body: Fields): HookReading {
  if (textOf(body['event']) === undefined) {
    throw new HookBodyError('event is not there: paste the template of the hook into Tautulli.');
  }
  return readPlexLike(body, { acts: ACTS, isIdOfEpisode: false });
}
