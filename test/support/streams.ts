import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { isMissing } from './browsers/browser.ts';

const run = promisify(execFile);

/** The lengths of the titles tell them apart. In seconds. */
const LENGTHS = { film: 120, next: 60, ad: 4 } as const;
const SEGMENT_SECONDS = 2;
const SEGMENTS = LENGTHS.film / SEGMENT_SECONDS;
/** Of the streams that are made while they play: this much was there when they began. */
const HEAD_SECONDS = 20;
const WINDOW_SEGMENTS = 6;
/** The segment that is not there until somebody mends it. */
const BROKEN_SEGMENT = /^22\.|-00023\./;
/** In the film: where the advertisement is. */
const BREAK_SECONDS = 20;
const AD_SECONDS = LENGTHS.ad;

/** What is sent: a text, a file of the folder, or nothing (404). */
export type StreamAnswer = { readonly text: string } | { readonly file: string } | 'nothing';

export interface Streams {
  readonly folder: string;
  /** What is made anew for each request; `undefined` where the file of that name is meant. */
  route(url: URL): StreamAnswer | undefined;
  close(): Promise<void>;
}

/** Where it is missing, what needs streams is skipped, and that is said loudly; in CI it is an error. */
export const hasFfmpeg = (): boolean => !isMissing('the tests with streams', { ffmpeg: 'ffmpeg' });

/** Titles as files, HLS in both segment kinds, DASH, audio alone, and an advertisement: small, in a temporary folder. */
export async function makeStreams(): Promise<Streams> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cuepoint-streams-'));
  await Promise.all(
    Object.entries(LENGTHS).map(([name, length]) => makeTitle(folder, name, length)),
  );
  const manifest = await readFile(path.join(folder, 'dash/film/index.mpd'), 'utf8');
  const mended = new Set<string>();
  return {
    folder,
    route: (url) => routeOf(url, { manifest, mended }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function makeTitle(folder: string, name: string, length: number): Promise<void> {
  const file = path.join(folder, `${name}.mp4`);
  const at = async (kind: string, ending: string) => {
    await mkdir(path.join(folder, kind, name), { recursive: true });
    return path.join(folder, kind, name, ending);
  };
  await ffmpeg(
    ['-f', 'lavfi', '-i', `testsrc2=size=160x90:rate=10:duration=${length}`],
    ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=22050:duration=${length}`],
    ['-c:v', 'libx264', '-preset', 'ultrafast', '-profile:v', 'baseline', '-pix_fmt', 'yuv420p'],
    ['-g', '20', '-keyint_min', '20', '-sc_threshold', '0', '-b:v', '60k'],
    ['-c:a', 'aac', '-b:a', '32k', '-ac', '1', '-movflags', '+faststart', file],
  );
  const hls = ['-f', 'hls', '-hls_time', `${SEGMENT_SECONDS}`, '-hls_playlist_type', 'vod'];
  const ts = ['-hls_segment_filename', await at('ts', '%d.ts'), await at('ts', 'index.m3u8')];
  const fmp4 = ['-hls_segment_type', 'fmp4', '-hls_segment_filename', await at('fmp4', '%d.m4s')];
  await ffmpeg(['-i', file, '-c', 'copy'], hls, ts);
  await ffmpeg(['-i', file, '-c', 'copy'], hls, fmp4, [await at('fmp4', 'index.m3u8')]);
  await ffmpeg(
    ['-i', file, '-c', 'copy', '-f', 'dash', '-seg_duration', `${SEGMENT_SECONDS}`],
    ['-use_timeline', '0', await at('dash', 'index.mpd')],
  );
  const audio = ['-hls_segment_filename', await at('audio', '%d.ts')];
  await ffmpeg(['-i', file, '-vn', '-c', 'copy'], hls, audio, [await at('audio', 'index.m3u8')]);
}

async function ffmpeg(...parts: readonly (readonly string[])[]): Promise<void> {
  await run('ffmpeg', ['-v', 'error', '-y', ...parts.flat()]);
}

function routeOf(
  { pathname, searchParams }: URL,
  { manifest, mended }: { manifest: string; mended: Set<string> },
): StreamAnswer | undefined {
  const [, kind = '', key = '', format = '', name = ''] = pathname.split('/');
  const agoSeconds = (Date.now() - Number(searchParams.get('since') ?? 0)) / 1_000;
  const segmentsSince = (speed: number) =>
    Math.floor((HEAD_SECONDS + speed * agoSeconds) / SEGMENT_SECONDS);
  const cut = BREAK_SECONDS / SEGMENT_SECONDS;
  switch (kind) {
    case 'mend':
      mended.add(key);
      return { text: 'mended' };
    case 'broken':
      if (BROKEN_SEGMENT.test(name) && !mended.has(key)) return 'nothing';
      return { file: `${format}/film/${name}` };
    case 'live.m3u8': {
      const last = segmentsSince(1);
      return playlist([film(last - WINDOW_SEGMENTS, last)], { sequence: last - WINDOW_SEGMENTS });
    }
    case 'growing.m3u8':
      return playlist([film(0, Math.min(segmentsSince(4), SEGMENTS))], { type: 'EVENT' });
    case 'interstitial.m3u8':
      return playlist([film(0, SEGMENTS)], {
        type: 'VOD',
        breakAt: Number(searchParams.get('at')),
      });
    case 'stitched.m3u8': {
      const ad = Array.from({ length: AD_SECONDS / SEGMENT_SECONDS }, (_, n) => `/ts/ad/${n}.ts`);
      return playlist([film(0, cut), ad, film(cut, SEGMENTS)], { type: 'VOD' });
    }
    case 'live.mpd':
      return { text: liveManifest(manifest, Date.now() - (HEAD_SECONDS + agoSeconds) * 1_000) };
    default:
      return undefined;
  }
}

function film(first: number, end: number): string[] {
  return Array.from({ length: end - first }, (_, n) => `/ts/film/${first + n}.ts`);
}

interface PlaylistOptions {
  /** What does not say that it ends is still made. */
  readonly type?: 'VOD' | 'EVENT';
  readonly sequence?: number;
  /** Where an interstitial is. In seconds. */
  readonly breakAt?: number;
}

function playlist(
  parts: readonly (readonly string[])[],
  { type, sequence = 0, breakAt }: PlaylistOptions,
): StreamAnswer {
  const date = (seconds: number) => new Date(Date.UTC(2026, 0) + seconds * 1_000).toISOString();
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${SEGMENT_SECONDS}`,
    `#EXT-X-MEDIA-SEQUENCE:${sequence}`,
    ...(type === undefined ? [] : [`#EXT-X-PLAYLIST-TYPE:${type}`]),
    `#EXT-X-PROGRAM-DATE-TIME:${date(sequence * SEGMENT_SECONDS)}`,
    ...(breakAt === undefined
      ? []
      : [
          `#EXT-X-DATERANGE:ID="ad",CLASS="com.apple.hls.interstitial",START-DATE="${date(breakAt)}",DURATION=${AD_SECONDS},X-ASSET-URI="/ts/ad/index.m3u8",X-RESUME-OFFSET=0`,
        ]),
    parts
      .map((part) => part.flatMap((uri) => [`#EXTINF:${SEGMENT_SECONDS},`, uri]).join('\n'))
      .join('\n#EXT-X-DISCONTINUITY\n'),
    ...(type === 'VOD' ? ['#EXT-X-ENDLIST'] : []),
  ];
  return { text: `${lines.join('\n')}\n` };
}

function liveManifest(manifest: string, sinceMs: number): string {
  return manifest
    .replace(
      'type="static"',
      `type="dynamic" availabilityStartTime="${new Date(sinceMs).toISOString()}" minimumUpdatePeriod="PT2S" timeShiftBufferDepth="PT${WINDOW_SEGMENTS * SEGMENT_SECONDS}S"`,
    )
    .replace(/\s+mediaPresentationDuration="[^"]*"/, '')
    .replaceAll(/(initialization|media)="/g, '$1="/dash/film/');
}
