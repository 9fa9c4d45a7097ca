import type { Fields } from '../fields.ts';
import { HookBodyError, type HookReading } from '../hook-event.ts';
import { isItemBody, readItemBody } from './item-body.ts';

/** Emby 4.7 and later. The name of its event is in `Event`, dotted and in lower case. */
export function readEmby(body: Fields): HookReading {
  if (!isItemBody(body)) throw new HookBodyError('Event is not there: it is no body of Emby.');
  return readItemBody(body, 'emby');
}
