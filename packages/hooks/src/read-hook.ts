import type { Fields } from './fields.ts';
import type { HookReading, HookSource } from './hook-event.ts';
import { readEmby } from './sources/emby.ts';
import { readJellyfin } from './sources/jellyfin.ts';
import { readKodi } from './sources/kodi.ts';
import { readPlex } from './sources/plex.ts';
import { readTautulli } from './sources/tautulli.ts';

const READERS: Readonly<Record<HookSource, (body: Fields) => HookReading>> = {
  jellyfin: readJellyfin,
  emby: readEmby,
  plex: readPlex,
  tautulli: readTautulli,
  kodi: readKodi,
};

/** What a body says. @throws HookBodyError where it is none of this source. [HOK4] */
export function readHook(source: HookSource, body: Fields): HookReading {
  return READERS[source](body);
}
