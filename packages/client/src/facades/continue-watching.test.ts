import type { ListedFacts } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import { fakeToken } from '../testing/fake-service.ts';
import { DEVICE, openApp, type App, type AppOptions } from '../testing/open-app.ts';
import { continueWatchingOf, type ContinueWatchingOptions } from './continue-watching.ts';
import { registersOf } from './registers.ts';
import { watchedOf } from './watched.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A series of two seasons of two episodes, the last of which is not out. */
const EPISODES: Readonly<Record<string, ListedFacts>> = Object.fromEntries(
  [
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
  ].map(([season = 0, episode = 0]) => [
    `s${season}e${episode}`,
    {
      type: 'episode',
      seriesId: 'series',
      season,
      episode,
      durationSeconds: 3_000,
      ...(season === 2 && { releasedAt: `2026-06-${episode === 1 ? '05' : '30'}` }),
    },
  ]),
);
const APP: ContinueWatchingOptions = {
  facts: (id) => EPISODES[id],
  episodesOf: (id) => (id === 'series' ? Object.keys(EPISODES) : []),
};

const at = (positionSeconds: number, durationSeconds = 3_000) =>
  ({ positionSeconds, durationSeconds, state: 'playing' }) as const;

async function household(options: AppOptions = {}) {
  const environments = [new FakeEnvironment({ seed: '1' }), new FakeEnvironment({ seed: '2' })];
  const [here = new FakeEnvironment(), there = here] = environments;
  const tv = await openApp({ environment: here, ...options });
  const phone = await openApp({
    service: tv.service,
    environment: there,
    device: { ...DEVICE, deviceId: 'phone' },
  });
  return {
    tv,
    phone,
    service: tv.service,
    listOf: ({ state }: App) => continueWatchingOf(state, APP),
    shownOn: ({ state }: App) =>
      continueWatchingOf(state, APP)
        .list()
        .map(({ contentId, reason, positionSeconds, isRewatch }) =>
          [contentId, reason, positionSeconds, ...(isRewatch ? ['again'] : [])].join(' '),
        ),
    pass: async (ms: number) => {
      for (const environment of environments) await environment.advance(ms);
    },
    close: () => Promise.all([tv.state.close(), phone.state.close()]),
  };
}

describe('Continue Watching', () => {
  it('[CW1] [CW2] [CW5] is the same on every screen, one card a group, and the next episode after one that ended', async () => {
    const { tv, phone, shownOn, pass, close } = await household();
    tv.state.progress.set('film', at(600));
    await pass(1_000);
    tv.state.progress.set('s1e1', at(1_000));
    await pass(1_000);
    for (const app of [tv, phone]) {
      expect(shownOn(app)).toEqual(['s1e1 in_progress 1000', 'film in_progress 600']);
    }
    tv.state.progress.set('s1e1', at(2_990));
    await pass(1_000);
    for (const app of [tv, phone]) {
      expect(shownOn(app)).toEqual(['s1e2 next_episode 0', 'film in_progress 600']);
    }
    await close();
  });

  it('[CW4] A dismissed title comes back by itself, or on another device, or loses its position: only an act brings it back', async () => {
    const { tv, phone, listOf, shownOn, pass, close } = await household();
    tv.state.progress.set('s1e1', at(1_000));
    tv.state.progress.set('film', at(600));
    await pass(1_000);
    for (const app of [tv, phone]) expect(shownOn(app)).toHaveLength(2);
    listOf(phone).dismiss('s1e1');
    await pass(1_000);
    for (const app of [tv, phone]) expect(shownOn(app)).toEqual(['film in_progress 600']);
    // A screen that still runs reports, nobody does anything, and days pass.
    tv.state.progress.report('s1e1', at(1_200));
    await pass(3 * DAY_MS);
    for (const app of [tv, phone]) {
      expect(shownOn(app)).toEqual(['film in_progress 600']);
      expect(app.state.progress.resume('s1e1')).toBe(1_200);
      expect(listOf(app).upNext('series')).toMatchObject({ contentId: 's1e1' });
      expect(listOf(app).explain()).toMatchObject([
        { contentId: 'film', reason: 'in_progress' },
        { groupId: 'series', hiddenBy: 'dismissed' },
      ]);
    }
    tv.state.progress.set('s1e1', at(1_210));
    await pass(1_000);
    expect(shownOn(phone)[0]).toBe('s1e1 in_progress 1210');
    listOf(tv).dismiss('series');
    await pass(1_000);
    expect(listOf(phone).restore('s1e1')).toBe(true);
    expect(listOf(phone).restore('s1e1')).toBe(false);
    await pass(1_000);
    expect(shownOn(tv)).toContain('s1e1 in_progress 1210');
    await close();
  });

  it('[CW6] [PLY4] A rewatch cannot be started, or throws the history away: it begins anew, offline and with a clock of 1970, and ends', async () => {
    const { tv, phone, service, listOf, shownOn, pass, close } = await household();
    for (const id of ['s1e1', 's1e2']) tv.state.progress.set(id, at(2_990));
    await pass(1_000);
    expect(shownOn(phone)).toEqual([]);
    service.cut();
    tv.environment.skewMs = -tv.environment.trueMs + 60_000;
    await pass(HOUR_MS);
    listOf(tv).rewatch('series');
    service.isReachable = true;
    await pass(HOUR_MS);
    for (const app of [tv, phone]) {
      expect(shownOn(app)).toEqual(['s1e1 next_episode 0 again']);
      expect(watchedOf(app.state).list()).toHaveLength(2);
    }
    expect(service.storeOf('ada').plays.entryCount).toBe(2);
    phone.state.progress.set('s1e1', at(500));
    await pass(1_000);
    expect(shownOn(tv)).toEqual(['s1e1 rewatch 500 again']);
    phone.state.progress.set('s1e1', at(2_990));
    await pass(1_000);
    expect(shownOn(tv)).toEqual(['s1e2 next_episode 0 again']);
    expect(service.storeOf('ada').plays.entryCount).toBe(3);
    expect(listOf(phone).endRewatch('series')).toBe(true);
    await pass(1_000);
    expect(shownOn(tv)).toEqual([]);
    await close();
  });

  it('[CW5] The next season is announced a year later and nobody hears of it: it comes by itself on its day', async () => {
    const { tv, listOf, shownOn, pass, close } = await household();
    tv.state.progress.set('s1e2', at(2_990));
    await pass(1_000);
    let calls = 0;
    listOf(tv).subscribe(() => (calls += 1));
    expect(shownOn(tv)).toEqual([]);
    await pass(3 * DAY_MS);
    expect([shownOn(tv), calls]).toEqual([[], 0]);
    await pass(2 * DAY_MS);
    expect(calls).toBe(1);
    expect(shownOn(tv)).toEqual(['s2e1 new_episode 0']);
    await close();
  });

  it('[CW9] costs its own group: what nobody changed is the same object, and a change of something else calls nobody', async () => {
    const { tv, listOf, pass, close } = await household();
    for (let n = 0; n < 50; n += 1) tv.state.progress.set(`film-${n}`, at(600));
    await pass(0);
    const list = listOf(tv);
    const before = list.list();
    let calls = 0;
    list.subscribe(() => (calls += 1));
    tv.state.watchlist.add('film');
    registersOf(tv.state, 'x-mood').set('a', 1);
    await pass(1_000);
    expect(calls).toBe(0);
    expect(list.list()).toBe(before);
    tv.state.progress.set('film-7', at(700));
    expect(list.list()[0]).toMatchObject({ contentId: 'film-7', positionSeconds: 700 });
    expect(list.list().filter((card) => !before.includes(card))).toHaveLength(1);
    expect(calls).toBe(1);
    await close();
  });

  it('knows contents by the app, then by what the devices of the person know', async () => {
    const { state } = await openApp();
    const list = continueWatchingOf(state, {
      facts: (id) => (id === 'e1' ? { type: 'episode', seriesId: 'told' } : undefined),
    });
    state.progress.set('e1', at(1_000));
    const facts = { type: 'episode', seriesId: 'series', season: 1 };
    registersOf(state, 'content').set('e1', { ...facts, episode: 1 });
    registersOf(state, 'content').set('e2', { ...facts, episode: 2 });
    expect(list.facts('e1')).toEqual({ type: 'episode', seriesId: 'told', season: 1, episode: 1 });
    expect(list.list()).toMatchObject([{ groupId: 'told' }]);
    const others = continueWatchingOf(state);
    expect(others.list()).toMatchObject([{ groupId: 'series', contentId: 'e1' }]);
    state.progress.set('e1', at(2_990));
    expect(others.list()).toMatchObject([{ groupId: 'series', contentId: 'e2' }]);
    registersOf(state, 'content').set('e2', { type: 'episode', seriesId: 'other' });
    expect(others.list()).toEqual([]);
    expect(continueWatchingOf(state)).toBe(others);
    await state.close();
  });

  it('[CW5] asks the catalogue for what neither app nor devices know, once, and joins what has two names', async () => {
    const app = await openApp();
    const asked: string[] = [];
    const facts = { type: 'episode', seriesId: 'ferry', season: 1, durationSeconds: 3_000 };
    const first = { contentId: 'f1', ...facts, episode: 1, aliases: ['imdb:tt1'] };
    const answers: Readonly<Record<string, unknown>> = {
      'catalogue?contentId=imdb%3Att1&contentId=f1&contentId=home%20video': { items: [first] },
      'catalogue/ferry/episodes': {
        items: [{ contentId: 'f1', ...facts, episode: 1 }],
        nextCursor: 'c',
      },
      'catalogue/ferry/episodes?cursor=c': { items: [{ contentId: 'f2', ...facts, episode: 2 }] },
    };
    const options = {
      catalogue: true,
      fetch: async (url: string) => {
        const path = url.split('/api/v1/')[1] ?? '';
        asked.push(path);
        return { ok: true, json: async () => answers[path] ?? { items: [] } };
      },
    };
    const list = continueWatchingOf(app.state, options);
    list.subscribe(() => list.list());
    app.state.progress.set('imdb:tt1', at(600));
    app.state.progress.set('f1', at(2_990));
    app.state.progress.set('home video', at(600));
    const shown = () => list.list().map(({ contentId, reason }) => `${contentId} ${reason}`);
    expect(shown()).toEqual(['home video in_progress', 'imdb:tt1 in_progress']);
    await app.environment.advance(1_000);
    expect(shown()).toEqual(['home video in_progress', 'f2 next_episode']);
    app.state.progress.set('home video', at(700));
    list.list();
    await app.environment.advance(1_000);
    // Nothing is asked twice, and no content for episodes that is no series.
    expect(asked).toEqual([
      Object.keys(answers)[0],
      'catalogue?contentId=ferry',
      'catalogue/ferry/episodes',
      'catalogue/ferry/episodes?cursor=c',
    ]);
    // Nobody has begun it, and nobody knows what it is.
    list.upNext('barge');
    await app.environment.advance(1_000);
    expect(asked.slice(4)).toEqual(['catalogue?contentId=barge', 'catalogue/barge/episodes']);
    await app.state.close();
  });

  it('asks the catalogue for hundreds of contents in a few questions of bounded length, and again for what was not answered', async () => {
    const app = await openApp();
    const asked: string[][] = [];
    let isReachable = false;
    let longest = 0;
    const list = continueWatchingOf(app.state, {
      catalogue: true,
      fetch: async (url: string) => {
        if (!isReachable) throw new TypeError('Failed to fetch');
        longest = Math.max(longest, url.length);
        const ids = new URL(url).searchParams.getAll('contentId');
        asked.push(ids);
        const items = ids.map((contentId) => ({ contentId, type: 'live', aliases: [] }));
        return { ok: true, json: async () => ({ items }) };
      },
    });
    list.subscribe(() => list.list());
    const films = Array.from({ length: 230 }, (_, index) => `film-${index}`);
    const long = Array.from({ length: 20 }, (_, index) => `${'\u{1F3AC}'.repeat(60)}${index}`);
    for (const contentId of [...films, ...long]) app.state.progress.set(contentId, at(600));
    expect(list.list()).toHaveLength(250);
    await app.environment.advance(1_000);
    expect(list.list()).toHaveLength(250);
    isReachable = true;
    list.describeAnew();
    list.list();
    await app.environment.advance(1_000);
    expect(list.list()).toEqual([]);
    expect(asked.flat().sort()).toEqual([...films, ...long].sort());
    expect(Math.max(...asked.map(({ length }) => length))).toBe(100);
    expect(longest).toBeLessThan(4_200);
    await app.state.close();
  });

  it('learns what the app learns later', async () => {
    const { state } = await openApp();
    const known = new Map<string, ListedFacts>();
    const list = continueWatchingOf(state, { facts: (id) => known.get(id) });
    state.progress.set('e1', at(1_000));
    expect(list.list()).toMatchObject([{ groupId: 'e1' }]);
    known.set('e1', { type: 'live' });
    let calls = 0;
    list.subscribe(() => (calls += 1));
    list.describeAnew('e1');
    expect([calls, list.list()]).toEqual([1, []]);
    known.clear();
    list.describeAnew();
    expect(list.list()).toMatchObject([{ groupId: 'e1' }]);
    await state.close();
  });

  it('[SDK9] shows one person’s after the sign-in of another', async () => {
    let subject = 'ada';
    const app = await openApp({ getToken: () => fakeToken(subject) });
    const list = continueWatchingOf(app.state);
    app.state.progress.set('film', at(600));
    expect(list.list()).toHaveLength(1);
    subject = 'bob';
    app.service.socket.end();
    await app.environment.advance(60_000);
    expect(list.list()).toEqual([]);
    await app.state.close();
  });
});
