import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BOTH_DATABASES } from '../testing/both-databases.ts';
import type { TestApi } from '../testing/test-api.ts';
import {
  fillTraktCatalogue,
  FILM,
  openTraktPerson,
  SHOW,
  type TraktPerson,
} from '../testing/trakt-person.ts';

describe.each(BOTH_DATABASES)("what a person keeps by Trakt's API on $name", ({ openApi }) => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openApi({ env: { CUEPOINT_TRAKT: 'on' } });
    await fillTraktCatalogue(api);
  });
  afterAll(() => api.close());
  const person = (): Promise<TraktPerson> => openTraktPerson(api);

  test.each(['watchlist', 'favorites'])(
    'things are put on the %s once, and taken off it',
    async (list) => {
      const { post, get } = await person();
      const body = {
        movies: [FILM],
        shows: [SHOW],
        seasons: [{ ids: { trakt: 5 } }],
        episodes: [],
      };
      const added = await post(`/sync/${list}`, body);
      expect(added.status).toBe(201);
      expect(added.body).toMatchObject({
        added: { movies: 1, shows: 1, seasons: 0, episodes: 0 },
        existing: { movies: 0 },
        not_found: { seasons: [{ ids: { trakt: 5 } }] },
        list: { item_count: 2 },
      });
      const again = await post(`/sync/${list}`, { movies: [{ ids: { tmdb: '50001' } }] });
      expect(again.body).toMatchObject({ added: { movies: 0 }, existing: { movies: 1 } });
      const { body: items } = await get(`/sync/${list}`);
      expect(
        items.map(({ rank, type, notes }: Record<string, unknown>) => [rank, type, notes]),
      ).toEqual([
        [1, 'movie', null],
        [2, 'show', null],
      ]);
      expect(items[1].show.aired_episodes).toBe(3);
      expect((await get(`/users/me/${list}/shows/rank/asc?extended=full`)).body).toMatchObject([
        { rank: 1, show: { title: 'Made-up Show' } },
      ]);
      expect((await get(`/sync/${list}/movie,show?page=2&limit=1`)).body).toMatchObject([
        { rank: 2 },
      ]);
      const ids = items.map(({ id }: { id: number }) => id);
      const order = await post(`/sync/${list}/reorder`, { rank: ids });
      expect(order.body).toEqual({ updated: 0, skipped_ids: ids });
      const removed = await post(`/sync/${list}/remove`, {
        movies: [FILM],
        shows: [{ ids: { tmdb: 70_002 } }],
      });
      expect(removed.body).toMatchObject({
        deleted: { movies: 1, shows: 0 },
        list: { item_count: 1 },
      });
      expect((await get(`/sync/${list}`)).body).toHaveLength(1);
    },
  );

  test('a work that nobody here knows is kept as the client calls it', async () => {
    const { post, get } = await person();
    await post('/sync/watchlist', {
      movies: [
        {
          title: 'Unheard of',
          year: 2024,
          ids: { trakt: null, slug: 'unheard', tmdb: '4711', plex: { guid: null } },
        },
      ],
    });
    const { body } = await get('/sync/watchlist/movies');
    expect(body).toMatchObject([
      { movie: { title: 'Unheard of', year: 2024, ids: { tmdb: 4711 } } },
    ]);
    const { trakt, slug } = body[0].movie.ids;
    for (const path of [`/movies/${trakt}`, `/movies/${slug}`]) {
      expect((await get(path)).body).toEqual(body[0].movie);
    }
    // Of another person it says nothing.
    const other = await person();
    expect((await other.get(`/movies/${trakt}`)).status).toBe(404);
    expect((await other.get(`/search/tmdb/4711?type=movie`)).body).toEqual([]);
  });

  test('ratings are given from one to ten, changed and taken back', async () => {
    const { post, get } = await person();
    const rated = await post('/sync/ratings', {
      movies: [{ ...FILM, rating: 7, rated_at: '2024-01-01T00:00:00Z' }],
      shows: [{ ...SHOW, rating: 11 }],
    });
    expect(rated.body).toMatchObject({
      added: { movies: 1, shows: 0 },
      not_found: { shows: [SHOW] },
    });
    await post('/sync/ratings', {
      shows: [{ ...SHOW, rating: 9 }],
      movies: [{ ...FILM, rating: 8 }],
    });
    const { body } = await get('/sync/ratings');
    expect(body.map(({ rating, type }: Record<string, unknown>) => [type, rating]).sort()).toEqual([
      ['movie', 8],
      ['show', 9],
    ]);
    expect((await get('/users/me/ratings/shows/9,10')).body).toHaveLength(1);
    expect((await get('/sync/ratings/shows/1')).body).toEqual([]);
    await post('/sync/ratings/remove', { movies: [FILM] });
    expect((await get('/sync/ratings/movies')).body).toEqual([]);
  });

  test('[CW4] what is hidden from progress is off Continue Watching, until it is engaged with again', async () => {
    const { post, get, user } = await person();
    await post('/sync/history', {
      shows: [{ ...SHOW, seasons: [{ number: 1, episodes: [{ number: 1 }] }] }],
    });
    const cards = async () => (await user.call('GET', '/continue-watching')).body.items;
    expect(await cards()).toHaveLength(1);
    const added = await post('/users/hidden/progress_watched', { shows: [SHOW] });
    expect([added.status, added.body.added]).toEqual([
      201,
      { movies: 0, shows: 1, season: 0, seasons: 0, users: 0 },
    ]);
    expect(await cards()).toEqual([]);
    const { body } = await get('/users/hidden/progress_watched?type=show&limit=100');
    expect(body).toMatchObject([{ type: 'show', show: { title: 'Made-up Show' } }]);
    expect((await get('/users/hidden/dropped?type=show&limit=100')).body).toEqual([]);
    await user.call('PUT', '/progress/tmdb:tv:70001:s1e2', {
      body: { positionSeconds: 600, durationSeconds: 2_700, state: 'playing' },
    });
    expect((await get('/users/hidden/progress_watched')).body).toEqual([]);
    await post('/users/hidden/dropped', { shows: [SHOW] });
    expect(await cards()).toEqual([]);
    expect((await get('/users/hidden/dropped')).body).toHaveLength(1);
    expect((await get('/users/hidden/calendar')).body).toEqual([]);
    await post('/users/hidden/dropped/remove', { shows: [SHOW] });
    expect((await get('/users/hidden/dropped')).body).toEqual([]);
    expect(await cards()).toHaveLength(1);
    expect((await get('/users/hidden/no-such')).status).toBe(404);
  });

  test('last activities move with what changed, and nothing else does', async () => {
    const { post, get, user } = await person();
    const read = async () => (await get('/sync/last_activities')).body;
    const start = await read();
    expect(new Set(Object.values(start.movies))).toEqual(new Set([start.all]));
    const steps: [group: string, name: string, act: () => Promise<unknown>][] = [
      ['episodes', 'watched_at', () => post('/sync/history', { shows: [SHOW] })],
      ['movies', 'watchlisted_at', () => post('/sync/watchlist', { movies: [FILM] })],
      ['shows', 'rated_at', () => post('/sync/ratings', { shows: [{ ...SHOW, rating: 3 }] })],
      ['shows', 'hidden_at', () => post('/users/hidden/calendar', { shows: [SHOW] })],
      ['favorites', 'updated_at', () => post('/sync/favorites', { shows: [SHOW] })],
      [
        'movies',
        'paused_at',
        () =>
          user.call('PUT', '/progress/tmdb:movie:50001', {
            body: { positionSeconds: 600, durationSeconds: 6_000, state: 'paused' },
          }),
      ],
      ['movies', 'watchlisted_at', () => post('/sync/watchlist/remove', { movies: [FILM] })],
      ['movies', 'watched_at', () => post('/sync/history/remove', { shows: [SHOW] })],
    ];
    let before = start;
    for (const [group, name, act] of steps) {
      await act();
      const after = await read();
      expect(after[group][name] > before[group][name], `${group} ${name}`).toBe(true);
      expect(after.all >= after[group][name]).toBe(true);
      const others = ['watched_at', 'rated_at', 'collected_at'].filter((other) => other !== name);
      for (const other of others) expect(after.movies[other]).toBe(before.movies[other]);
      before = after;
    }
  });

  test('people, their lists that there is no data for, and what others would have', async () => {
    const { get, post, user } = await person();
    const { body: settings } = await get('/users/settings');
    const { slug } = settings.user.ids;
    for (const name of ['me', slug, user.userId]) {
      expect((await get(`/users/${name}`)).body.ids).toEqual(settings.user.ids);
    }
    for (const path of [
      '/sync/collection/movies',
      '/sync/collection/shows?extended=metadata',
      '/users/me/collection/movies',
      '/users/likes',
      '/users/likes/lists',
      `/users/${slug}/lists`,
      '/users/me/comments/all/all',
      '/recommendations/movies',
      '/users/me/recommendations/shows',
    ]) {
      const { status, body, headers } = await get(path);
      expect([path, status, body, headers['x-pagination-item-count']]).toEqual([
        path,
        200,
        [],
        '0',
      ]);
    }
    await post('/sync/collection', { movies: [FILM] });
    await post('/sync/collection/remove', { movies: [FILM] });
    for (const path of [
      '/users/somebody-else',
      '/users/somebody-else/watchlist',
      '/users/somebody-else/history',
    ]) {
      expect((await get(path)).status).toBe(404);
    }
  });

  test('[SEC1] without a token titles of the catalogue are told, and nothing of a person', async () => {
    const { get, post } = await person();
    await post('/sync/watchlist', { movies: [{ title: 'My own', ids: { tmdb: 4_712 } }] });
    const { trakt } = (await get('/sync/watchlist')).body[0].movie.ids;
    const open = (path: string) => api.call('GET', `//compat/trakt${path}`);
    expect((await open('/shows/tt9900001')).body).toMatchObject({ title: 'Made-up Show' });
    expect((await open('/search/movie?query=made-up%20film')).body).toHaveLength(1);
    expect((await open(`/movies/${trakt}`)).status).toBe(404);
    expect((await open('/search/tmdb/4712?type=movie')).body).toEqual([]);
    expect((await open('/search/movie?query=my%20own')).body).toEqual([]);
    for (const path of ['/sync/history', '/users/me', '/shows/tt9900001/progress/watched']) {
      expect([path, (await open(path)).status]).toEqual([path, 401]);
    }
    const forged = await api.call('GET', '//compat/trakt/shows/tt9900001', { token: 'forged' });
    expect(forged.status).toBe(401);
  });

  test('titles, seasons and episodes are looked up by number, slug, ids and titles', async () => {
    const { get } = await person();
    const { body: show } = await get('/shows/tt9900001?extended=full');
    expect(show).toMatchObject({ title: 'Made-up Show', year: 2019, aired_episodes: 3 });
    for (const id of [show.ids.trakt, show.ids.slug, 'made-up-show', 'made-up-show-2019']) {
      expect([id, (await get(`/shows/${id}`)).body.ids]).toEqual([id, show.ids]);
    }
    const { body: seasons } = await get(`/shows/${show.ids.slug}/seasons?extended=full,episodes`);
    expect(
      seasons.map(({ number, episodes }: { number: number; episodes: [] }) => [
        number,
        episodes.length,
      ]),
    ).toEqual([
      [0, 1],
      [1, 3],
      [2, 1],
    ]);
    expect((await get(`/shows/${show.ids.trakt}/seasons/1`)).body).toHaveLength(3);
    const { body: episode } = await get('/shows/made-up-show/seasons/1/episodes/2?extended=full');
    expect(episode).toMatchObject({
      season: 1,
      number: 2,
      title: 'Part 1.2',
      first_aired: '2019-01-02T00:00:00.000Z',
      runtime: 45,
    });
    expect((await get('/shows/made-up-show/seasons/1/episodes/99')).status).toBe(404);
    expect((await get('/movies/tt9900002')).body).toMatchObject({ title: 'Made-up Film' });
    expect((await get('/movies/made-up-show')).status).toBe(404);
    expect((await get(`/shows/${'ä'.repeat(2_000)}`)).status).toBe(404);
    for (const [path, type] of [
      ['/search/imdb/tt9900001?type=movie,show', 'show'],
      ['/search/tvdb/80001', 'show'],
      ['/search/tmdb/50001?type=movie', 'movie'],
      [`/search/trakt/${episode.ids.trakt}?type=episode`, 'episode'],
      ['/search/movie?query=made-up%20film&years=2020&extended=full', 'movie'],
      ['/search/movie,show?query=other', 'show'],
    ] as const) {
      expect({ path, body: (await get(path)).body }).toMatchObject({ path, body: [{ type }] });
    }
    for (const path of [
      '/search/tmdb/1',
      '/search/imdb/x',
      '/search/movie?query=nothing%20such',
      // Longer than any word of a title; the database takes none past 2,046 bytes.
      `/search/movie?query=${'a'.repeat(5_000)}`,
      '/search/movie?query=made-up%20film&years=1999',
    ]) {
      expect([path, (await get(path)).body]).toEqual([path, []]);
    }
  });
});
