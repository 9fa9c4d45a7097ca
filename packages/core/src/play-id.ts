import { timestampToText } from './timestamp.ts';
import type { Stamp } from './stamp.ts';

/** Of UUIDs, version 5, that are made of {@link nameOfPlay}. Fixed for ever: another one would count every retry as a second play. [PLY1] */
export const PLAY_ID_NAMESPACE = 'c954e54f-a445-4c05-8021-8cc9c6f89047';

/** What one playback of a content is called, whoever tells of it: its play's id is made of it, so that a retry is the same play. [PLY1] */
export function nameOfPlay(contentId: string, playbackId: string): string {
  return `${contentId}\n${playbackId}`;
}

/**
 * The same for a playback without an id: it is the one that went on from this write. [PLY3]
 *
 * @param from undefined where nothing was stored of the content.
 */
export function nameOfPlayFrom(contentId: string, from: Stamp | undefined): string {
  const since = from === undefined ? '' : `${timestampToText(from.timestamp)} ${from.deviceId}`;
  // No id of a playback is empty or holds a line break.
  return `${contentId}\n\n${since}`;
}
