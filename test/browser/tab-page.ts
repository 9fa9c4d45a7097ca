import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../architecture/source-files.ts';
import type { EngineName } from '../support/browsers/browser.ts';
import { freePort } from '../support/free-port.ts';
import { startServiceProcess } from '../support/service-process.ts';
import { driverOf } from './engine-page.ts';

/** A name of this machine that browsers take for no secure context; they are told where it leads. */
export const PLAIN_HOST = 'media.test';

/** What the page can use: a state that it opened, and how long that took. */
const PAGE_CODE = `
  import { createWatchState } from '@cuepoint/client';
  const { token, service } = Object.fromEntries(new URLSearchParams(location.search));
  const startedAtMs = performance.now();
  window.opening = createWatchState({
    url: service,
    getToken: () => token,
    device: { deviceType: 'Web', platform: 'Web', appVersion: '1' },
  });
  window.openedAfterMs = opening.then(() => performance.now() - startedAtMs);
  window.isPersisted = false;
  addEventListener('pageshow', ({ persisted }) => (isPersisted = persisted));
  window.until = async (holds) => {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  window.titles = (state) => state.watchlist.list().map(({ contentId }) => contentId).sort();
  // In a frame: what comes of it is told to the page around.
  if (parent !== window) {
    const state = await opening;
    const openedMs = await openedAfterMs;
    await until(() => state.inspect().isLeader);
    const { hasStorageFailed } = state.status.get();
    parent.postMessage({ openedMs, hasStorageFailed }, '*');
  }
`;

export interface Person {
  readonly token: string;
  /** What the service has on their list, and how many devices. */
  stored(): Promise<{ titles: string[]; devices: number }>;
}

export interface TabPage {
  /** @param isPlain over plain HTTP under a name that makes no secure context. */
  urlOf(person: Person, engine: EngineName, isPlain: boolean): string;
  readonly newPerson: () => Promise<Person>;
  /** A page that is loaded is there, and its script is not, before what this returns is called. */
  holdScripts(): () => void;
  close(): Promise<void>;
}

/** A service, and a page under a secure origin and a plain one. */
export async function startTabPage(): Promise<TabPage> {
  const { outputFiles } = await build({
    stdin: { contents: PAGE_CODE, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['cuepoint-source'],
  });
  const script = outputFiles[0]?.text ?? '';
  let held: Promise<void> | undefined;
  const files = createServer(({ url = '/' }, answer) => {
    const { pathname, search, searchParams } = new URL(url, 'http://files');
    answer.setHeader('content-type', 'text/html');
    if (pathname === '/page.js') {
      answer.setHeader('content-type', 'text/javascript');
      answer.setHeader('access-control-allow-origin', '*');
      answer.setHeader('cache-control', 'no-store');
      void (held ?? Promise.resolve()).then(() => answer.end(script));
    } else if (pathname === '/other') answer.end('<!doctype html><p>Another page');
    else if (pathname === '/around') {
      answer.end(
        `<!doctype html><script>window.framed = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data)));</script>
        <iframe sandbox="allow-scripts" src="/page${search.replaceAll('"', '')}"></iframe>`,
      );
    } else
      answer.end(
        `<!doctype html><meta charset="utf-8">${driverOf(searchParams)}<script type="module" src="/page.js"></script>`,
      );
  });
  await new Promise<void>((resolve) => {
    files.listen(0, resolve);
  });
  const { port } = files.address() as AddressInfo;
  const origins = ['127.0.0.1', PLAIN_HOST, machineAddress()].map(
    (host) => `http://${host}:${port}`,
  );
  const [secure = '', plain = '', byAddress = ''] = origins;
  const data = await mkdtemp(path.join(tmpdir(), 'cuepoint-tabs-'));
  const service = await startServiceProcess({
    port: await freePort(),
    env: {
      CUEPOINT_DATA_DIR: data,
      DATABASE_URL: '',
      CUEPOINT_CORS_ORIGINS: origins.join(','),
    },
  });
  const call = async <T>(at: string, init: RequestInit): Promise<T> => {
    const answer = await fetch(`${service.address}${at}`, init);
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as T;
  };
  return {
    async newPerson() {
      const { token } = await call<{ token: string }>('/dev/token', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ userId: randomUUID() }),
      });
      const headers = { authorization: `Bearer ${token}` };
      return {
        token,
        async stored() {
          const [list, devices] = await Promise.all([
            call<{ items: { contentId: string }[] }>('/api/v1/watchlist', { headers }),
            call<{ items: unknown[] }>('/api/v1/devices', { headers }),
          ]);
          const titles = list.items.map(({ contentId }) => contentId).sort();
          return { titles, devices: devices.items.length };
        },
      };
    },
    urlOf({ token }, engine, isPlain) {
      const origin = !isPlain ? secure : engine === 'WebKit' ? byAddress : plain;
      return `${origin}/page?${new URLSearchParams({ token, service: service.address })}`;
    },
    holdScripts() {
      let release = (): void => undefined;
      held = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        held = undefined;
        release();
      };
    },
    async close() {
      files.closeAllConnections();
      files.close();
      await service.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** An address that is not a loopback one: a page there is in no secure context either. */
function machineAddress(): string {
  for (const addresses of Object.values(networkInterfaces())) {
    const found = addresses?.find(({ family, internal }) => family === 'IPv4' && !internal);
    if (found !== undefined) return found.address;
  }
  throw new Error('this machine has no address but its loopback one');
}
