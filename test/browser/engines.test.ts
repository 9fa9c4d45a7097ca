import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasEngine, type EngineBrowser, type Tab } from '../support/browsers/browser.ts';
import { ENGINES, openEngine } from '../support/browsers/open-engine.ts';
import { OLDER_VERSIONS, YOUNGER } from '../support/older-engine.ts';
import { startEnginePage, type EnginePage } from './engine-page.ts';

const THERE = new Set(ENGINES.filter(hasEngine));
const OLDER = OLDER_VERSIONS.map((olderThan) => ({
  engine: 'Chromium' as const,
  olderThan,
  name: `Chromium as ${olderThan}`,
}));
const CASES = [
  ...ENGINES.map((engine) => ({ engine, olderThan: undefined, name: engine })),
  ...OLDER,
].filter(({ engine }) => THERE.has(engine));

let page: EnginePage;
const browsers = new Map<string, EngineBrowser>();
beforeAll(async () => {
  page = await startEnginePage();
});
afterAll(async () => {
  for (const browser of browsers.values()) await browser.close();
  await page?.close();
});

describe.each(CASES)('the classic script in $name', ({ engine, olderThan }) => {
  const tabs: Tab[] = [];
  async function open(url: string): Promise<Tab> {
    const browser = browsers.get(engine) ?? (await openEngine(engine));
    browsers.set(engine, browser);
    const tab = await browser.open(url);
    tabs.push(tab);
    return tab;
  }
  afterEach(async () => {
    for (const tab of tabs.splice(0)) await tab.close();
  });

  it.skipIf(olderThan === undefined)('lacks what it is to do without', async () => {
    const tab = await open(page.urlOf({ userId: randomUUID(), olderThan }));
    const missing = await tab.run<string[]>(
      `return args[0].filter((name) => name.split('.').reduce((owner, key) => owner[key], window) === undefined);`,
      Object.keys(YOUNGER),
    );
    const younger = Object.entries(YOUNGER).filter(([, since]) => since > (olderThan ?? 0));
    expect(missing).toEqual(younger.map(([name]) => name));
  });

  it.each(['default', 'texts'] as const)(
    '[ENG1] keeps what is written offline over a reload, and shows it on another device: storage %s',
    async (storage) => {
      const user = { userId: randomUUID(), olderThan };
      const tab = await open(page.urlOf({ ...user, storage }));
      await tab.run(`const state = await opening;
        state.watchlist.add('film:online');
        await state.whenDurable();
        await setNetwork(false);
        state.watchlist.add('film:offline');
        state.progress.set('film:offline', { positionSeconds: 40, durationSeconds: 120, state: 'paused' });
        await state.whenStored();`);
      await tab.goto(page.urlOf({ ...user, storage, isOff: true }));
      const shown = `const state = await opening;
        const { pending, hasStorageFailed } = state.status.get();
        const list = state.watchlist.list().map(({ contentId }) => contentId).sort();
        return { list, resume: state.progress.resume('film:offline'), pending, hasStorageFailed };`;
      const both = { list: ['film:offline', 'film:online'], resume: 40, hasStorageFailed: false };
      expect(await tab.run(shown)).toEqual({ ...both, pending: 2 });

      await tab.run(`await setNetwork(true); await (await opening).whenDurable();`);
      const other = await open(
        page.urlOf({ ...user, storage: storage === 'texts' ? 'default' : 'texts' }),
      );
      await other.run(`const state = await opening;
        await until(() => state.watchlist.list().length === 2 && state.progress.resume('film:offline') === 40);
        cuepoint.bindVideo(state, document.createElement('video'), { contentId: 'film:offline' }).detach();
        state.watchlist.remove('film:online');
        await state.whenDurable();`);
      await tab.run(
        `const state = await opening; await until(() => !state.watchlist.has('film:online'));`,
      );
    },
  );
});
