import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasEngine, type EngineBrowser, type Tab } from '../support/browsers/browser.ts';
import { ENGINES, openEngine } from '../support/browsers/open-engine.ts';
import { startPlayerPage, type PlayerPage } from './player-page.ts';

const FILM = 'film:metropolis';
const WITHIN = { timeout: 60_000, interval: 100 };
/** Where it is left: it began at 40, which was written, and the next tick is due at 50. */
const LEFT_AT_SECONDS = 43.5;

/** What the page sends by its socket, or in its last request, can be lost; and its database can take nothing more. */
const NETWORK = `
  const realFetch = window.fetch.bind(window);
  window.fetch = (url, init) =>
    init?.keepalive && window.isOffline ? Promise.reject(new TypeError('offline')) : realFetch(url, init);
  const createSocket = (url) => {
    const socket = new WebSocket(url);
    const send = socket.send.bind(socket);
    socket.send = (text) => {
      if (!window.isSilent) send(text);
    };
    return socket;
  };
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (...args) {
    if (window.isStuck) throw new Error('stuck');
    return transaction.apply(this, args);
  };
  const MORE = { options: { createSocket } };
`;

/** From inside of the page, as a person does: nobody waits for what the driver thinks of it. */
const LEAVE = `
  const leave = {
    link: () => {
      const link = document.createElement('a');
      link.href = '/page.js/page';
      document.body.append(link);
      link.click();
    },
    origin: () => (location.href = service + '/livez'),
    reload: () => location.reload(),
    closed: () => undefined,
  };`;

const WAYS = ['link', 'origin', 'reload', 'closed'] as const;
type Way = (typeof WAYS)[number];
const IS_THERE: Readonly<Record<Exclude<Way, 'closed'>, string>> = {
  link: `location.pathname === '/page.js/page'`,
  origin: `location.pathname === '/livez'`,
  reload: `'opening' in window`,
};

let page: PlayerPage;
beforeAll(async () => {
  page = await startPlayerPage({ more: { page: NETWORK } });
});
afterAll(() => page?.close());

describe.each(ENGINES.filter(hasEngine))('a page that is left in %s', (engine) => {
  let browser: EngineBrowser;
  let tabs: Tab[] = [];
  let userId: string;
  beforeAll(async () => {
    browser = await openEngine(engine);
  });
  afterEach(async () => {
    for (const tab of tabs.splice(0)) await tab.close().catch(() => undefined);
  });
  afterAll(() => browser?.close());

  async function open(): Promise<Tab> {
    const tab = await browser.open(page.urlOf(userId));
    tabs.push(tab);
    return tab;
  }

  /** A film that plays, of a new person; what was begun is at the service. */
  async function play(): Promise<Tab> {
    userId = page.newUser();
    const tab = await open();
    await tab.run(
      `const state = await opening;
      video.src = '/clip.webm';
      bindVideo(state, video, { contentId: args[0], startSeconds: 40 });
      await video.play();
      await until(() => state.progress.get(args[0]) !== undefined && state.status.get().isOnline);
      await state.whenDurable();`,
      FILM,
    );
    return tab;
  }

  /** @param before what the page does in the turn in which it is left. */
  async function leave(tab: Tab, way: Way, before: string): Promise<void> {
    await tab.run(
      `${LEAVE}
      const { service } = Object.fromEntries(new URLSearchParams(location.search));
      const state = await opening;
      window.isOld = true;
      const go = () => { ${before}; window.isLeft = true; leave[args[0]](); };
      (async () => {
        await until(() => video.paused || video.currentTime > args[1]);
        go();
      })();`,
      way,
      LEFT_AT_SECONDS,
    );
    if (way !== 'closed') return;
    await tab.run(`await until(() => window.isLeft);`);
    tabs = [];
    await tab.close();
  }

  /** What the device shows at once when the person comes back, and then the service. */
  async function comeBack(): Promise<number | undefined> {
    const tab = await open();
    return tab.run<number | undefined>(
      `const state = await opening;
      const shown = state.progress.get(args[0])?.positionSeconds;
      await until(() => state.status.get().isOnline);
      await state.whenDurable();
      return shown;`,
      FILM,
    );
  }

  const stored = async () => (await page.stored(userId, FILM))?.positionSeconds ?? 0;

  it.each(WAYS)('[ENG5] (%s) leaves where the film was with the service', async (way) => {
    const tab = await play();
    await leave(tab, way, 'window.isSilent = true');
    const at = Math.floor(LEFT_AT_SECONDS);
    await vi.waitUntil(async () => (await stored()) >= at, WITHIN);
    expect(await stored()).toBeLessThan(at + 5);
  });

  it.each(WAYS)(
    '[ENG5] (%s) keeps it on the device without a network and a database in that moment',
    async (way) => {
      const tab = await play();
      await leave(tab, way, 'window.isSilent = window.isOffline = window.isStuck = true');
      await untilGone(tab, way);
      const at = Math.floor(LEFT_AT_SECONDS);
      // The page that is loaded anew sends it.
      const atService = way === 'reload' ? 0 : await stored();
      expect(atService).toBeLessThan(at);
      expect(await comeBack()).toBeGreaterThanOrEqual(at);
      expect(await stored()).toBeGreaterThanOrEqual(at);
    },
  );

  it.each(['link', 'closed'] as const)(
    '[ENG5] (%s) leaves a seek of a moment before',
    async (way) => {
      const tab = await play();
      await tab.run(
        `video.currentTime = 90;
        await happened('seeked');
        await new Promise((resolve) => setTimeout(resolve, 300));`,
      );
      await leave(tab, way, 'window.isSilent = true');
      const hasIt = await vi.waitUntil(async () => (await stored()) >= 90, WITHIN);
      expect(hasIt).toBe(true);
    },
  );

  it('[ENG5] keeps a title that was added in the turn of a reload, by its note alone', async () => {
    userId = page.newUser();
    const tab = await open();
    for (let round = 0; round < 5; round += 1) {
      await tab.run(
        `const state = await opening;
        await until(() => state.status.get().isOnline);
        setTimeout(() => {
          window.isSilent = window.isOffline = window.isStuck = true;
          state.watchlist.add('film:' + args[0]);
          location.reload();
        }, 50);
        window.isOld = true;`,
        round,
      );
      await untilGone(tab, 'reload');
      const has = await tab.run<boolean>(
        `return (await opening).watchlist.has('film:' + args[0]);`,
        round,
      );
      expect(has).toBe(true);
    }
  });

  /** Its first document is gone, and another is there. */
  async function untilGone({ run }: Tab, way: Way): Promise<void> {
    if (way === 'closed') return;
    const isNew = () => run<boolean>(`return window.isOld === undefined && ${IS_THERE[way]};`);
    await vi.waitUntil(() => isNew().catch(() => false), WITHIN);
  }
});
