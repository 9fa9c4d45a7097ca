import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasEngine, type EngineBrowser, type Tab } from '../support/browsers/browser.ts';
import { ENGINES, openEngine } from '../support/browsers/open-engine.ts';
import { startPlayerPage, type PlayerPage } from './player-page.ts';

const FILM = 'film:metropolis';

/** Two pages of one origin that are two devices. */
const deviceOf = (deviceId: string) => `
  import { memoryStorage } from '@cuepoint/client';
  const MORE = {
    options: {
      storage: memoryStorage(),
      device: { deviceId: '${deviceId}', deviceType: 'Web', platform: 'Web', appVersion: '1' },
    },
  };
`;

const WATCH = `
  const state = await opening;
  video.src = '/clip.webm';
  bindVideo(state, video, { contentId: args[0], tickMs: 500 });
  await video.play();`;

const PLAYS_TO_ITS_END = `
  video.playbackRate = 8;
  await until(() => video.ended);`;
/** WebKitGTK does not play faster than it can decode. */
const PLAYS_ON = `
  const heardAt = video.currentTime;
  await until(() => video.currentTime > Math.max(heardAt, progress.resume(args[0])) + 3);`;

let page: PlayerPage;
beforeAll(async () => {
  page = await startPlayerPage({
    more: { tv: deviceOf('tv'), phone: deviceOf('phone'), tablet: deviceOf('tablet') },
  });
});
afterAll(() => page?.close());

describe.each(ENGINES.filter(hasEngine))('a film that is left playing in %s', (engine) => {
  const browsers: EngineBrowser[] = [];
  const tabs: Tab[] = [];
  beforeAll(async () => {
    browsers.push(await openEngine(engine));
  });
  afterEach(async () => {
    for (const tab of tabs.splice(0)) await tab.close();
  });
  afterAll(() => Promise.all(browsers.map((browser) => browser.close())));

  /** Under WebKit's driver the page that is behind another one does not come to its end: each has a browser of its own. */
  async function browserOfNext(): Promise<EngineBrowser> {
    const [first] = browsers;
    if (first !== undefined && (engine !== 'WebKit' || tabs.length === 0)) return first;
    const browser = await openEngine(engine);
    browsers.push(browser);
    return browser;
  }

  it('[CLM3] [CLM4] runs to its end on one page, and every page resumes where the person stopped on another', async () => {
    const userId = page.newUser();
    const open = async (name: string): Promise<Tab> => {
      const browser = await browserOfNext();
      const tab = await browser.open(page.urlOf(userId, name));
      tabs.push(tab);
      return tab;
    };
    const tv = await open('tv');
    await tv.run(`${WATCH} await until(() => video.currentTime > 3);`, FILM);

    const phone = await open('phone');
    const stoppedAt = await phone.run<number>(
      `await knows(args[0]);
      ${WATCH}
      await until(() => video.currentTime > 5);
      video.pause();
      await happened('pause');
      await state.whenDurable();
      return state.progress.resume(args[0]);`,
      FILM,
    );
    expect(stoppedAt).toBeGreaterThanOrEqual(5);

    const onTv = await tv.run<{ at: number; resume: number; deviceId: string }>(
      `const { progress, whenDurable } = await opening;
      await until(() => progress.get(args[0]).deviceId === 'phone');
      ${engine === 'WebKit' ? PLAYS_ON : PLAYS_TO_ITS_END}
      await whenDurable();
      return {
        at: video.currentTime,
        resume: progress.resume(args[0]),
        deviceId: progress.get(args[0]).deviceId,
      };`,
      FILM,
    );
    expect(onTv.at).toBeGreaterThan(engine === 'WebKit' ? stoppedAt : 119);
    expect(onTv).toMatchObject({ resume: stoppedAt, deviceId: 'phone' });
    expect(await page.stored(userId, FILM)).toMatchObject({
      positionSeconds: stoppedAt,
      state: 'paused',
    });
    const resume = `return (await knows(args[0])).progress.resume(args[0]);`;
    expect(await phone.run<number>(resume, FILM)).toBe(stoppedAt);
    expect(await (await open('tablet')).run<number>(resume, FILM)).toBe(stoppedAt);
  });
});
