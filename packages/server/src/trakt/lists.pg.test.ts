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

const NO_FILE_DATE = '1970-01-01T00:00:00.000Z';

describe.each(BOTH_DATABASES)("lists of Trakt's API on $name", ({ openApi }) => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openApi({ env: { CUEPOINT_TRAKT: 'on' } });
    await fillTraktCatalogue(api);
  });
  afterAll(() => api.close());
  const person = (): Promise<TraktPerson> => openTraktPerson(api);

  test('[TRK3] the same viewing told again is one, and one that was removed can be told anew', async () => {
    const { post, get } = await person();
    const body = { movies: [{ ...FILM, watched_at: '2026-02-03T04:05:06.0000000Z' }] };
    const first = await post('/sync/history', body);
    expect([first.status, first.body.added]).toEqual([201, { movies: 1, episodes: 0 }]);
    const again = await post('/sync/history', body);
    expect(again.body.added).toEqual({ movies: 0, episodes: 0 });
    const { body: history } = await get('/sync/history');
    expect(history).toHaveLength(1);
    expect(history[0]).toMatchObject({
      action: 'watch',
      type: 'movie',
      watched_at: '2026-02-03T04:05:06.000Z',
      movie: { title: 'Made-up Film', ids: { imdb: 'tt9900002' } },
    });
    const removed = await post('/sync/history/remove', { ids: [history[0].id, 12_345, '77'] });
    expect(removed.body.deleted).toEqual({ movies: 1, episodes: 0 });
    expect(removed.body.not_found.ids).toEqual([12_345, 77]);
    expect((await get('/sync/watched/movies')).body).toEqual([]);
    expect((await post('/sync/history', body)).body.added.movies).toBe(1);
    expect((await get('/sync/watched/movies')).body).toMatchObject([{ plays: 1 }]);
  });

  test.each([
    ['2026-02-03 04:05:06+00:00', '2026-02-03T04:05:06.000Z'],
    ['2026-02-03T06:05:06+02:00', '2026-02-03T04:05:06.000Z'],
    ['2026-02-03T04:05:06', '2026-02-03T04:05:06.000Z'],
    ['2026-02-03T04:05:06.1234567Z', '2026-02-03T04:05:06.123Z'],
    ['released', '2020-03-01T00:00:00.000Z'],
    ['unknown', NO_FILE_DATE],
    ['', NO_FILE_DATE],
    ['1970-01-01T00:00:00.000Z', NO_FILE_DATE],
  ])('[PLY2] a date of the form %j is read', async (watchedAt, expected) => {
    const { post, get } = await person();
    await post('/sync/history', { movies: [{ ...FILM, watched_at: watchedAt }] });
    const { body } = await get('/sync/watched/movies');
    expect(body).toMatchObject([{ plays: 1, last_watched_at: expected }]);
    expect((await get('/sync/history/movies')).body).toMatchObject([{ watched_at: expected }]);
  });

  test('a show, a season or an episode is marked, with dates from wherever they are', async () => {
    const { post, get } = await person();
    const added = await post('/sync/history', {
      shows: [
        {
          ...SHOW,
          watched_at: '2026-01-01T00:00:00.000Z',
          seasons: [
            {
              number: 1,
              watched_at: '2026-01-02T00:00:00.000Z',
              episodes: [{ number: 1, watched_at: '2026-01-03T00:00:00.000Z' }, { number: 2 }],
            },
            { number: 0 },
          ],
        },
        { ids: { imdb: 'tt404404404' }, title: null },
      ],
      episodes: [{ ids: { tmdb: 999_999_999 } }],
    });
    expect(added.body.added).toEqual({ movies: 0, episodes: 3 });
    const { body: shows } = await get('/sync/watched/shows');
    expect(shows).toHaveLength(1);
    expect(shows[0]).toMatchObject({ plays: 3, reset_at: null });
    expect(shows[0].show).toMatchObject({ title: 'Made-up Show', aired_episodes: 3 });
    expect(
      shows[0].seasons.map(({ number, episodes }: { number: number; episodes: unknown[] }) => [
        number,
        episodes,
      ]),
    ).toEqual([
      [0, [{ number: 1, plays: 1, last_watched_at: '2026-01-01T00:00:00.000Z' }]],
      [
        1,
        [
          { number: 1, plays: 1, last_watched_at: '2026-01-03T00:00:00.000Z' },
          { number: 2, plays: 1, last_watched_at: '2026-01-02T00:00:00.000Z' },
        ],
      ],
    ]);
    const all = await post('/sync/history', { shows: [{ ids: { tmdb: 70_002 } }] });
    expect(all.body.added.episodes).toBe(2);
  });

  test('[TRK6] a season is told to be completed only where all that aired is, and none is empty', async () => {
    const { post, get } = await person();
    await post('/sync/history', {
      shows: [
        {
          ...SHOW,
          seasons: [{ number: 1, episodes: [{ number: 1, watched_at: '2026-01-03T00:00:00Z' }] }],
        },
        { ids: { tmdb: 70_002 } },
      ],
    });
    const { body } = await get('/sync/watched/shows?extended=progress');
    const [first, second] = [...body].sort((a, b) => (a.show.title < b.show.title ? -1 : 1));
    expect(first.seasons).toEqual([expect.objectContaining({ number: 1, aired: 3, completed: 1 })]);
    expect(first.seasons[0].episodes).toEqual([
      { number: 1, completed: true, plays: 1, last_watched_at: '2026-01-03T00:00:00.000Z' },
      { number: 2, completed: false },
      { number: 3, completed: false },
    ]);
    // More than is known here may have aired of it: each episode tells of itself.
    expect(Object.keys(second.seasons[0])).toEqual(['number', 'episodes']);
    const alone = await get('/sync/watched/shows?extended=full,noseasons');
    expect(Object.keys(alone.body[0])).not.toContain('seasons');
  });

  test('[CW5] progress goes by the rules of Continue Watching', async () => {
    const { post, get } = await person();
    const before = await get('/shows/tt9900001/progress/watched');
    expect(before.body).toMatchObject({ aired: 3, completed: 0, last_watched_at: null });
    expect(before.body.next_episode).toMatchObject({ season: 1, number: 1 });
    await post('/sync/history', {
      shows: [{ ...SHOW, seasons: [{ number: 1, episodes: [{ number: 1 }] }] }],
    });
    const { body } = await get('/shows/tt9900001/progress/watched?specials=true&hidden=false');
    expect(body).toMatchObject({ aired: 4, completed: 1, reset_at: null, hidden_seasons: [] });
    expect(body.next_episode).toMatchObject({ season: 1, number: 2, title: 'Part 1.2' });
    expect(body.last_episode).toMatchObject({ season: 1, number: 1 });
    await post('/sync/history', { shows: [{ ...SHOW, seasons: [{ number: 1 }] }] });
    const done = await get('/shows/tt9900001/progress/watched');
    expect(done.body).toMatchObject({ aired: 3, completed: 3, next_episode: null });
    expect((await get('/shows/nothing-such/progress/watched')).status).toBe(404);
  });

  test('[TRK6] lists are whole without a page, cut with one, and empty past the end', async () => {
    const { post, get } = await person();
    const episodes = [1, 2, 3].map((number) => ({
      number,
      watched_at: `2026-01-0${number}T00:00:00Z`,
    }));
    await post('/sync/history', {
      shows: [{ ...SHOW, seasons: [{ number: 1, episodes }] }],
      movies: [{ ...FILM, watched_at: '2026-01-04T00:00:00Z' }],
    });
    const whole = await get('/sync/history');
    expect(whole.body.map((item: { watched_at: string }) => item.watched_at.slice(8, 10))).toEqual([
      '04',
      '03',
      '02',
      '01',
    ]);
    const headersOf = ({ headers }: typeof whole) =>
      ['page', 'limit', 'page-count', 'item-count'].map((name) => headers[`x-pagination-${name}`]);
    expect(headersOf(whole)).toEqual(['1', '4', '1', '4']);
    const second = await get('/sync/history?page=2&limit=3');
    expect(second.body).toEqual(whole.body.slice(3));
    expect(headersOf(second)).toEqual(['2', '3', '2', '4']);
    const past = await get('/sync/history/episodes?page=9&limit=100000');
    expect([past.status, past.body, headersOf(past)]).toEqual([200, [], ['9', '1000', '1', '3']]);
    expect((await get('/users/me/history/movies?limit=1')).body).toEqual(whole.body.slice(0, 1));
    const between = await get(
      '/sync/history?start_at=2026-01-02T00:00:00.000Z&end_at=2026-01-03T00:00:00.000Z',
    );
    expect(between.body).toEqual(whole.body.slice(1, 3));
    const [film, episode] = whole.body;
    const ofFilm = await get(`/sync/history/movies/${film.movie.ids.trakt}`);
    expect(ofFilm.body).toEqual([film]);
    expect((await get(`/sync/history/shows/${episode.show.ids.trakt}`)).body).toHaveLength(3);
    expect((await get(`/sync/history/episodes/${episode.episode.ids.trakt}`)).body).toEqual([
      episode,
    ]);
    expect((await get('/sync/history/movies/2000000000')).body).toEqual([]);
  });

  test('[PLY1] two programs that tell of one viewing make one entry, on every page', async () => {
    const { post, get, user } = await person();
    await post('/sync/history', { movies: [{ ...FILM, watched_at: '2026-01-01T20:00:00Z' }] });
    for (const watchedAt of ['2026-01-01T20:30:00Z', '2026-01-02T20:00:00Z']) {
      const body = { contentId: 'tmdb:movie:50001', watchedAt, source: 'another' };
      expect((await user.call('POST', '/history', { body })).status).toBe(201);
    }
    const { body, headers } = await get('/sync/history?limit=1');
    expect([body.length, headers['x-pagination-item-count']]).toEqual([1, '2']);
    const second = await get('/sync/history?limit=1&page=2');
    expect(second.body).toMatchObject([{ watched_at: '2026-01-01T20:00:00.000Z' }]);
    expect((await get('/sync/watched/movies')).body).toMatchObject([{ plays: 2 }]);
    await post('/sync/history/remove', { ids: [String(second.body[0].id)] });
    expect((await get('/sync/history')).body).toHaveLength(1);
  });

  test('what was marked without a play is watched once, and what was unmarked is not watched', async () => {
    const { post, get, user } = await person();
    await user.call('PUT', '/watched/tmdb:movie:50001', { body: { at: '2026-05-01' } });
    expect((await get('/sync/watched/movies')).body).toMatchObject([
      { plays: 1, last_watched_at: '2026-05-01T00:00:00.000Z' },
    ]);
    await post('/sync/history', { movies: [FILM] });
    await user.call('DELETE', '/watched/tmdb:movie:50001');
    expect((await get('/sync/watched/movies')).body).toEqual([]);
    expect((await get('/sync/history')).body).toHaveLength(1);
    await user.call('PUT', '/watched/imdb:tt9900002', { body: {} });
    expect((await get('/sync/watched/movies')).body).toHaveLength(1);
    await post('/sync/history/remove', { movies: [FILM] });
    expect((await get('/sync/watched/movies')).body).toEqual([]);
  });
});
