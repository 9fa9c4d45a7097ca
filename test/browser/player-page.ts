import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../architecture/source-files.ts';
import { freePort } from '../support/free-port.ts';
import type { Streams } from '../support/streams.ts';
import { startServiceProcess } from '../support/service-process.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.mpd': 'application/dash+xml',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
};
/** 120 s of VP9, which all three engines play. */
const CLIP = path.join(ROOT, 'apps/console/public/clip.webm');
const pageOf = (name: string) =>
  `<!doctype html><meta charset="utf-8"><div><video muted></video></div><script src="/page.js/${name}"></script>`;

/** What the page can use: the SDK, and a state of a person of its own. */
const PAGE_CODE = `
  import { bindVideo, createWatchState } from '@cuepoint/client';
  const { userId, service, token: whenToken } = Object.fromEntries(new URLSearchParams(location.search));
  const mayHaveToken =
    whenToken === 'late' ? new Promise((giveToken) => Object.assign(window, { giveToken })) : undefined;
  const getToken = async () => {
    await mayHaveToken;
    const answer = await fetch(service + '/dev/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId }),
    });
    return (await answer.json()).token;
  };
  const device = { deviceType: 'Web', platform: 'Web', appVersion: '1' };
  const opening = createWatchState({ url: service, getToken, device, ...MORE.options });
  const video = document.querySelector('video');
  const happened = (type, target = video) =>
    new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
  /** Until the service has told where the person is in it. */
  const until = async (holds) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const knows = async (contentId) => {
    const state = await opening;
    await until(() => state.progress.get(contentId) !== undefined);
    return state;
  };
  Object.assign(window, { bindVideo, opening, video, happened, until, knows, MORE });
`;

export interface StoredProgress {
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly state: string;
}

export interface PlayerPage {
  /** The page of a new person. */
  urlOf(userId: string, name?: string): string;
  /** What another device stored before. */
  store(userId: string, contentId: string, progress: StoredProgress): Promise<void>;
  /** What the service has, over HTTP; `undefined` where nothing is stored. */
  stored(userId: string, contentId: string): Promise<StoredProgress | undefined>;
  /** Of a user without anything. */
  readonly newUser: () => string;
  close(): Promise<void>;
}

export interface PlayerPageOptions {
  /** Code that goes in front of the page's own, with imports, by the page's name; what it names `MORE` the page has. */
  readonly more?: Readonly<Record<string, string>>;
  /** Files beside the page: its folder of streams, and what is made anew for each request. */
  readonly streams?: Pick<Streams, 'folder' | 'route'>;
}

/** A service, and another origin with a page that plays. */
export async function startPlayerPage({
  more = { page: 'const MORE = {};' },
  streams = { folder: ROOT, route: () => undefined },
}: PlayerPageOptions = {}): Promise<PlayerPage> {
  const scripts = new Map<string, Promise<Uint8Array>>();
  const scriptOf = (name: string) => {
    const found = scripts.get(name) ?? bundlePage(more[name] ?? '');
    scripts.set(name, found);
    return found;
  };
  const files = createServer(({ url = '/', headers }, answer) => {
    const asked = new URL(url, 'http://files');
    const { pathname } = asked;
    const [, folder, name = ''] = pathname.split('/');
    const send = (type: string, body: string | Uint8Array) =>
      answer
        .writeHead(200, {
          'content-type': TYPES[type] ?? 'text/plain',
          'cache-control': 'no-store',
        })
        .end(body);
    if (folder === 'page') send('.html', pageOf(name));
    else if (folder === 'page.js') {
      void scriptOf(name).then((script) => send('.js', script));
    } else if (pathname === '/clip.webm') void sendFile(CLIP, headers, answer);
    else {
      const found = streams.route(asked) ?? { file: pathname };
      if (found === 'nothing') answer.writeHead(404).end();
      else if ('text' in found) send(path.extname(pathname), found.text);
      else void sendFile(path.join(streams.folder, path.normalize(found.file)), headers, answer);
    }
  });
  await new Promise<void>((resolve) => {
    files.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
  const data = await mkdtemp(path.join(tmpdir(), 'cuepoint-players-'));
  const service = await startServiceProcess({
    port: await freePort(),
    env: { CUEPOINT_DATA_DIR: data, DATABASE_URL: '', CUEPOINT_CORS_ORIGINS: origin },
  });
  const call = async (userId: string, method: string, contentId: string, body?: object) => {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const signedIn = await fetch(`${service.address}/dev/token`, {
      ...post,
      body: JSON.stringify({ userId }),
    });
    const { token } = (await signedIn.json()) as { token: string };
    return fetch(`${service.address}/api/v1/progress/${contentId}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  };
  return {
    newUser: () => randomUUID(),
    urlOf: (userId, name = 'page') =>
      `${origin}/page/${name}?userId=${userId}&service=${service.address}`,
    async store(userId, contentId, progress) {
      const answer = await call(userId, 'PUT', contentId, progress);
      if (!answer.ok) throw new Error(await answer.text());
    },
    async stored(userId, contentId) {
      const answer = await call(userId, 'GET', contentId);
      if (!answer.ok) return undefined;
      const { positionSeconds, durationSeconds, state } = (await answer.json()) as StoredProgress;
      return { positionSeconds, durationSeconds, state };
    },
    async close() {
      files.closeAllConnections();
      files.close();
      await service.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function bundlePage(more: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: more + PAGE_CODE, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    conditions: ['cuepoint-source'],
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

/** As any server of static files; media elements seek by ranges. */
async function sendFile(
  file: string,
  { range }: IncomingMessage['headers'],
  answer: ServerResponse,
): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return void answer.writeHead(404).end();
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  const start = Number(first);
  const end = last === '' ? found.size - 1 : Math.min(Number(last), found.size - 1);
  answer.writeHead(range === undefined ? 200 : 206, {
    'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
    'content-length': end - start + 1,
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    ...(range !== undefined && { 'content-range': `bytes ${start}-${end}/${found.size}` }),
  });
  createReadStream(file, { start, end }).pipe(answer);
}
