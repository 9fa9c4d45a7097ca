import type { Source } from '../source.ts';
import { imdb } from './imdb.ts';
import { letterboxd } from './letterboxd.ts';
import { playbackReporting } from './playback-reporting.ts';
import { simkl } from './simkl.ts';
import { trakt } from './trakt.ts';
import { tvTime } from './tv-time.ts';
import { yamtrack } from './yamtrack.ts';

export const SOURCES = {
  trakt,
  letterboxd,
  imdb,
  tvtime: tvTime,
  simkl,
  yamtrack,
  jellyfin: playbackReporting,
} as const satisfies Readonly<Record<string, Source>>;

export type SourceName = keyof typeof SOURCES;

export const SOURCE_NAMES = Object.keys(SOURCES) as readonly SourceName[];
