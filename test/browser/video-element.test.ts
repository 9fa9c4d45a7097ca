import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasEngine, type EngineBrowser, type Tab } from '../support/browsers/browser.ts';
import { ENGINES, openEngine } from '../support/browsers/open-engine.ts';
import { startPlayerPage, type PlayerPage } from './player-page.ts';

const FILM = 'film:metropolis';
const AT_30 = { positionSeconds: 30, durationSeconds: 120, state: 'paused' };
const ROUNDS = 4;

let page: PlayerPage;
beforeAll(async () => {
  page = await startPlayerPage();
});
afterAll(() => page?.close());

describe.each(ENGINES.filter(hasEngine))('a video element in %s', (engine) => {
  let browser: EngineBrowser;
  let tab: Tab | undefined;
  let userId: string;
  beforeAll(async () => {
    browser = await openEngine(engine);
  });
  afterEach(async () => {
    await tab?.close();
    tab = undefined;
  });
  afterAll(() => browser?.close());

  async function open(stored?: typeof AT_30): Promise<Tab> {
    userId = page.newUser();
    if (stored !== undefined) await page.store(userId, FILM, stored);
    tab = await browser.open(page.urlOf(userId));
    if (stored !== undefined) await tab.run(`await knows(args[0]);`, FILM);
    return tab;
  }

  /** Everything that was written is at the service. */
  const stored = async () => {
    await tab?.run(`await (await opening).whenDurable();`);
    return page.stored(userId, FILM);
  };

  it('[ENG4] that is given a source, bound and played at once begins where the person stopped', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { run, close } = await open(AT_30);
      const read = await run<number>(
        `const state = await opening;
        video.src = '/clip.webm';
        bindVideo(state, video, { contentId: args[0] });
        const end = performance.now() + args[1];
        void video.play();
        while (performance.now() < end);
        await happened('timeupdate');
        await until(() => video.currentTime > 30.5);
        return video.currentTime;`,
        FILM,
        round % 2 === 0 ? 0 : 60,
      );
      expect(read).toBeLessThan(40);
      expect(await stored()).toEqual({ ...AT_30, state: 'playing' });
      await close();
      tab = undefined;
    }
  });

  it('[ENG4] that plays by itself goes there, and a place that the person chose first stays', async () => {
    const { run } = await open(AT_30);
    const read = await run<number[]>(
      `const state = await opening;
      video.autoplay = true;
      video.src = '/clip.webm';
      const binding = bindVideo(state, video, { contentId: args[0] });
      await until(() => video.currentTime > 30.3);
      const first = video.currentTime;
      binding.detach();
      video.autoplay = false;
      video.src = '/clip.webm?again';
      bindVideo(state, video, { contentId: args[0] });
      await happened('seeked');
      video.currentTime = 60;
      await happened('seeked');
      await video.play();
      await until(() => video.currentTime > 60.3);
      video.pause();
      await happened('pause');
      return [first, video.currentTime];`,
      FILM,
    );
    expect(read[0]).toBeLessThan(40);
    expect(await stored()).toEqual({ positionSeconds: 60, durationSeconds: 120, state: 'paused' });
  });

  it('[ENG9] that ends in an app which goes on in its own handler is finished', async () => {
    const { run } = await open();
    await run(
      `const state = await opening;
      video.src = '/clip.webm';
      video.addEventListener('ended', () => (video.src = '/clip.webm?next'));
      bindVideo(state, video, { contentId: args[0], startSeconds: 119 });
      await video.play();
      await happened('ended');`,
      FILM,
    );
    expect(await stored()).toEqual({
      positionSeconds: 120,
      durationSeconds: 120,
      state: 'stopped',
    });
  });

  it('[ENG9] that is taken out before `detach`, or loads another title, leaves where it was', async () => {
    const { run } = await open();
    await run(
      `const state = await opening;
      const leave = { remove: () => video.remove(), load: () => { video.removeAttribute('src'); video.load(); } };
      for (const [name, go] of Object.entries(leave)) {
        document.querySelector('div').append(video);
        video.src = '/clip.webm?' + name;
        const binding = bindVideo(state, video, { contentId: args[0] + name, startSeconds: 40 });
        await video.play();
        await until(() => video.currentTime > 42.3);
        go();
        if (name === 'load') await happened('emptied');
        binding.detach();
      }`,
      FILM,
    );
    await stored();
    for (const name of ['remove', 'load']) {
      expect(await page.stored(userId, FILM + name)).toEqual({
        positionSeconds: 42,
        durationSeconds: 120,
        state: 'paused',
      });
    }
  });
});
