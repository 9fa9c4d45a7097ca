import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createTestHousehold, type TestHousehold } from '../testing/test-household.ts';
import { signInTrakt, type TraktClient } from '../testing/trakt-client.ts';
import { expectNoFaults, recordAnswers, type Recording } from '../testing/trakt-clients.ts';

const MOVIE_SECONDS = 7_200;
const IDS_MAX = 2 ** 31 - 1;

describe.each([
  { name: 'PGlite', databaseUrl: () => undefined },
  { name: 'PostgreSQL', databaseUrl: () => inject('postgresUrl') },
])("scrobbles through Trakt's API on $name", ({ databaseUrl }) => {
  let household: TestHousehold;
  let recording: Recording;
  let apiUrl: string;
  let client: TraktClient;
  let token: string;
  /** Added to the wall clock, in ms. */
  let later = 0;
  let films = 100;

  beforeAll(async () => {
    household = await createTestHousehold({
      databaseUrl: databaseUrl(),
      env: { CUEPOINT_TRAKT: 'on' },
      now: () => Date.now() + later,
    });
    apiUrl = `${household.address}/compat/trakt`;
    recording = recordAnswers(household.live.api.app.server);
    client = await signInTrakt(household);
    token = client.export_token().access_token;
  });
  afterEach(() => expectNoFaults({ recordings: [recording] }));
  afterAll(() => household.live.close());

  /** A film that nobody has told of yet. */
  const newFilm = () => {
    films += 1;
    return { title: `Film ${films}`, year: 1999, ids: { tmdb: films, imdb: `tt${films}` } };
  };
  async function ask(method: string, path: string, body?: unknown) {
    const answer = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    // oxlint-disable-next-line typescript/no-explicit-any
    const json: any = text === '' ? undefined : JSON.parse(text);
    return { status: answer.status, headers: answer.headers, body: json };
  }
  const own = (method: string, path: string, body?: unknown) =>
    household.live.api.call(method, path, { token, ...(body === undefined ? {} : { body }) });
  const plays = async (contentId: string) =>
    (await own('GET', `/history?contentId=${contentId}`)).body.items;
  const placeOf = async (title: string) =>
    (await client.sync.playback.get()).find(
      // oxlint-disable-next-line typescript/no-explicit-any
      ({ movie, show }: any) => (movie ?? show).title === title,
    );

  test('[TRK1] [TRK4] trakt.tv tells a place in percent, and it comes back to the last digit', async () => {
    const film = newFilm();
    const started = await client.scrobble.start({ movie: film, progress: 12.3456789 });
    expect(started).toMatchObject({ id: 0, action: 'start', progress: 12.3456789 });
    expect(started.movie).toMatchObject({ title: film.title, year: 1999 });
    expect(started.movie.ids).toMatchObject({ imdb: film.ids.imdb, tmdb: film.ids.tmdb });
    const paused = await client.scrobble.pause({ movie: film, progress: 33.33333333333333 });
    expect(paused).toMatchObject({ action: 'pause', progress: 33.33333333333333 });
    const place = await placeOf(film.title);
    expect(place).toMatchObject({ progress: 33.33333333333333, type: 'movie', id: paused.id });
    expect(place.movie).toEqual(started.movie);
    expect(place.paused_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    // No second of it is made up.
    const contentId = `tmdb:movie:${film.ids.tmdb}`;
    expect((await own('GET', `/progress/${contentId}`)).status).toBe(404);
  });

  test('[TRK2] numbers are below 2^31, and a film is found again by its number or its slug alone', async () => {
    const film = newFilm();
    const { movie } = await client.scrobble.start({ movie: film, progress: 10 });
    expect(movie.ids.trakt).toBeLessThanOrEqual(IDS_MAX);
    expect(movie.ids.slug).toContain(`film-${film.ids.tmdb}-1999`);
    for (const ids of [
      { trakt: movie.ids.trakt },
      { trakt: String(movie.ids.trakt) },
      { slug: movie.ids.slug },
    ]) {
      const paused = await client.scrobble.pause({ movie: { ids }, progress: 20 });
      expect(paused.movie).toEqual(movie);
    }
    // What another person watches is not to be found by counting.
    const other = await household.live.api.createUser();
    const foreign = await fetch(`${apiUrl}/scrobble/start`, {
      method: 'POST',
      headers: { authorization: `Bearer ${other.token}` },
      body: JSON.stringify({ movie: { ids: { trakt: movie.ids.trakt } }, progress: 1 }),
    });
    expect(foreign.status).toBe(404);
  });

  test('a place in a film of known length is one of seconds, on every screen', async () => {
    const film = newFilm();
    const contentId = `tmdb:movie:${film.ids.tmdb}`;
    const position = { positionSeconds: 600, durationSeconds: MOVIE_SECONDS, state: 'paused' };
    await own('PUT', `/progress/${contentId}`, position);
    await client.scrobble.start({ movie: film, progress: 37.5 });
    const stored = await own('GET', `/progress/${contentId}`);
    expect(stored.body).toMatchObject({
      positionSeconds: 2_700,
      durationSeconds: MOVIE_SECONDS,
      state: 'playing',
    });
    expect(await placeOf(film.title)).toMatchObject({ progress: 37.5 });
    // The later one counts, whoever tells it.
    await own('PUT', `/progress/${contentId}`, { ...position, positionSeconds: 3_600 });
    expect(await placeOf(film.title)).toMatchObject({ progress: 50 });
  });

  test('[TRK3] a stop from 80 % on is one play, however often and at one time it is sent; told again it is 409', async () => {
    for (const length of [0, MOVIE_SECONDS]) {
      const film = newFilm();
      const contentId = `tmdb:movie:${film.ids.tmdb}`;
      if (length > 0) {
        const position = { positionSeconds: 60, durationSeconds: length, state: 'playing' };
        await own('PUT', `/progress/${contentId}`, position);
      }
      await client.scrobble.start({ movie: film, progress: 5 });
      const answers = await Promise.all(
        Array.from({ length: 4 }, () =>
          ask('POST', '/scrobble/stop', { movie: film, progress: 80 }),
        ),
      );
      const done = answers.find(({ status }) => status === 201);
      expect(done?.body).toMatchObject({ action: 'scrobble', progress: 80 });
      expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
      const again = await ask('POST', '/scrobble/stop', { movie: film, progress: 99 });
      expect(again.status).toBe(409);
      expect(Date.parse(again.body.expires_at) - Date.parse(again.body.watched_at)).toBe(
        MOVIE_SECONDS * 1_000,
      );
      expect(await plays(contentId)).toHaveLength(1);
      expect((await own('GET', `/registers/watched/${contentId}`)).body.value.at).toBeDefined();
      expect(await placeOf(film.title)).toBeUndefined();
      // Begun anew it is another viewing.
      later += 3 * 60 * 60_000;
      await client.scrobble.start({ movie: film, progress: 1 });
      expect((await ask('POST', '/scrobble/stop', { movie: film, progress: 90 })).status).toBe(201);
      expect(await plays(contentId)).toHaveLength(2);
    }
  });

  test('a stop before 80 % is a pause, one below 1 % is refused and stores nothing', async () => {
    const film = newFilm();
    const stopped = await client.scrobble.stop({ movie: film, progress: 79.99 });
    expect(stopped).toMatchObject({ action: 'pause', progress: 79.99 });
    expect(await placeOf(film.title)).toMatchObject({ progress: 79.99 });
    const other = newFilm();
    expect((await ask('POST', '/scrobble/stop', { movie: other, progress: 0.99 })).status).toBe(
      422,
    );
    expect((await ask('POST', '/scrobble/pause', { movie: other })).status).toBe(422);
    expect(await placeOf(other.title)).toBeUndefined();
    const bad = await ask('POST', '/scrobble/start', { movie: other, progress: 'far' });
    expect(bad.status).toBe(400);
  });

  test('a pause near the end does not end a film, nor does a live stream that is past its end', async () => {
    const film = newFilm();
    const contentId = `tmdb:movie:${film.ids.tmdb}`;
    await own('PUT', `/progress/${contentId}`, {
      positionSeconds: 60,
      durationSeconds: MOVIE_SECONDS,
      state: 'playing',
    });
    await client.scrobble.pause({ movie: film, progress: 97 });
    expect(await plays(contentId)).toEqual([]);
    const live = newFilm();
    const over = await client.scrobble.stop({ movie: live, progress: 160.5 });
    expect(over).toMatchObject({ action: 'pause', progress: 100 });
    expect(await plays(`tmdb:movie:${live.ids.tmdb}`)).toEqual([]);
    expect(await placeOf(live.title)).toBeUndefined();
  });

  test('a film that is opened over another ends it at its last place, on this device alone', async () => {
    const [first, second] = [newFilm(), newFilm()];
    await client.scrobble.start({ movie: first, progress: 41.5 });
    const elsewhere = await signInTrakt(household);
    await elsewhere.scrobble.start({ movie: newFilm(), progress: 3 });
    const percentOf = async (film: ReturnType<typeof newFilm>) =>
      (await own('GET', `/registers/x-trakt-percent/tmdb:movie:${film.ids.tmdb}`)).body.value;
    expect(await percentOf(first)).toEqual({ percent: 41.5, state: 'playing' });
    await client.scrobble.start({ movie: second, progress: 2 });
    expect(await percentOf(first)).toEqual({ percent: 41.5, state: 'stopped' });
    expect(await percentOf(second)).toEqual({ percent: 2, state: 'playing' });
    expect(await placeOf(first.title)).toMatchObject({ progress: 41.5 });
  });

  test('an episode by show and number, by its ids, by its number through all seasons and by number alone is one', async () => {
    const show = { title: 'A show', year: 2010, ids: { tvdb: '8001', tmdb: 9001 } };
    const placed = await client.scrobble
      .start({ show, episode: { season: 1, number: 2 }, progress: 5 })
      .catch(() => undefined);
    // The published client leaves the show out of what it sends.
    expect(placed).toBeUndefined();
    const body = {
      show,
      episode: { season: 1, number: 2, title: 'Two', ids: { tvdb: 77 } },
      progress: 5,
    };
    const started = await ask('POST', '/scrobble/start', body);
    expect(started.status).toBe(201);
    expect(started.body.episode).toMatchObject({ season: 1, number: 2, title: 'Two' });
    expect(started.body.show).toMatchObject({
      title: 'A show',
      year: 2010,
      ids: { tvdb: 8001, tmdb: 9001 },
    });
    const { ids } = started.body.episode;
    await ask('POST', '/scrobble/start', { show, episode: { season: 1, number: 1 }, progress: 5 });
    const ways = [
      { episode: { ids: { trakt: ids.trakt } } },
      { show: { ids: { slug: started.body.show.ids.slug } }, episode: { season: 1, number: 2 } },
      { show, episode: { number_abs: 2 } },
      { show: { ids: { tmdb: 9001 } }, episode: { season: '1', number: '2' } },
      { show, episode: { season: 0, number: 0, ids: { trakt: ids.trakt } } },
    ];
    for (const way of ways) {
      const paused = await ask('POST', '/scrobble/pause', { ...way, progress: 44.4 });
      expect(paused.status).toBe(201);
      expect(paused.body.episode.ids.trakt).toBe(ids.trakt);
    }
    const episodes = await ask('GET', '/sync/playback/episodes');
    expect(episodes.body.map(({ type }: { type: string }) => type)).not.toContain('movie');
    const item = episodes.body.find(({ id }: { id: number }) => id === ids.trakt);
    expect(Object.keys(item).toSorted()).toEqual([
      'episode',
      'id',
      'paused_at',
      'progress',
      'show',
      'type',
    ]);
  });

  test('what nobody can tell is 404, and nothing of it is stored', async () => {
    const bodies = [
      { progress: 10 },
      { progress: 10, show: { title: 'x.mkv' }, episode: { season: -1, number: -1 } },
      { progress: 10, movie: { ids: { trakt: IDS_MAX } } },
      { progress: 10, movie: { ids: { trakt: 2 ** 31 } } },
      { progress: 10, show: { ids: { tmdb: 4 } } },
      null,
      [],
    ];
    const [profile] = await household.profiles();
    const { repository } = household.live.api.parts;
    const rows = () => repository.countRows(profile?.userId ?? '', 10_000);
    const before = await rows();
    for (const body of bodies) {
      const answer = await ask('POST', '/scrobble/start', body);
      expect(answer.status).toBe(404);
      expect(answer.body.error).toBe('not_found');
    }
    expect(await rows()).toBe(before);
  });

  test('[HOK4] a work that nobody knows is 404, and is asked of the person, whose answer counts from then on', async () => {
    const movie = { title: 'A title that nobody has told of', year: 2001 };
    const show = { title: 'A show that nobody has told of' };
    const told = [
      ['/scrobble/start', { movie, progress: 10 }],
      ['/scrobble/stop', { movie, progress: 95 }],
      ['/scrobble/start', { show, episode: { season: 1, number: 2 }, progress: 10 }],
      ['/scrobble/start', { show, episode: { season: 1, number: 3 }, progress: 10 }],
    ] as const;
    for (const [path, body] of told) expect((await ask('POST', path, body)).status).toBe(404);
    const { body: listed } = await own('GET', '/unmatched');
    expect(listed.items).toMatchObject([
      { work: { type: 'series', title: show.title }, source: 'trakt', waiting: 0 },
      { work: { type: 'movie', ...movie }, source: 'trakt', waiting: 1 },
    ]);
    const picked = await own('PUT', `/matches/${listed.items[1].workId}`, {
      contentId: 'tmdb:movie:7',
    });
    expect(picked.body).toMatchObject({ applied: 1 });
    expect(await plays('tmdb:movie:7')).toMatchObject([{ source: 'trakt' }]);
    const paused = await ask('POST', '/scrobble/pause', { movie, progress: 10 });
    expect([paused.status, paused.body.movie.ids.tmdb]).toEqual([201, 7]);
  });

  test('[TRK5] nobody plays, sees or takes away anything without a token', async () => {
    const calls = [
      ['POST', '/scrobble/start'],
      ['POST', '/scrobble/pause'],
      ['POST', '/scrobble/stop'],
      ['POST', '/checkin'],
      ['DELETE', '/checkin'],
      ['GET', '/sync/playback'],
      ['GET', '/sync/playback/movies'],
      ['DELETE', '/sync/playback/1'],
    ] as const;
    for (const [method, path] of calls) {
      const answer = await fetch(`${apiUrl}${path}`, { method });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
  });

  test('[TRK6] places come in pages that say so, and one that is taken away is gone', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      await client.scrobble.pause({ movie: newFilm(), progress: 20 + turn });
    }
    const all = await ask('GET', '/sync/playback');
    expect(all.headers.get('x-pagination-page-count')).toBe('1');
    expect(all.headers.get('x-pagination-item-count')).toBe(String(all.body.length));
    const page = await ask('GET', '/sync/playback?page=2&limit=1');
    expect(page.body).toEqual([all.body[1]]);
    expect(page.headers.get('x-pagination-page-count')).toBe(String(all.body.length));
    expect((await ask('GET', '/sync/playback?page=1000000&limit=100')).body).toEqual([]);
    const [first] = all.body;
    await client.sync.playback.remove({ id: first.id });
    expect((await ask('GET', '/sync/playback')).body).toEqual(all.body.slice(1));
    expect((await ask('DELETE', `/sync/playback/${first.id}`, null)).status).toBe(404);
    expect((await ask('DELETE', '/sync/playback/none')).status).toBe(404);
  });

  test('a check-in is a play of now, and the same again is 409', async () => {
    const film = newFilm();
    const added = await ask('POST', '/checkin', { movie: film, message: 'Hello' });
    expect(added.status).toBe(201);
    expect(added.body.movie.title).toBe(film.title);
    expect(await plays(`tmdb:movie:${film.ids.tmdb}`)).toHaveLength(1);
    const again = await ask('POST', '/checkin', { movie: film });
    expect(again.status).toBe(409);
    expect(Date.parse(again.body.expires_at)).toBeGreaterThan(Date.now() + later);
    expect((await ask('DELETE', '/checkin', {})).status).toBe(204);
  });
});
