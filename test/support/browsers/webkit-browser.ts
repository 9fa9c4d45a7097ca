import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../free-port.ts';
import {
  commandOf,
  pageFunction,
  type EngineBrowser,
  type OpenOptions,
  type Tab,
} from './browser.ts';
import { killGroup } from './page-processes.ts';
import { findMiniBrowser, startScreen, webKitEnvironment } from './webkit-parts.ts';
import { openWebKitProfile } from './webkit-profile.ts';

/**
 * WebKitGTK's small browser on a screen that nobody sees, driven by WebDriver, where it keeps nothing. With a profile it is
 * driven by its pages.
 */
export function openWebKit({ profile }: OpenOptions): Promise<EngineBrowser> {
  return profile === undefined ? openWebKitByDriver() : openWebKitProfile(profile);
}

async function openWebKitByDriver(): Promise<EngineBrowser> {
  const home = await mkdtemp(path.join(tmpdir(), 'cuepoint-webkit-'));
  const screen = await startScreen();
  const port = await freePort();
  const driver = spawn(commandOf('WebKitWebDriver'), [`--port=${port}`], {
    stdio: 'ignore',
    detached: true,
    env: webKitEnvironment(screen.display, home),
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
      killGroup(driver);
      killGroup(screen.process);
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
    kill: () => Promise.reject(new Error('Without a profile nothing of it is kept.')),
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
        new Error(
          'The driver ends its session with a page that is killed; with a profile it can be.',
        ),
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
