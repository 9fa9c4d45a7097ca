import { randomUUID } from 'node:crypto';
import { timestampToText } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretVerifier } from '../auth/token-verifier.ts';
import { BOTH_DATABASES } from '../testing/both-databases.ts';
import { TEST_SECRET, type TestApi, type TestUser } from '../testing/test-api.ts';

const DAY_MS = 24 * 60 * 60_000;
const FILM_SECONDS = 6_000;
const EPISODE_SECONDS = 2_700;

describe.each(BOTH_DATABASES)('Continue Watching over HTTP on $name', ({ openApi }) => {
  let api: TestApi;
  let service: TestUser;
  /** What the service takes for now. */
  let nowMs = Date.now();
  beforeAll(async () => {
    api = await openApi({
      env: { CUEPOINT_RATE_LIMIT: '0' },
      now: () => (nowMs += 1),
      // Tokens outlive the years that pass here.
      verifier: createSecretVerifier(new TextEncoder().encode(TEST_SECRET), {
        audience: undefined,
        issuer: undefined,
        now: Date.now,
      }),
    });
    service = await api.createUser({ scopes: ['cuepoint:service'] });
  });
  afterAll(() => api.close());

  /** A viewer, and a series of their own: what one test says of contents no other sees. */
  async function open() {
    const viewer = await api.createUser();
    const prefix = randomUUID().slice(0, 8);
    const id = (name: string) => `${prefix}-${name}`;
    const put = async (...contents: object[]) => {
      const { body } = await service.call('PUT', '/catalogue', { body: { contents } });
      expect(body.rejected).toEqual([]);
    };
    const episode = (season: number, number: number, more: object = {}) => ({
      contentId: id(`s${season}e${number}`),
      type: 'episode',
      seriesId: id('series'),
      season,
      episode: number,
      durationSeconds: EPISODE_SECONDS,
      ...more,
    });
    const play = async (
      name: string,
      positionSeconds: number,
      more: {
        device?: string;
        state?: string;
        durationSeconds?: number;
        passive?: boolean;
      } = {},
    ) => {
      const { device = 'tv', state = 'paused', passive = false } = more;
      const durationSeconds =
        more.durationSeconds ?? (name.startsWith('s') ? EPISODE_SECONDS : FILM_SECONDS);
      const answer = await viewer.call('PUT', `/progress/${id(name)}`, {
        device,
        body: { positionSeconds, durationSeconds, state, ...(passive ? { passive } : {}) },
      });
      expect(answer.status).toBe(200);
      return answer.body;
    };
    const list = async () => {
      const { status, body } = await viewer.call('GET', '/continue-watching?explain=true');
      expect(status).toBe(200);
      const strip = ({ contentId, ...rest }: { contentId: string }) => ({
        ...rest,
        contentId: contentId.replace(`${prefix}-`, ''),
      });
      return { cards: body.items.map(strip), hidden: body.hidden.map(strip), body };
    };
    const history = async (query = '') => (await viewer.call('GET', `/history${query}`)).body.items;
    const watched = async (name: string) =>
      (await viewer.call('GET', `/registers/watched/${id(name)}`)).body.value;
    return { viewer, id, put, episode, play, list, history, watched };
  }

  it('[CW1] [CW2] lists one card a group, the latest engaged first, with what is known of it', async () => {
    const { put, episode, play, list, id } = await open();
    await put(
      { contentId: id('film'), type: 'movie', title: 'Slow water' },
      episode(1, 1),
      episode(1, 2),
    );
    await play('film', 1_000);
    await play('s1e1', 1_000);
    await play('s1e2', 900);
    const { cards, body } = await list();
    expect(cards).toMatchObject([
      { contentId: 's1e2', groupId: id('series'), reason: 'in_progress', positionSeconds: 900 },
      { contentId: 'film', reason: 'in_progress', content: { title: 'Slow water' } },
    ]);
    expect(body).toMatchObject({ isTruncated: false });
    // A timer's report moves no card.
    await play('film', 1_600, { passive: true, state: 'playing' });
    expect((await list()).cards.map(({ contentId }: { contentId: string }) => contentId)).toEqual([
      's1e2',
      'film',
    ]);
  });

  it('[PLY3] a position past the end is watched, one play, and the next episode, whatever is repeated', async () => {
    const { put, episode, play, list, history, watched, id } = await open();
    await put(episode(0, 1), episode(1, 1), episode(1, 2));
    await play('s1e1', 1_000);
    for (let time = 0; time < 3; time += 1) await play('s1e1', 2_650);
    await Promise.all([play('s1e1', 2_660), play('s1e1', 2_660, { device: 'phone' })]);
    await play('s1e1', 2_690, { passive: true, device: 'phone' });
    expect(await history()).toMatchObject([{ contentId: id('s1e1'), alsoIds: [] }]);
    expect(await watched('s1e1')).toMatchObject({ at: expect.any(String) });
    expect((await list()).cards).toMatchObject([{ contentId: 's1e2', reason: 'next_episode' }]);
  });

  it('[CW5] a special is never next, be it the only one that is left', async () => {
    const { put, episode, play, list } = await open();
    await put(episode(0, 1), episode(1, 1), episode(1, 2), episode(0, 2));
    await play('s1e1', 2_690);
    expect((await list()).cards).toMatchObject([{ contentId: 's1e2' }]);
    await play('s1e2', 2_690);
    expect(await list()).toMatchObject({ cards: [], hidden: [{ hiddenBy: 'watched' }] });
    // A special that somebody begins is in progress like any other episode.
    await play('s0e1', 1_000);
    expect((await list()).cards).toMatchObject([{ contentId: 's0e1', reason: 'in_progress' }]);
  });

  it('[CLM7] a screen that nobody watches does not win: it plays on, and what the person did last stays', async () => {
    const { play, list, viewer, id } = await open();
    await play('film', 1_000, { device: 'tv', state: 'playing' });
    await play('film', 2_000, { device: 'phone' });
    for (const positionSeconds of [1_010, 3_000, 5_990]) {
      const left = { device: 'tv', state: 'playing', passive: true };
      expect((await play('film', positionSeconds, left)).result).toBe('superseded');
    }
    expect((await viewer.call('GET', `/progress/${id('film')}`)).body).toMatchObject({
      positionSeconds: 2_000,
      deviceId: 'phone',
    });
    expect((await list()).cards).toMatchObject([{ positionSeconds: 2_000 }]);
  });

  it('[PLY3] [CLM7] a screen that was left alone and plays to the end marks nothing as watched', async () => {
    const { play, list, watched, history, viewer, id } = await open();
    await play('film', 1_000, { device: 'tv', state: 'playing' });
    await play('film', 1_900, { device: 'phone' });
    const left = { device: 'tv', state: 'playing', passive: true };
    expect((await play('film', 5_990, left)).result).toBe('superseded');
    expect(await watched('film')).toBeUndefined();
    expect((await list()).cards).toMatchObject([{ contentId: 'film', positionSeconds: 1_900 }]);
    expect(await history()).toEqual([]);
    // One that says which playback it was is in the history all the same.
    for (let time = 0; time < 2; time += 1) {
      await viewer.call('PUT', `/progress/${id('film')}`, {
        device: 'tv',
        body: {
          positionSeconds: 5_995,
          durationSeconds: 6_000,
          state: 'playing',
          passive: true,
          playbackId: 'evening',
        },
      });
    }
    expect(await history()).toMatchObject([{ contentId: id('film'), alsoIds: [] }]);
    expect(await watched('film')).toBeUndefined();
  });

  it('[PLY1] a play that two instances, or the SDK and a server, tell of at once is one viewing', async () => {
    const { put, episode, play, history, viewer, id } = await open();
    await put(episode(1, 1));
    await play('s1e1', 1_000);
    await Promise.all(['tv', 'phone', 'http-api'].map((device) => play('s1e1', 2_690, { device })));
    const at = new Date(nowMs).toISOString();
    const timestamp = `${nowMs.toString(16).padStart(12, '0')}-0001`;
    const op = {
      kind: 'play.add',
      contentId: id('s1e1'),
      playId: randomUUID(),
      watchedAt: at,
      timestamp,
    };
    await viewer.call('POST', '/sync', { body: { deviceId: 'tablet', ops: [op] } });
    const viewings = await history();
    expect(viewings).toHaveLength(1);
    expect(viewings[0].alsoIds).toHaveLength(1);
    // Removing the viewing removes all that tell of it.
    const { body } = await viewer.call('DELETE', `/history/${viewings[0].playId}`);
    expect(body.removedIds).toHaveLength(2);
    expect(await history()).toEqual([]);
  });

  it('[PLY3] an episode at 88 % with two minutes of credits is finished, and a film whose credits were skipped too', async () => {
    const { put, episode, play, list } = await open();
    await put(episode(1, 1, { creditsStartSeconds: 2_376 }), episode(1, 2));
    await play('s1e1', 2_376);
    expect((await list()).cards).toMatchObject([{ contentId: 's1e2', reason: 'next_episode' }]);
    await play('film', 5_750);
    const { cards, hidden } = await list();
    expect(cards).toHaveLength(1);
    expect(hidden).toMatchObject([
      { contentId: 'film', hiddenBy: 'watched', why: { rule: 'CW7' } },
    ]);
  });

  it('[PLY4] playing ten seconds of a watched episode un-watches nothing, and it is not half watched and watched at once', async () => {
    const { put, episode, play, list, watched, history } = await open();
    await put(episode(1, 1), episode(1, 2));
    await play('s1e1', 2_690);
    const mark = await watched('s1e1');
    await play('s1e1', 10, { device: 'phone' });
    expect(await watched('s1e1')).toEqual(mark);
    expect((await list()).cards).toMatchObject([{ contentId: 's1e2' }]);
    expect(await history()).toHaveLength(1);
    // Going on with it is watching it again, and one card still.
    await play('s1e1', 1_600, { device: 'phone' });
    expect((await list()).cards).toMatchObject([{ contentId: 's1e1', isRewatch: true }]);
  });

  it('[CW4] what is dismissed keeps its position, comes back by no report, and by an act', async () => {
    const { play, list, viewer, id } = await open();
    await play('film', 1_000, { state: 'playing' });
    const dismissed = await viewer.call('POST', `/continue-watching/${id('film')}/dismiss`, {
      device: 'phone',
    });
    expect(dismissed.body).toMatchObject({ result: 'applied', groupId: id('film') });
    const { cards, hidden } = await list();
    expect([cards, hidden]).toMatchObject([[], [{ hiddenBy: 'dismissed' }]]);
    await play('film', 1_200, { passive: true, state: 'playing' });
    expect((await list()).cards).toEqual([]);
    const { body } = await viewer.call('GET', `/progress/${id('film')}`);
    expect(body.positionSeconds).toBe(1_200);
    await play('film', 1_300);
    expect((await list()).cards).toMatchObject([{ contentId: 'film', positionSeconds: 1_300 }]);
    // Dismissed again, and taken back.
    await viewer.call('POST', `/continue-watching/${id('film')}/dismiss`);
    expect((await list()).cards).toEqual([]);
    await viewer.call('POST', `/continue-watching/${id('film')}/restore`);
    expect((await list()).cards).toMatchObject([{ contentId: 'film' }]);
    const again = await viewer.call('POST', `/continue-watching/${id('film')}/restore`);
    expect(again.body.result).toBe('duplicate');
  });

  it('[CW4] [CW7] what is dismissed or marked comes after what a clock that is ahead stamped', async () => {
    const { viewer, list, id } = await open();
    const ahead = { physical: nowMs + 30_000, logical: 3 };
    for (const name of ['dismissed', 'marked', 'unmarked']) {
      const { status } = await viewer.call('PUT', `/progress/${id(name)}`, {
        device: 'tv',
        body: {
          positionSeconds: name === 'unmarked' ? 5_900 : 1_000,
          durationSeconds: FILM_SECONDS,
          state: 'paused',
          timestamp: timestampToText(ahead),
        },
      });
      expect(status).toBe(200);
    }
    await viewer.call('POST', `/continue-watching/${id('dismissed')}/dismiss`);
    await viewer.call('PUT', `/watched/${id('marked')}`, { body: {} });
    await viewer.call('PUT', `/watched/${id('unmarked')}`, { body: {} });
    await viewer.call('DELETE', `/watched/${id('unmarked')}`);
    const { cards, hidden } = await list();
    expect(cards).toEqual([]);
    expect(
      Object.fromEntries(
        hidden.map(({ contentId, hiddenBy }: Record<string, string>) => [contentId, hiddenBy]),
      ),
    ).toEqual({ dismissed: 'dismissed', marked: 'watched', unmarked: 'not_begun' });
  });

  it('[CW4] [CW7] what was dismissed, or marked, under a name that is an alias now is taken back under the other', async () => {
    const { put, play, list, watched, viewer, id } = await open();
    await play('old', 1_000);
    await viewer.call('POST', `/continue-watching/${id('old')}/dismiss`);
    await put({ contentId: id('film'), type: 'movie', aliases: [id('old')] });
    expect((await list()).hidden).toMatchObject([{ groupId: id('film'), hiddenBy: 'dismissed' }]);
    const restored = await viewer.call('POST', `/continue-watching/${id('old')}/restore`);
    expect(restored.body).toEqual({ result: 'applied', groupId: id('film') });
    expect((await list()).cards).toMatchObject([{ contentId: 'film', positionSeconds: 1_000 }]);
    await viewer.call('PUT', `/watched/${id('old')}`, { body: {} });
    expect((await list()).hidden).toMatchObject([{ hiddenBy: 'watched' }]);
    const unmarked = await viewer.call('DELETE', `/watched/${id('film')}`);
    expect(unmarked.body.result).toBe('applied');
    // What was said under the other name stays as it is.
    expect(await watched('old')).toBeDefined();
    expect((await list()).cards).toMatchObject([{ contentId: 'film', isRewatch: false }]);
  });

  it('[CW4] a series is dismissed by any of its episodes and names', async () => {
    const { put, episode, play, list, viewer, id } = await open();
    await put(
      { ...episode(1, 1), aliases: [id('tvdb')] },
      { contentId: id('series'), type: 'series', aliases: [id('other')] },
    );
    await play('s1e1', 900);
    const { body } = await viewer.call('POST', `/continue-watching/${id('tvdb')}/dismiss`);
    expect(body.groupId).toBe(id('series'));
    expect((await list()).hidden).toMatchObject([{ hiddenBy: 'dismissed' }]);
    await viewer.call('POST', `/continue-watching/${id('other')}/restore`);
    expect((await list()).cards).toHaveLength(1);
  });

  it('[CW5] the next season waits until its day, and comes by itself, a year later too', async () => {
    const { put, episode, play, list, id, viewer } = await open();
    await put(episode(1, 1));
    await play('s1e1', 2_690);
    expect((await list()).cards).toEqual([]);
    const releasedAt = new Date(nowMs + 360 * DAY_MS).toISOString().replace(/\.\d+Z$/, 'Z');
    await put(episode(2, 1, { releasedAt }));
    const waiting = await list();
    expect(waiting.cards).toEqual([]);
    expect(waiting.hidden).toMatchObject([{ hiddenBy: 'not_released', contentId: 's2e1' }]);
    nowMs += 365 * DAY_MS;
    expect((await list()).cards).toMatchObject([
      {
        contentId: 's2e1',
        reason: 'new_episode',
        why: { rule: 'CW5', after: id('s1e1'), releasedAt },
      },
    ]);
    const next = await viewer.call('GET', `/up-next/${id('series')}`);
    expect(next.body).toMatchObject({ contentId: id('s2e1'), reason: 'new_episode' });
  });

  it('[CW6] a rewatch begins, and throws no history away', async () => {
    const { put, episode, play, list, viewer, id, history } = await open();
    await put(episode(1, 1), episode(1, 2));
    await play('s1e1', 2_690);
    await play('s1e2', 2_690);
    expect((await list()).cards).toEqual([]);
    const since = `${(nowMs += 1).toString(16).padStart(12, '0')}-0000`;
    const path = `/registers/rewatch/${id('series')}`;
    expect((await viewer.call('PUT', path, { body: { value: { since } } })).status).toBe(200);
    expect((await list()).cards).toMatchObject([{ contentId: 's1e1', isRewatch: true }]);
    expect(await history()).toHaveLength(2);
    await viewer.call('DELETE', path);
    expect((await list()).cards).toEqual([]);
  });

  it('[CW10] a live stream never shows, and is no play', async () => {
    const { put, play, list, history, id } = await open();
    await put({ contentId: id('news'), type: 'live' });
    await play('news', 5_990);
    const { cards, hidden } = await list();
    expect([cards, hidden]).toMatchObject([[], [{ hiddenBy: 'live' }]]);
    expect(await history()).toEqual([]);
  });

  it('two cuts of a film: credits of one are not those of the other, and a card tells its length', async () => {
    const { put, play, list, id } = await open();
    await put({
      contentId: id('film'),
      type: 'movie',
      durationSeconds: 5_400,
      creditsStartSeconds: 5_000,
    });
    await play('film', 5_100, { durationSeconds: 7_200 });
    expect((await list()).cards).toMatchObject([
      { contentId: 'film', positionSeconds: 5_100, durationSeconds: 7_200 },
    ]);
    await play('film', 5_001, { durationSeconds: 5_400 });
    expect((await list()).cards).toEqual([]);
  });

  it('[CLM8] a position that is replaced by one far behind it is kept as a place, and by one near it is not', async () => {
    const { play, viewer, id } = await open();
    const place = () =>
      viewer.call('GET', `/registers/place/${encodeURIComponent(`tv/${id('film')}`)}`);
    await play('film', 1_000, { device: 'tv' });
    await play('film', 800, { device: 'phone' });
    expect((await place()).status).toBe(404);
    await play('film', 4_000, { device: 'tv' });
    await play('film', 3_000, { device: 'tv' });
    expect((await place()).status).toBe(404);
    await play('film', 20, { device: 'phone' });
    expect((await place()).body).toMatchObject({
      value: { positionSeconds: 3_000, durationSeconds: FILM_SECONDS, at: expect.any(String) },
      deviceId: 'phone',
    });
    await play('film', 5_990, { device: 'tv' });
    const before = (await place()).body;
    await play('film', 30, { device: 'phone' });
    expect((await place()).body).toEqual(before);
  });

  it('a late alias joins what was half watched under two names, and taken back parts it, with nothing lost', async () => {
    const { put, play, list, id } = await open();
    const facts = { type: 'movie', title: 'Slow water' };
    await play('imdb', 1_000);
    await play('tmdb', 2_000, { device: 'phone' });
    const names = async () =>
      (await list()).cards.map(({ contentId, positionSeconds }: Record<string, unknown>) => [
        contentId,
        positionSeconds,
      ]);
    const apart = [
      ['tmdb', 2_000],
      ['imdb', 1_000],
    ];
    expect(await names()).toEqual(apart);
    await put({ contentId: id('tmdb'), ...facts, aliases: [id('imdb')] });
    expect(await names()).toEqual([['tmdb', 2_000]]);
    await put({ contentId: id('tmdb'), ...facts, aliases: [] });
    expect(await names()).toEqual(apart);
  });

  it('[PLY2] a watched date is the one that was told, never the day of the sync', async () => {
    const { viewer, id, history, watched } = await open();
    const mark = (at: unknown) => viewer.call('PUT', `/watched/${id('film')}`, { body: { at } });
    expect((await mark('2019-05-04')).body).toMatchObject({ result: 'applied', at: '2019-05-04' });
    expect(await watched('film')).toEqual({ at: '2019-05-04' });
    await mark('2019-05-04T23:30:00-05:00');
    expect(await watched('film')).toEqual({ at: '2019-05-05T04:30:00Z' });
    await mark(null);
    expect(await watched('film')).toEqual({ at: null });
    for (const at of ['2026-02-30', '2026-02-03T10:00:00Z+01:00+02:00', 'yesterday']) {
      expect(await mark(at)).toMatchObject({
        status: 400,
        body: { code: 'invalid_date', field: 'at' },
      });
    }
    const add = (watchedAt: unknown, more: object = {}) =>
      viewer.call('POST', '/history', { body: { contentId: id('film'), watchedAt, ...more } });
    expect((await add('2019-05-04')).body).toMatchObject({ watchedAt: '2019-05-04' });
    expect((await add(null)).body).toMatchObject({ watchedAt: null });
    expect(await add('2026-02-30')).toMatchObject({ status: 400, body: { code: 'invalid_date' } });
    expect(await history()).toMatchObject([{ watchedAt: '2019-05-04' }, { watchedAt: null }]);
    await viewer.call('DELETE', `/watched/${id('film')}`);
    expect(await watched('film')).toBeUndefined();
    expect(await history()).toHaveLength(2);
  });

  it('[PLY1] a play with an id of its playback is told again as often as one likes', async () => {
    const { viewer, id, history } = await open();
    const body = {
      contentId: id('film'),
      playbackId: 'session-7',
      watchedAt: '2026-01-31T20:00:00Z',
    };
    const first = await viewer.call('POST', '/history', { body });
    expect(first).toMatchObject({ status: 201, body: { result: 'applied' } });
    const again = await viewer.call('POST', '/history', { body });
    expect(again).toMatchObject({
      status: 200,
      body: { result: 'duplicate', playId: first.body.playId },
    });
    expect(await history()).toHaveLength(1);
    expect(await viewer.call('DELETE', `/history/${randomUUID()}`)).toMatchObject({ status: 404 });
  });

  it('[PLY1] two plays of a song ten minutes apart are two viewings, and of what nobody knows the length of one', async () => {
    const { put, viewer, id, history } = await open();
    await put({
      contentId: id('song'),
      type: 'audio',
      durationSeconds: 180,
      aliases: [id('tune')],
    });
    for (const name of ['song', 'tune', 'film']) {
      for (const minute of ['00', '10']) {
        const watchedAt = `2026-01-31T20:${minute}:00Z`;
        await viewer.call('POST', '/history', { body: { contentId: id(name), watchedAt } });
      }
    }
    for (const [name, viewings] of [
      ['song', 2],
      ['tune', 2],
      ['film', 1],
    ] as const) {
      expect([name, await history(`?contentId=${id(name)}`)]).toMatchObject([
        name,
        { length: viewings },
      ]);
    }
    const [film] = await history(`?contentId=${id('film')}`);
    const [song] = await history(`?contentId=${id('song')}`);
    const removed = async ({ playId }: { playId: string }) =>
      (await viewer.call('DELETE', `/history/${playId}`)).body.removedIds;
    expect([await removed(film), await removed(song)]).toMatchObject([
      { length: 2 },
      // Under both names.
      { length: 2 },
    ]);
  });

  it('history comes in pages, of a time and of a content', async () => {
    const { viewer, id, history } = await open();
    for (let day = 1; day <= 5; day += 1) {
      const watchedAt = `2026-01-0${day}T20:00:00Z`;
      await viewer.call('POST', '/history', {
        body: { contentId: id(`film-${day % 2}`), watchedAt },
      });
    }
    const { body } = await viewer.call('GET', '/history?limit=2');
    const days = (items: { watchedAt: string }[]) =>
      items.map(({ watchedAt }) => Number(watchedAt.slice(8, 10)));
    expect(days(body.items)).toEqual([5, 4]);
    const next = await viewer.call('GET', `/history?limit=2&cursor=${body.nextCursor}`);
    expect(days(next.body.items)).toEqual([3, 2]);
    expect(days(await history('?from=2026-01-02&to=2026-01-03'))).toEqual([3, 2]);
    expect(days(await history(`?contentId=${id('film-0')}`))).toEqual([4, 2]);
    for (const query of ['from=soon', 'to=2026-02-30']) {
      expect(await viewer.call('GET', `/history?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_date' },
      });
    }
    expect(await viewer.call('GET', '/history?cursor=x')).toMatchObject({
      body: { code: 'invalid_cursor' },
    });
  });

  it('[CW8] an operator sees why a title is there, or is not, and who wrote what', async () => {
    const { play, viewer, id } = await open();
    const admin = await api.createUser({ scopes: ['cuepoint:admin'] });
    await play('film', 1_000, { state: 'playing' });
    await play('film', 1_200, { state: 'playing', passive: true });
    await viewer.call('POST', `/continue-watching/${id('film')}/dismiss`, { device: 'phone' });
    await play('other', 900);
    const path = `/inspector/users/${viewer.userId}/continue-watching`;
    const { status, body } = await admin.call('GET', path);
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { verdict: { contentId: id('other'), reason: 'in_progress', why: { rule: 'CW3' } } },
      {
        verdict: { contentId: id('film'), hiddenBy: 'dismissed', why: { rule: 'CW4' } },
        said: [
          {
            kind: 'progress',
            value: { positionSeconds: 1_200 },
            written: { deviceId: 'tv', claim: expect.any(String) },
          },
          { kind: 'dismissed', value: true, written: { deviceId: 'phone' } },
        ],
      },
    ]);
    expect(body.items[1].said[0].claimedAt < body.items[1].said[0].written.at).toBe(true);
    expect((await viewer.call('GET', path)).status).toBe(403);
  });
});
