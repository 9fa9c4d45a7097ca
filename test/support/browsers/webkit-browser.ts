import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../free-port.ts';
import { commandOf, pageFunction, type EngineBrowser, type Tab } from './browser.ts';

/** WebKitGTK's small browser on a screen that nobody sees, driven by WebDriver. */
export async function openWebKit(): Promise<EngineBrowser> {
  const home = await mkdtemp(path.join(tmpdir(), 'cuepoint-webkit-'));
  const screen = await startScreen();
  const port = await freePort();
  const driver = spawn(commandOf('WebKitWebDriver'), [`--port=${port}`], {
    stdio: 'ignore',
    detached: true,
    env: {
      ...process.env,
      DISPLAY: screen.display,
      HOME: home,
      XDG_DATA_HOME: home,
      XDG_CACHE_HOME: home,
      // As root there is no sandbox to be had; the pages are our own. Nor is there a graphics card.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      WEBKIT_DISABLE_DMABUF_RENDERER: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
  });
  const ask = createClient(`http://127.0.0.1:${port}`);
  const { sessionId, capabilities } = await ask.start({
    capabilities: {
      alwaysMatch: {
        'webkitgtk:browserOptions': { binary: await findMiniBrowser(), args: ['--automation'] },
        timeouts: { script: 120_000 },
      },
    },
  });
  const session = `/session/${sessionId}`;
  const first = await ask.call<string>('GET', `${session}/window`);
  return {
    version: `WebKitGTK ${capabilities.browserVersion}`,
    async open(url) {
      // The first window stays: with the last one the session would end.
      const { handle } = await ask.inTurn(async () => {
        await ask.call('POST', `${session}/window`, { handle: first });
        return ask.call<{ handle: string }>('POST', `${session}/window/new`, { type: 'window' });
      });
      const tab = tabOf((method, command, body) =>
        ask.inTurn(async () => {
          await ask.call('POST', `${session}/window`, { handle });
          return ask.call(method, `${session}${command}`, body);
        }),
      );
      await tab.goto(url);
      return tab;
    },
    async close() {
      await ask.call('DELETE', session).catch(() => undefined);
      end(driver);
      end(screen.process);
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

type Call = (method: string, command: string, body?: object) => Promise<unknown>;

function tabOf(call: Call): Tab {
  return {
    goto: async (url) => void (await call('POST', '/url', { url })),
    async run(body, ...args) {
      const script = `const done = arguments[1];
        (${pageFunction(body)})(arguments[0]).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const answer = (await call('POST', '/execute/async', {
        script,
        args: [JSON.stringify(args)],
      })) as { value?: string; error?: string };
      if (answer.value === undefined) throw new Error(answer.error);
      return JSON.parse(answer.value);
    },
    reload: async () => void (await call('POST', '/refresh', {})),
    close: async () => void (await call('DELETE', '/window')),
    kill: () =>
      Promise.reject(
        new Error('The driver of WebKit ends its session with a page that is killed.'),
      ),
  };
}

function createClient(address: string) {
  let turn: Promise<unknown> = Promise.resolve();
  async function call<T>(method: string, command: string, body?: object): Promise<T> {
    const answer = await fetch(`${address}${command}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
    if (!answer.ok) throw new Error(`WebKit: ${value.error}: ${value.message}`);
    return value;
  }
  return {
    call,
    /** A session has one current window: a switch and its command go together. */
    inTurn<T>(work: () => Promise<T>): Promise<T> {
      const next = turn.then(work, work);
      turn = next.catch(() => undefined);
      return next;
    },
    /** The driver takes a moment until it listens. */
    async start(body: object) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await call<{ sessionId: string; capabilities: { browserVersion: string } }>(
            'POST',
            '/session',
            body,
          );
        } catch (error) {
          if (tries === 100 || !(error instanceof TypeError)) throw error;
          await new Promise((resolve) => {
            setTimeout(resolve, 100);
          });
        }
      }
    },
  };
}

async function findMiniBrowser(): Promise<string> {
  for (const folder of await readdir('/usr/lib')) {
    const [found] = (await readdir(path.join('/usr/lib', folder)).catch(() => []))
      .filter((name) => name.startsWith('webkit2gtk-4'))
      .map((name) => path.join('/usr/lib', folder, name, 'MiniBrowser'));
    if (found !== undefined) return found;
  }
  throw new Error('there is no MiniBrowser');
}

async function startScreen() {
  const screen = spawn(commandOf('Xvfb'), ['-displayfd', '3', '-screen', '0', '1024x768x24'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const [, , , numbers] = screen.stdio;
  const display = await new Promise<string>((resolve, reject) => {
    if (numbers === null || numbers === undefined || !('read' in numbers))
      throw new Error('no pipe');
    createInterface({ input: numbers }).once('line', resolve);
    screen.once('exit', () => reject(new Error('Xvfb ended before it had a display.')));
  });
  return { process: screen, display: `:${display}` };
}

/** It and what it started: their group. */
function end({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
