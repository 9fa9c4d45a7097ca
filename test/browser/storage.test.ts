import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSmallDisk, type SmallDisk } from '../crash/small-disk.ts';
import {
  hasEngine,
  type EngineBrowser,
  type OpenOptions,
  type Tab,
} from '../support/browsers/browser.ts';
import { ENGINES, openEngine } from '../support/browsers/open-engine.ts';
import { startEnginePage, type EnginePage } from './engine-page.ts';

const THERE = ENGINES.filter(hasEngine);
/** So many changes wait: more than one write of the storage takes. */
const WAITING = 600;

let page: EnginePage;
beforeAll(async () => {
  page = await startEnginePage();
});
afterAll(() => page?.close());

describe.each(THERE)('what %s has stored', (engine) => {
  let profile: string;
  let browser: EngineBrowser | undefined;
  let userId: string;
  const disks: SmallDisk[] = [];
  beforeEach(async () => {
    profile = await mkdtemp(path.join(tmpdir(), 'cuepoint-profile-'));
    userId = randomUUID();
  });
  afterEach(async () => {
    await browser?.close();
    browser = undefined;
    for (const disk of disks.splice(0)) {
      // Processes that were killed let go of it a moment later.
      await vi.waitFor(async () => disk[Symbol.asyncDispose](), { timeout: 30_000, interval: 200 });
    }
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  async function open(options: OpenOptions = { profile }): Promise<EngineBrowser> {
    browser = await openEngine(engine, options);
    return browser;
  }

  /** A page that was online, and has lost its network since. */
  async function openOffline(): Promise<Tab> {
    const tab = await (browser ?? (await open())).open(page.urlOf({ userId }));
    await tab.run(`const state = await opening;
      await until(() => state.status.get().isOnline);
      await setNetwork(false);
      state.watchlist.add('film:first');
      await state.whenStored();`);
    return tab;
  }

  const addMany = `const state = await opening;
    for (let n = 0; n < args[0]; n += 1) state.watchlist.add('film:' + n);`;
  const shown = `const state = await opening;
    const { pending, hasStorageFailed } = state.status.get();
    return { titles: state.watchlist.list().length, pending, hasStorageFailed };`;
  const whole = (titles: number) => ({ titles, pending: titles, hasStorageFailed: false });

  it.each(['the person clears what the site has stored', 'another page deletes the database'])(
    '[ENG7] is written anew where %s under a page',
    async (what) => {
      const tab = await openOffline();
      await tab.run(`${addMany} await state.whenStored();`, WAITING);
      const other = await browser?.open(page.urls.nothing);
      if (what.startsWith('another')) {
        await other?.run(`await new Promise((resolve, reject) => {
          const deleting = indexedDB.deleteDatabase('cuepoint');
          deleting.onsuccess = resolve;
          deleting.onerror = reject;
        });`);
      } else await other?.goto(page.urls.clear);
      expect(await other?.run(`return (await indexedDB.databases()).length;`)).toBe(0);
      await tab.run(`const state = await opening;
        state.watchlist.add('film:last');
        await state.whenStored();`);
      await tab.goto(page.urlOf({ userId, isOff: true }));
      expect(await tab.run(shown)).toEqual(whole(WAITING + 2));
    },
  );

  it('[SDK2] [ENG7] is there after every process was killed right after `whenStored`', async () => {
    const tab = await openOffline();
    await tab.run(`${addMany} await state.whenStored();`, WAITING);
    await browser?.kill();
    browser = undefined;
    const again = await (await open()).open(page.urlOf({ userId, isOff: true }));
    expect(await again.run(shown)).toEqual(whole(WAITING + 1));
  });

  it('[ENG7] is not called stored on a full disk, and is all there once there is room again', async ({
    skip,
  }) => {
    const disk = await createSmallDisk(160);
    if (disk === undefined) return skip();
    disks.push(disk);
    await open({ profile: disk.folder });
    const tab = await openOffline();
    await disk.fill();
    const failed = await tab.run(
      `${addMany}
      return state.whenStored().then(() => 'stored', ({ code }) => code);`,
      WAITING,
    );
    expect(failed).toBe('storage_failed');
    expect(await tab.run(shown)).toEqual({ ...whole(WAITING + 1), hasStorageFailed: true });
    await disk.free();
    await tab.run(`const state = await opening;
      await until(() => !state.status.get().hasStorageFailed);
      await state.whenStored();`);
    await tab.goto(page.urlOf({ userId, isOff: true }));
    expect(await tab.run(shown)).toEqual(whole(WAITING + 1));

    // Chromium drops a database that it went on with after a full disk when it is started the next time.
    await browser?.close();
    const again = await (await open({ profile: disk.folder })).open(page.urlOf({ userId }));
    await again.run(
      `const state = await opening;
      await until(() => state.watchlist.list().length === args[0] && state.status.get().pending === 0);`,
      WAITING + 1,
    );
  });

  // WebKit's small browser has no such settings; a frame without storage is in tabs.test.ts.
  it.skipIf(engine === 'WebKit')(
    '[ENG8] is nothing where all storage is refused: the state opens in time, connects, and says so',
    async () => {
      await open({ profile, refuses: 'everybody' });
      const tab = await browser?.open(page.urlOf({ userId }));
      const seen = await tab?.run(`const state = await opening;
        state.watchlist.add('film:first');
        await state.whenDurable();
        const stored = await state.whenStored().then(() => 'stored', ({ code }) => code);
        return { ...state.status.get(), stored };`);
      expect(seen).toMatchObject({
        isOnline: true,
        hasStorageFailed: true,
        stored: 'storage_failed',
      });
    },
  );

  it.skipIf(engine === 'WebKit')(
    '[ENG8] is nothing in a frame of another site where those are refused',
    async () => {
      const refusing = await open({ profile, refuses: 'third parties' });
      const tab = await refusing.open(page.urlOf({ userId, isFramed: true }));
      const { openedMs, ...seen } = await tab.run<{ openedMs: number }>('return framed;');
      expect(seen).toEqual({ hasStorageFailed: true, stored: 'storage_failed' });
      expect(openedMs).toBeLessThan(3_000);
    },
  );
});
