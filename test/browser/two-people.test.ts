import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasEngine, type EngineBrowser, type Tab } from '../support/browsers/browser.ts';
import { ENGINES, openEngine } from '../support/browsers/open-engine.ts';
import { startPlayerPage, type PlayerPage } from './player-page.ts';

const FILM = 'film:metropolis';
const at = (positionSeconds: number) => ({
  positionSeconds,
  durationSeconds: 120,
  state: 'paused',
});

let page: PlayerPage;
beforeAll(async () => {
  page = await startPlayerPage();
});
afterAll(() => page?.close());

describe.each(ENGINES.filter(hasEngine))('two people on one screen, in %s', (engine) => {
  let browser: EngineBrowser;
  let tab: Tab | undefined;
  beforeAll(async () => {
    browser = await openEngine(engine);
  });
  afterEach(async () => {
    await tab?.close();
    tab = undefined;
  });
  afterAll(() => browser?.close());

  it('[ENG6] the second, whose token is late, sees nothing of the first and writes nothing into their account', async () => {
    const [first, second] = [page.newUser(), page.newUser()];
    tab = await browser.open(page.urlOf(first));
    const write = (positionSeconds: number) =>
      tab?.run(
        `const state = await opening;
        const seen = state.progress.get(args[0])?.positionSeconds ?? 'nothing';
        const { userId } = state.status.get();
        state.progress.set(args[0], args[1]);
        window.giveToken?.();
        await state.whenDurable();
        const { positionSeconds } = state.progress.get(args[0]);
        await state.close();
        return { seen, positionSeconds, wasKnown: userId !== undefined };`,
        FILM,
        at(positionSeconds),
      );
    expect(await write(30)).toMatchObject({ seen: 'nothing', positionSeconds: 30 });
    await tab.goto(`${page.urlOf(second)}&token=late`);
    const late = { seen: 'nothing', positionSeconds: 60, wasKnown: false };
    expect(await write(60)).toEqual(late);
    expect(await page.stored(first, FILM)).toEqual(at(30));
    expect(await page.stored(second, FILM)).toEqual(at(60));
    await tab.goto(page.urlOf(first));
    expect(
      await tab.run(`return (await knows(args[0])).progress.get(args[0]).positionSeconds;`, FILM),
    ).toBe(30);
    expect(await page.stored(second, FILM)).toEqual(at(60));
  });
});
