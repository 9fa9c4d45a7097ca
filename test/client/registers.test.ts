import { continueWatchingOf } from '@cuepoint/client/continue-watching';
import { favoritesOf } from '@cuepoint/client/favorites';
import { historyOf, type HistoryList } from '@cuepoint/client/history';
import { preferencesOf } from '@cuepoint/client/preferences';
import { ratingsOf } from '@cuepoint/client/ratings';
import { registersOf } from '@cuepoint/client/registers';
import { watchedOf } from '@cuepoint/client/watched';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestLive, type TestLive } from '../../packages/server/src/testing/test-live.ts';
import { closeDevices, openDevice, untilOffline, untilOnline, type Device } from './support.ts';

const ENGINES = ['PGlite', 'PostgreSQL'] as const;
/** The embedded database makes its files; on a machine that is busy it takes a minute. */
const TIMEOUT_MS = 240_000;
const SERIES = { type: 'episode', seriesId: 'ferry', season: 1 };

const at = (positionSeconds: number) =>
  ({ positionSeconds, durationSeconds: 2_700, state: 'playing' }) as const;

interface Followed {
  subscribe(listener: () => void): () => void;
}

/** Resolves once it holds, as the app hears of it. */
function until(part: Followed, predicate: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    let end: () => void = () => undefined;
    const look = () => {
      if (!predicate()) return;
      end();
      resolve();
    };
    end = part.subscribe(look);
    look();
  });
}

describe.each(ENGINES)('what a person says, on %s', { timeout: TIMEOUT_MS }, (engine) => {
  let live: TestLive;
  beforeAll(async () => {
    live = await createTestLive({
      databaseUrl: engine === 'PGlite' ? undefined : inject('postgresUrl'),
    });
  }, TIMEOUT_MS);
  afterEach(closeDevices);
  afterAll(() => live?.close());

  async function household() {
    const user = await live.api.createUser();
    const tv = await openDevice({ live }, { user });
    const phone = await openDevice({ live }, { user, deviceId: 'phone' });
    await Promise.all([tv, phone].map(untilOnline));
    return { user, tv, phone };
  }

  /** Of the service itself, over HTTP. */
  function fetchHere(url: string, init: RequestInit): Promise<Response> {
    const root = new URL(live.url.replace('ws', 'http')).origin;
    return fetch(url.replace(/^http:\/\/[^/]+/, root), init);
  }

  function historyOn({ state }: Pick<Device, 'state'>): HistoryList {
    return historyOf(state).open(undefined, { fetch: fetchHere });
  }

  it('[REG1] is on every screen: ratings, favourites, preferences and an app’s own', async () => {
    const { tv, phone } = await household();
    ratingsOf(tv.state).set('ferry', 9);
    favoritesOf(tv.state).add('ferry');
    preferencesOf(tv.state).set('audio:ferry', { language: 'de' });
    registersOf(tv.state, 'x-mood').set('today', ['quiet', 1, null]);
    watchedOf(tv.state).mark('film', { at: '2026-03-01T21:00:00+01:00' });
    await tv.state.whenDurable();
    const there = phone.state;
    await until(watchedOf(there), () => watchedOf(there).has('film'));
    expect(ratingsOf(there).get('ferry')).toBe(9);
    expect(favoritesOf(there).has('ferry')).toBe(true);
    expect(preferencesOf(there).get('audio:ferry')).toEqual({ language: 'de' });
    expect(registersOf(there, 'x-mood').get('today')).toEqual(['quiet', 1, null]);
    expect(watchedOf(there).get('film')?.at).toBe('2026-03-01T20:00:00Z');
    expect(ratingsOf(there).clear('ferry')).toBe(true);
    await until(ratingsOf(tv.state), () => ratingsOf(tv.state).get('ferry') === undefined);
    expect(tv.state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
  });

  it('[CW2] [CW5] shows the same row on both screens, and a new one on a third that comes later', async () => {
    const { user, tv, phone } = await household();
    for (const episode of [1, 2]) {
      registersOf(tv.state, 'content').set(`ferry:${episode}`, { ...SERIES, episode });
    }
    tv.state.progress.set('film', at(600));
    tv.state.progress.set('ferry:1', at(2_690));
    await tv.state.whenDurable();
    const rowOn = ({ state }: Device) =>
      continueWatchingOf(state)
        .list()
        .map(({ contentId, reason }) => `${contentId} ${reason}`);
    const isThere = (device: Device) => rowOn(device).includes('ferry:2 next_episode');
    await until(continueWatchingOf(phone.state), () => isThere(phone));
    expect(rowOn(phone)).toEqual(rowOn(tv));
    continueWatchingOf(phone.state).dismiss('film');
    await phone.state.whenDurable();
    const tablet = await openDevice({ live }, { user, deviceId: 'tablet' });
    await untilOnline(tablet);
    expect(rowOn(tablet)).toEqual(['ferry:2 next_episode']);
    expect(tablet.state.progress.resume('film')).toBe(600);
  });

  it('[CW5] knows the episodes of the service’s catalogue, by whichever name one was watched', async () => {
    const studio = await live.api.createUser({ scopes: ['cuepoint:service'] });
    const episode = (number: number, rest = {}) => ({
      contentId: `night:${number}`,
      type: 'episode',
      seriesId: 'night',
      season: 1,
      episode: number,
      durationSeconds: 2_700,
      ...rest,
    });
    const contents = [episode(1, { aliases: ['imdb:tt9'] }), episode(2)];
    const { status } = await studio.call('PUT', '/catalogue', { body: { contents } });
    expect(status).toBe(200);
    const { tv } = await household();
    tv.state.progress.set('imdb:tt9', at(2_690));
    const row = continueWatchingOf(tv.state, { catalogue: true, fetch: fetchHere });
    await until(row, () => row.list().length > 0);
    expect(row.list()).toMatchObject([{ groupId: 'night', contentId: 'night:2' }]);
  });

  it('[SDK2] [PLY3] A play is counted twice since a request was repeated: what waits survives the app, and is one play', async () => {
    const { user, tv, phone } = await household();
    tv.setNetwork(false);
    await untilOffline(tv);
    tv.state.progress.set('film', at(2_000));
    tv.state.progress.set('film', at(2_690));
    ratingsOf(tv.state).set('film', 7);
    await tv.state.whenStored();
    const { at: watchedAt } = watchedOf(tv.state).get('film') ?? {};
    const storage = await tv.kill();
    // Somebody else uses the device meanwhile.
    const other = await live.api.createUser();
    const theirs = await openDevice({ live }, { user: other, storage });
    await untilOnline(theirs);
    expect(watchedOf(theirs.state).list()).toEqual([]);
    await theirs.state.close();
    const again = await openDevice({ live }, { user, storage });
    expect(watchedOf(again.state).has('film')).toBe(true);
    again.state.progress.report('film', at(2_695));
    await again.state.whenDurable();
    const history = historyOn(phone);
    await until(history, () => history.get().items.length > 0);
    expect(history.get()).toMatchObject({
      state: 'ready',
      items: [{ contentId: 'film', watchedAt, isPending: false }],
    });
    await until(ratingsOf(phone.state), () => ratingsOf(phone.state).get('film') === 7);
    const ofOther = await openDevice({ live }, { user: other, deviceId: 'other' });
    await untilOnline(ofOther);
    expect(ratingsOf(ofOther.state).list()).toEqual([]);
  });

  it('[PLY1] shows what another screen adds to the history and removes from it, while somebody looks', async () => {
    const { tv, phone } = await household();
    const [here, there] = [historyOn(tv), historyOn(phone)];
    await until(there, () => there.get().state === 'ready');
    const playId = historyOf(tv.state).add('film', { watchedAt: '2026-03-01', source: 'cinema' });
    await until(there, () => there.get().items.length === 1);
    expect(there.get().items).toEqual([
      {
        playId,
        contentId: 'film',
        watchedAt: '2026-03-01',
        source: 'cinema',
        alsoIds: [],
        isPending: false,
      },
    ]);
    await until(here, () => here.get().items.some(({ isPending }) => !isPending));
    for (const viewing of there.get().items) historyOf(phone.state).remove(viewing);
    await until(here, () => here.get().items.length === 0);
    expect(tv.state.status.get().deadLetters).toBe(0);
  });
});
