import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { vi } from 'vitest';
import { launchBrowser } from '../support/chromium.ts';
import { freePort } from '../support/free-port.ts';
import { startServiceProcess, type ServiceProcess } from '../support/service-process.ts';

/** The service as an operator starts it, on its embedded database, and a browser beside it. */
export interface ConsoleUnderTest {
  readonly address: string;
  readonly browser: Browser;
  /** What opens the inspector, once; the next is printed when it did. [SEC2] */
  inspectorLink(): string;
  /** What makes the first person of a household, once. [ACC1] */
  setUpLink(): string;
  /** Closes what a test that failed left open. */
  closeContexts(): Promise<void>;
  /** SIGKILL, and a start on the same data. */
  killAndRestart(): Promise<void>;
  close(): Promise<void>;
}

/** @param more settings of the service. */
export async function startConsole(
  more: Readonly<Record<string, string>> = {},
): Promise<ConsoleUnderTest> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cuepoint-console-'));
  const port = await freePort();
  const env = { CUEPOINT_DATA_DIR: path.join(folder, 'data'), DATABASE_URL: '', ...more };
  let [link, setUpLink] = ['', ''];
  const start = () =>
    startServiceProcess({
      port,
      env,
      onLine: (line) => {
        link = /http\S+#link=\S+/.exec(line)?.[0] ?? link;
        setUpLink = /http\S+#code=\S+/.exec(line)?.[0] ?? setUpLink;
      },
    });
  let service: ServiceProcess = await start();
  const browser = await launchBrowser();
  return {
    address: service.address,
    browser,
    inspectorLink: () => link,
    setUpLink: () => setUpLink,
    async closeContexts() {
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    async killAndRestart() {
      await service.kill();
      service = await start();
    },
    async close() {
      await browser.close();
      await service.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A page that notes its errors, and every request that leaves the service. */
export async function openPage(
  context: BrowserContext,
  url: string,
): Promise<Page & { complaints: string[] }> {
  const page = await context.newPage();
  const complaints: string[] = [];
  const { origin } = new URL(url);
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    // A socket or a fetch without a network is said by the browser itself.
    if (message.type() === 'error' && !/ERR_|WebSocket connection/.test(text)) {
      complaints.push(`console: ${text}`);
    }
  });
  page.on('request', (request) => {
    const { protocol, origin: target } = new URL(request.url());
    if (protocol.startsWith('http') && target !== origin) complaints.push(`left: ${request.url()}`);
  });
  // Each context is another person: tests do not see each other's films.
  await page.addInitScript((userId) => {
    if (localStorage.getItem('cuepoint.playground.user') === null) {
      localStorage.setItem('cuepoint.playground.user', userId);
    }
  }, randomUUID());
  await page.goto(url);
  return Object.assign(page, { complaints });
}

/** The playground of somebody new, whose three devices have caught up. */
export async function openPlayground({ address, browser }: ConsoleUnderTest) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await openPage(context, `${address}/`);
  const screens = {
    tv: new DeviceOnPage(page, 'tv'),
    phone: new DeviceOnPage(page, 'phone'),
    browser: new DeviceOnPage(page, 'browser'),
  };
  for (const device of Object.values(screens)) await device.untilSynced();
  return { context, page, ...screens };
}

/** One device of the playground, as a person sees it. */
export class DeviceOnPage {
  readonly card: Locator;
  readonly #page: Page;
  readonly #key: string;

  constructor(page: Page, key: 'tv' | 'phone' | 'browser') {
    this.card = page.locator(`[data-device="${key}"]`);
    this.#page = page;
    this.#key = key;
  }

  /** A change is shown at once, and a moment later it stands in IndexedDB, where it survives the tab. [SDK1, SDK2] */
  async untilStored(outboxSize: number): Promise<void> {
    await vi.waitUntil(
      async () => (await this.#page.evaluate(countStoredOps, this.#key)) === outboxSize,
      { timeout: 30_000 },
    );
  }

  async untilStatus(text: string): Promise<void> {
    await this.card.locator('.device-status').filter({ hasText: text }).waitFor();
  }

  async untilSynced(): Promise<void> {
    await this.untilStatus('Online');
    await this.card.locator('.device-status .badge-pending').waitFor({ state: 'detached' });
  }

  /** @param name all of it, or a pattern. */
  button(name: string | RegExp): Locator {
    return this.card.getByRole('button', { name, exact: true });
  }

  film(title: string): Locator {
    return this.button(`Remove ${title}`);
  }

  async add(title: string): Promise<void> {
    await this.card.getByLabel('Title of a film').fill(title);
    await this.button('Add').click();
  }

  async setNetwork(isOn: boolean): Promise<void> {
    const box = this.card.getByRole('switch');
    if ((await box.isChecked()) !== isOn) await box.click({ force: true });
  }

  /** By arrow keys, as from a keyboard. @param stop 0 says 1970, 8 says 2099, 4 is right. */
  async setClock(stop: number): Promise<void> {
    const slider = this.card.getByRole('slider', { name: 'Clock' });
    await slider.focus();
    await slider.press('Home');
    for (let at = 0; at < stop; at += 1) await slider.press('ArrowRight');
  }

  async play(title: string): Promise<void> {
    await this.button(`Play ${title}`).click();
    await this.untilPlaying();
  }

  /** How far below the card's top a button is, in CSS pixels. */
  async depthOf(button: string): Promise<number> {
    const there = await this.button(button).boundingBox();
    const card = await this.card.boundingBox();
    if (there === null || card === null) throw new Error(`${button} is not shown`);
    return Math.round(there.y - card.y);
  }

  video(): Locator {
    return this.card.locator('video');
  }

  /** Looks at the video that is there now: another film, or a hand-off, brings a new one. */
  async untilPlaying(): Promise<void> {
    await vi.waitUntil(
      () =>
        this.video().evaluate(
          (video: HTMLVideoElement) => !video.paused && video.currentTime > 0,
          undefined,
          { timeout: 10_000 },
        ),
      { timeout: 30_000, interval: 100 },
    );
  }

  position(): Promise<number> {
    return this.video().evaluate((video: HTMLVideoElement) => video.currentTime);
  }
}

/** Runs in the page. */
async function countStoredOps(device: string): Promise<number> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open(`cuepoint-playground-${device}`);
    opening.addEventListener('success', () => resolve(opening.result));
    opening.addEventListener('error', () => reject(opening.error as DOMException));
  });
  try {
    const keys = await new Promise<IDBValidKey[]>((resolve, reject) => {
      const reading = database.transaction('records').objectStore('records').getAllKeys();
      reading.addEventListener('success', () => resolve(reading.result));
      reading.addEventListener('error', () => reject(reading.error as DOMException));
    });
    const names = keys.map((key) => (Array.isArray(key) ? key[1] : undefined));
    return names.filter((name) => typeof name === 'string' && name.startsWith('o/')).length;
  } finally {
    database.close();
  }
}
