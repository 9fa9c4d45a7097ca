import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clientFiles } from '../../scripts/build-client.mjs';
import { freePort } from '../support/free-port.ts';
import { takeAwayAfter } from '../support/older-engine.ts';
import { startServiceProcess } from '../support/service-process.ts';

/** What a page without a bundler writes. It can pull its own plug, and may begin without a network. */
const PAGE_CODE = `
  var query = new URLSearchParams(location.search);
  var service = query.get('service');
  var isOff = query.get('isOff') === 'true';
  var sockets = [];
  function getToken() {
    if (isOff) return Promise.reject(new Error('There is no network.'));
    var headers = { 'content-type': 'application/json' };
    var body = JSON.stringify({ userId: query.get('userId') });
    return fetch(service + '/dev/token', { method: 'POST', headers: headers, body: body })
      .then(function (answer) { return answer.json(); })
      .then(function (answer) { return answer.token; });
  }
  function createSocket(url) {
    if (isOff) throw new Error('There is no network.');
    var socket = new WebSocket(url);
    sockets.push(socket);
    return socket;
  }
  function setNetwork(isOn) {
    isOff = !isOn;
    sockets.splice(0).forEach(function (socket) { socket.close(); });
    return opening.then(function (state) { if (isOn) state.reconnect(); });
  }
  var options = {
    url: service,
    getToken: getToken,
    createSocket: createSocket,
    device: { deviceType: 'TV', platform: 'Web', appVersion: '1.0.0' },
  };
  if (query.get('storage') === 'texts') {
    options.storage = cuepoint.keyValueStorage({
      get: function (key) { return localStorage.getItem(key); },
      set: function (key, value) { localStorage.setItem(key, value); },
      delete: function (key) { localStorage.removeItem(key); },
      keys: function () { return Object.keys(localStorage); },
    });
  }
  var opening = cuepoint.createWatchState(options);
  // In a frame: what comes of it is told to the page around.
  if (parent !== window) {
    var beganAtMs = Date.now();
    opening.then(function (state) {
      var openedMs = Date.now() - beganAtMs;
      var tell = function (stored) {
        var hasStorageFailed = state.status.get().hasStorageFailed;
        parent.postMessage({ openedMs: openedMs, hasStorageFailed: hasStorageFailed, stored: stored }, '*');
      };
      state.watchlist.add('film:framed');
      return state.whenDurable().then(function () { return state.whenStored(); }).then(
        function () { tell('stored'); },
        function (error) { tell(error.code); });
    });
  }
  function until(holds) {
    return holds() || new Promise(function (resolve) { setTimeout(resolve, 20); }).then(function () { return until(holds); });
  }
`;

export interface EnginePageOptions {
  readonly userId: string;
  /** Takes away what is younger than this version of Chromium. */
  readonly olderThan?: number | undefined;
  /** IndexedDB, or texts by key in localStorage: another device for the service. */
  readonly storage?: 'default' | 'texts';
  readonly isOff?: boolean;
  /** In a frame of another site: `framed` is what comes of it. */
  readonly isFramed?: boolean;
}

export interface EnginePage {
  urlOf(options: EnginePageOptions): string;
  /** A page of the same origin with nothing of the SDK; or one that has the browser delete what the site has stored. */
  readonly urls: { readonly nothing: string; readonly clear: string };
  close(): Promise<void>;
}

/** A service, and another origin with a page that has the classic script of the SDK, as it is built. */
export async function startEnginePage(): Promise<EnginePage> {
  const sdk = (await clientFiles()).get('cuepoint.global.js') ?? '';
  const files = createServer(({ url = '/' }, answer) => {
    const { pathname, searchParams, search } = new URL(url, 'http://files');
    const text = (type: string, body: string): void =>
      void answer.writeHead(200, { 'content-type': type }).end(body);
    const [, version] = /^\/older-(\d+)\.js$/.exec(pathname) ?? [];
    if (version !== undefined) text('text/javascript', takeAwayAfter(Number(version)));
    else if (pathname === '/cuepoint.global.js') text('text/javascript', sdk);
    else if (pathname === '/page.js') text('text/javascript', PAGE_CODE);
    else if (pathname === '/page') text('text/html', pageFor(searchParams));
    else if (pathname === '/around') text('text/html', around(`${otherSite}/page${search}`));
    else if (pathname === '/nothing') text('text/html', `${driverOf(searchParams)}<p>Another page`);
    else if (pathname === '/clear') {
      answer.setHeader('clear-site-data', '"storage"');
      text('text/html', `${driverOf(searchParams)}<p>What this site has stored is gone`);
    } else answer.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    files.listen(0, '127.0.0.1', resolve);
  });
  const { port } = files.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const otherSite = `http://localhost:${port}`;
  const data = await mkdtemp(path.join(tmpdir(), 'cuepoint-engines-'));
  const service = await startServiceProcess({
    port: await freePort(),
    env: {
      CUEPOINT_DATA_DIR: data,
      DATABASE_URL: '',
      CUEPOINT_CORS_ORIGINS: `${origin},${otherSite}`,
    },
  });
  return {
    urlOf(options) {
      const query = new URLSearchParams({ service: service.address });
      for (const [name, value] of Object.entries(options)) {
        if (value !== undefined) query.set(name, String(value));
      }
      return `${origin}/${options.isFramed === true ? 'around' : 'page'}?${query}`;
    },
    urls: { nothing: `${origin}/nothing`, clear: `${origin}/clear` },
    async close() {
      files.closeAllConnections();
      files.close();
      await service.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

function pageFor(query: URLSearchParams): string {
  const scripts = ['/cuepoint.global.js', '/page.js'];
  if (query.has('olderThan')) scripts.unshift(`/older-${query.get('olderThan')}.js`);
  return `<!doctype html><meta charset="utf-8"><title>A page</title>${driverOf(query)}
    ${scripts.map((src) => `<script src="${src}"></script>`).join('')}`;
}

/** What drives the page from inside, where a browser needs that. */
export function driverOf(query: URLSearchParams): string {
  const driver = query.get('driver');
  return driver === null ? '' : `<script src="${encodeURI(driver)}"></script>`;
}

function around(frame: string): string {
  return `<!doctype html><script>
    window.framed = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data)));
    </script><iframe src="${frame.replaceAll('"', '')}"></iframe>`;
}
