import type { Work } from '@cuepoint/core';
import { countOf, defined, fieldsOf, numberOf, textOf, type Fields } from '../fields.ts';
import { HookBodyError, type HookAct, type HookReading, type HookUser } from '../hook-event.ts';
import { episodeOf, idsOfProviders, nameOfWork } from './media-item.ts';
import { FINISHED_PERCENT } from './plex.ts';

const ACTS: Readonly<Record<string, HookAct>> = {
  start: 'start',
  play: 'start',
  pause: 'pause',
  resume: 'unpause',
  progress: 'progress',
  stop: 'stop',
  end: 'stop',
};
/** The add-ons name nobody: who is behind the box is whoever holds it. */
export const KODI_USER: HookUser = { name: 'Kodi' };

/** The form that add-ons post who report to Yamtrack; seconds where an add-on knows them. */
export function readKodi(body: Fields): HookReading {
  const name = textOf(body['event']);
  if (name === undefined)
    throw new HookBodyError('event is not there: it is no body of a Kodi add-on.');
  const act = ACTS[name];
  if (act === undefined) return { kind: 'ignored', name, reason: 'no_interest', user: KODI_USER };
  const work = workOf(body);
  if (work === undefined) return { kind: 'ignored', name, reason: 'not_video', user: KODI_USER };
  const progress = fieldsOf(body['progress']);
  const percent = numberOf(progress?.['percent']);
  const isGiven = percent !== undefined && percent >= 0 && percent <= 100;
  const position = numberOf(progress?.['time']) ?? 0;
  const durationSeconds = Math.max(Math.floor(numberOf(progress?.['duration']) ?? 0), 0);
  const isNearEnd = act === 'stop' && isGiven && percent >= FINISHED_PERCENT;
  return {
    kind: 'event',
    event: {
      name,
      act,
      user: KODI_USER,
      work,
      alsoWorks: [],
      item: nameOfWork(work),
      device: undefined,
      positionSeconds: position >= 1 ? Math.floor(position) : undefined,
      durationSeconds,
      ...(isGiven && percent > 0 && { percent }),
      finished: name === 'end' || isNearEnd ? 'yes' : 'no',
      atMs: undefined,
    },
  };
}

function workOf(body: Fields): Work | undefined {
  const ids = idsOfProviders(fieldsOf(body['uniqueIds']) ?? {});
  const title = textOf(body['title']);
  if (body['mediaType'] === 'movie') {
    return { type: 'movie', ids, ...defined({ title, year: countOf(body['year']) }) };
  }
  if (body['mediaType'] !== 'episode') return undefined;
  return episodeOf({
    ids,
    title,
    seriesTitle: textOf(body['tvShowTitle']),
    season: countOf(body['season']),
    episode: countOf(body['episode']),
  });
}
