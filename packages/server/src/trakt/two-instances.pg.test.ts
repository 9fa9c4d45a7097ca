import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import { openInTurnProxy, type InTurnProxy } from '../testing/in-turn-proxy.ts';
import { createTestHousehold, type TestHousehold } from '../testing/test-household.ts';
import {
  createTraktClient,
  decide,
  signInTrakt,
  type TraktClient,
} from '../testing/trakt-client.ts';
import { expectNoFaults, recordAnswers, type Recording } from '../testing/trakt-clients.ts';

const PATH = '/compat/trakt';

describe("Trakt's API on two instances of one PostgreSQL", () => {
  let here: TestHousehold;
  let there: TestHousehold;
  let proxy: InTurnProxy;
  let recordings: readonly Recording[];
  let films = 100;

  beforeAll(async () => {
    const bus = createMemoryBus();
    const options = { databaseUrl: inject('postgresUrl'), env: { CUEPOINT_TRAKT: 'on' } };
    here = await createTestHousehold({ ...options, feed: createMemoryFeed({ bus }) });
    const { schema } = here.live.api.database;
    there = await createTestHousehold({ ...options, schema, feed: createMemoryFeed({ bus }) });
    recordings = [here, there].map(({ live }) => recordAnswers(live.api.app.server));
    proxy = await openInTurnProxy([here.address, there.address]);
  });
  afterAll(async () => {
    await proxy.close();
    await there.live.close();
    await here.live.close();
  });

  const urlOf = ({ address }: { readonly address: string }) => `${address}${PATH}`;
  /** A film that nobody has told of yet. */
  const newFilm = () => {
    films += 1;
    return { title: `Film ${films}`, year: 1999, ids: { tmdb: films, imdb: `tt${films}` } };
  };
  async function post(at: TestHousehold, path: string, body: unknown, token?: string) {
    const answer = await fetch(`${urlOf(at)}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    // oxlint-disable-next-line typescript/no-explicit-any
    const json: any = text === '' ? undefined : JSON.parse(text);
    return { status: answer.status, body: json };
  }
  /** The same person at each instance. */
  async function signInAtBoth(): Promise<{
    readonly token: string;
    readonly clients: TraktClient[];
  }> {
    const client = await signInTrakt(here, urlOf(here));
    const other = createTraktClient(urlOf(there));
    await other.import_token(client.export_token());
    return { token: client.export_token().access_token, clients: [client, other] };
  }

  test('[TRK1] trakt.tv signs in by a code, begun on one instance, confirmed on the other and polled on either', async () => {
    const client = createTraktClient(urlOf(proxy));
    const codes = await client.get_codes();
    await decide(there, codes.user_code);
    const tokens = await client.poll_access(codes);
    await client.import_token({ ...tokens, expires: Date.now() + tokens.expires_in * 1_000 });
    const film = newFilm();
    await client.scrobble.start({ movie: film, progress: 5 });
    await client.scrobble.pause({ movie: film, progress: 42.125 });
    const asked = [client.sync.playback.get(), client.sync.playback.get()];
    const [first, second] = await Promise.all(asked);
    expect(first).toMatchObject([{ progress: 42.125, movie: { title: film.title } }]);
    expect(second).toEqual(first);
    expectNoFaults({ recordings });
  });

  test('[TRK7] a code is used once by both, a refresh token is good at either, and what is revoked at one ends at both', async () => {
    const { body: codes } = await post(here, '/oauth/device/code', {});
    const code = codes.device_code;
    expect((await post(there, '/oauth/device/token', { code })).status).toBe(400);
    await decide(here, codes.user_code);
    const both = await Promise.all(
      [here, there].map((at) => post(at, '/oauth/device/token', { code })),
    );
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    // One sign-in: whichever answer was lost, the other is as good.
    const refreshTokens = new Set(both.map(({ body }) => body.refresh_token));
    expect(refreshTokens.size).toBe(1);
    const [refreshToken] = refreshTokens;
    const body = { grant_type: 'refresh_token', refresh_token: refreshToken };
    const renewed = await Promise.all([here, there].map((at) => post(at, '/oauth/token', body)));
    expect(renewed.map(({ status }) => status)).toEqual([200, 200]);
    expect(renewed[0]?.body.refresh_token).toBe(renewed[1]?.body.refresh_token);
    const token = renewed[0]?.body.access_token;
    const settings = async (at: TestHousehold) =>
      (
        await fetch(`${urlOf(at)}/users/settings`, {
          headers: { authorization: `Bearer ${token}` },
        })
      ).status;
    expect(await Promise.all([here, there].map(settings))).toEqual([200, 200]);
    expect((await post(here, '/oauth/revoke', { token })).status).toBe(200);
    expect(await Promise.all([here, there].map(settings))).toEqual([401, 401]);
  });

  test('[TRK2] numbers and slugs of what both see first at one moment are the same, and each is of one work', async () => {
    const { clients } = await signInAtBoth();
    const works = Array.from({ length: 12 }, newFilm);
    const told = await Promise.all(
      works.flatMap((movie) =>
        clients.map(async (client) => (await client.scrobble.start({ movie, progress: 3 })).movie),
      ),
    );
    for (const [index] of works.entries()) {
      expect(told[2 * index]).toEqual(told[2 * index + 1]);
    }
    expect(new Set(told.map(({ ids }) => ids.trakt)).size).toBe(works.length);
    expect(new Set(told.map(({ ids }) => ids.slug)).size).toBe(works.length);
    // A number that one gave means the same work at the other.
    for (const [index, movie] of told.entries()) {
      const other = clients[(index + 1) % 2];
      const paused = await other?.scrobble.pause({
        movie: { ids: { trakt: movie.ids.trakt } },
        progress: 4,
      });
      expect(paused.movie).toEqual(movie);
    }
  });

  test('[TRK3] a stop that reaches both at once is one play, and told at the other again it is 409', async () => {
    const { token, clients } = await signInAtBoth();
    const film = newFilm();
    await clients[0]?.scrobble.start({ movie: film, progress: 5 });
    const stop = { movie: film, progress: 91 };
    const answers = await Promise.all(
      [here, there, here, there].map((at) => post(at, '/scrobble/stop', stop, token)),
    );
    expect(answers.map(({ status }) => status)).toContain(201);
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    for (const at of [here, there]) {
      expect((await post(at, '/scrobble/stop', stop, token)).status).toBe(409);
      const path = `/history?contentId=tmdb:movie:${film.ids.tmdb}`;
      const { body } = await at.live.api.call('GET', path, { token });
      expect(body.items).toHaveLength(1);
      // Not two of which a reading hides one.
      expect(body.items[0].alsoIds).toEqual([]);
    }
  });

  test('[TRK3] a history add that reaches both at once adds one viewing', async () => {
    const { token } = await signInAtBoth();
    const film = newFilm();
    const body = { movies: [{ ...film, watched_at: '2026-02-03T04:05:06.000Z' }] };
    await Promise.all(
      [here, there, here, there].map((at) => post(at, '/sync/history', body, token)),
    );
    const path = `/history?contentId=tmdb:movie:${film.ids.tmdb}`;
    const { body: history } = await there.live.api.call('GET', path, { token });
    expect(history.items).toMatchObject([{ alsoIds: [] }]);
  });

  test('a film that is opened at one instance ends the one that was played at the other', async () => {
    const { token, clients } = await signInAtBoth();
    const [first, second] = [newFilm(), newFilm()];
    await clients[0]?.scrobble.start({ movie: first, progress: 41.5 });
    await clients[1]?.scrobble.start({ movie: second, progress: 2 });
    const path = `/registers/x-trakt-percent/tmdb:movie:${first.ids.tmdb}`;
    const { body } = await here.live.api.call('GET', path, { token });
    expect(body.value).toEqual({ percent: 41.5, state: 'stopped' });
  });
});
