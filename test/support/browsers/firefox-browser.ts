import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { killAll, killGroup, pageProcesses } from './page-processes.ts';
import {
  commandOf,
  pageFunction,
  type EngineBrowser,
  type OpenOptions,
  type Refusal,
  type Tab,
} from './browser.ts';

/** Nothing of it asks, updates, or calls home; media play without a gesture. */
const PREFS = {
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  // A process for each tab, and none in reserve.
  'dom.ipc.processCount.webIsolated': 8,
  'dom.ipc.processPrelaunch.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'media.gmp-manager.updateEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'http://127.0.0.1:9',
  'toolkit.telemetry.enabled': false,
} as const;

const REFUSALS: Readonly<Record<Refusal, number>> = { 'third parties': 1, everybody: 2 };

/** Firefox, driven by WebDriver BiDi, which it speaks by itself. */
export async function openFirefox(options: OpenOptions): Promise<EngineBrowser> {
  const { host, refuses } = options;
  const profile = options.profile ?? (await mkdtemp(path.join(tmpdir(), 'cuepoint-firefox-')));
  const prefs = {
    ...PREFS,
    ...(host !== undefined && { 'network.dns.localDomains': host }),
    ...(refuses !== undefined && { 'network.cookie.cookieBehavior': REFUSALS[refuses] }),
  };
  const lines = Object.entries(prefs).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  await writeFile(path.join(profile, 'user.js'), lines.join('\n'));
  const browser = spawn(
    commandOf('firefox-esr'),
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
      env: { ...process.env, HOME: profile },
    },
  );
  const ended = new Promise<void>((resolve) => {
    browser.once('exit', () => resolve());
  });
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: browser.stderr }).on('line', (line) => {
      const [, found] = /WebDriver BiDi listening on (\S+)/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    browser.once('exit', () => reject(new Error('Firefox ended before it listened.')));
  });
  const bidi = await openBidi(`${address}/session`);
  const { capabilities } = (await bidi.ask('session.new', { capabilities: {} })) as {
    capabilities: { browserVersion: string };
  };
  // Not `browser.close`, which takes a minute where the process of a page was killed.
  async function kill(): Promise<void> {
    killGroup(browser);
    await ended;
    bidi.close();
  }
  const processes = () => pageProcesses(browser.pid ?? 0, '-isForBrowser');
  return {
    version: `Firefox ${capabilities.browserVersion}`,
    async open(url) {
      const before = new Set(await processes());
      const created = (await bidi.ask('browsingContext.create', { type: 'tab' })) as BidiContext;
      const tab = tabOf(bidi, created.context);
      await tab.goto(url);
      const own = (await processes()).filter((pid) => !before.has(pid));
      return { ...tab, kill: async () => killAll(own) };
    },
    async close() {
      await kill();
      if (options.profile === undefined) {
        await rm(profile, { recursive: true, force: true, maxRetries: 5 });
      }
    },
    kill,
  };
}

interface BidiContext {
  readonly context: string;
}

interface Bidi {
  ask(method: string, params: object): Promise<unknown>;
  close(): void;
}

function tabOf(bidi: Bidi, context: string): Omit<Tab, 'kill'> {
  return {
    goto: async (url) =>
      void (await bidi.ask('browsingContext.navigate', { context, url, wait: 'complete' })),
    async run(body, ...args) {
      const answer = (await bidi.ask('script.callFunction', {
        functionDeclaration: pageFunction(body),
        arguments: [{ type: 'string', value: JSON.stringify(args) }],
        awaitPromise: true,
        target: { context },
        userActivation: true,
      })) as { result?: { value: string }; exceptionDetails?: { text: string } };
      if (answer.result === undefined) throw new Error(answer.exceptionDetails?.text);
      return JSON.parse(answer.result.value);
    },
    reload: async () =>
      void (await bidi.ask('browsingContext.reload', { context, wait: 'complete' })),
    close: async () =>
      void (await bidi.ask('browsingContext.close', { context, promptUnload: true })),
  };
}

async function openBidi(url: string): Promise<Bidi> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (e: Error) => void }
  >();
  let lastId = 0;
  socket.on('message', (data: Buffer) => {
    const { id, result, error, message } = JSON.parse(data.toString()) as {
      id?: number;
      result?: unknown;
      error?: string;
      message?: string;
    };
    const asked = waiting.get(id ?? 0);
    waiting.delete(id ?? 0);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(`${error}: ${message}`));
  });
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('Firefox has gone.'));
  });
  return {
    ask: (method, params) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        socket.send(JSON.stringify({ id: lastId, method, params }));
      }),
    close: () => socket.close(),
  };
}
