import { readOp, type Op, type PlayAddOp, type RegisterSetOp } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({
    databaseUrl: inject('postgresUrl'),
    env: { CUEPOINT_RATE_LIMIT: '5' },
    // Nothing is forgiven in the time that a call takes.
    wrap: () => ({ monotonic: () => 0 }),
  });
});
afterAll(() => api.close());

describe('limits', () => {
  it('[SEC3] bounds the rate of a user, names the limit and says when to try again', async () => {
    const [busy, calm] = [await api.createUser(), await api.createUser()];
    for (let count = 0; count < 5; count += 1) {
      expect((await busy.call('GET', '/watchlist')).status).toBe(200);
    }
    const answer = await busy.call('GET', '/watchlist');
    expect(answer).toMatchObject({
      status: 429,
      body: { code: 'rate_limited', limit: { name: 'requestsPer10Seconds', value: 5 } },
    });
    expect(answer.body.retryAfterMs).toBeGreaterThan(0);
    expect(answer.body.retryAfterMs).toBeLessThanOrEqual(10_000);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await calm.call('GET', '/watchlist')).status).toBe(200);
  });

  const filmsOf = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      kind: 'progress.set',
      contentId: `film-${String(index).padStart(3, '0')}`,
      positionSeconds: 1,
      durationSeconds: 2,
      state: 'paused',
      timestamp: '000000000001-0000',
    }));

  const readFilm = (film: unknown) => readOp(film, 'tv') as Op;

  it('[SEC3] bounds how many ops a user pushes, how much they send and how much they read, each by its name', async () => {
    const [pushes, sends, reads] = [
      await api.createUser(),
      await api.createUser(),
      await api.createUser(),
    ];
    const sync = (user: TestUser, ops: readonly unknown[], space = 0) =>
      user.call('POST', '/sync', {
        payload: JSON.stringify({ deviceId: 'tv', ops }) + ' '.repeat(space),
      });
    expect((await sync(pushes, filmsOf(51))).status).toBe(200);
    expect(await sync(pushes, filmsOf(1))).toMatchObject({
      status: 429,
      body: { limit: { name: 'opsPer10Seconds', value: 50 } },
    });
    expect((await pushes.call('GET', '/watchlist')).status).toBe(200);
    expect((await sync(sends, [], 41_000)).status).toBe(200);
    expect(await sends.call('PUT', '/watchlist/a', { body: {} })).toMatchObject({
      status: 429,
      body: { limit: { name: 'bytesPer10Seconds', value: 40_960 } },
    });
    await Promise.all(
      filmsOf(500).map((film) => api.parts.persistence.persistOp(reads.userId, readFilm(film))),
    );
    for (let count = 0; count < 3; count += 1) await reads.call('GET', '/sync');
    for (const read of [() => reads.call('GET', '/progress'), () => sync(reads, [])]) {
      expect(await read()).toMatchObject({
        status: 429,
        body: { limit: { name: 'rowsPer10Seconds', value: 1_000 } },
      });
    }
  });

  it('[SEC3] counts what the history, a group and a list read, also where they show little of it', async () => {
    const [listens, asks, takesAway] = await Promise.all([1, 2, 3].map(() => api.createUser()));
    if (!listens || !asks || !takesAway) throw new Error('three users');
    const timestamp = { physical: Date.now(), logical: 0 };
    const { persistence } = api.parts;
    const stamp = { timestamp, deviceId: 'tv' };
    const writes = Array.from({ length: 400 }, (_, index) => {
      const play: PlayAddOp = {
        kind: 'play.add',
        contentId: 'song',
        playId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
        watchedAt: '2026-01-31T20:15:00Z',
        ...stamp,
      };
      const content: RegisterSetOp = {
        kind: 'register.set',
        register: 'content',
        key: `episode-${index}`,
        value: { type: 'episode', seriesId: 'series', season: 1, episode: index },
        ...stamp,
      };
      return Promise.all([
        persistence.persistOp(listens.userId, play),
        persistence.persistOp(asks.userId, content),
        persistence.persistOp(takesAway.userId, content),
      ]);
    });
    await Promise.all(writes);
    const groups = [
      [listens, 'GET', '/history'],
      [asks, 'GET', '/up-next/series'],
      [takesAway, 'POST', '/continue-watching/series/dismiss'],
    ] as const;
    for (const [user, method, path] of groups) {
      expect((await user.call(method, path)).status).toBe(200);
      for (let count = 0; count < 2; count += 1) await user.call(method, path);
      expect(await user.call(method, path)).toMatchObject({
        status: 429,
        body: { limit: { name: 'rowsPer10Seconds', value: 1_000 } },
      });
    }
  });

  it('[SEC3] bounds the tokens of an address that are refused, and keeps nobody else out for them', async () => {
    const call = (remoteAddress: string, token: string) =>
      api.app.inject({
        url: '/api/v1/watchlist',
        remoteAddress,
        headers: { host: 'localhost', authorization: `Bearer ${token}` },
      });
    const [here, there] = ['192.0.2.1', '192.0.2.2'];
    const statuses: number[] = [];
    for (let count = 0; count < 7; count += 1) {
      statuses.push((await call(here, 'no.token.at-all')).statusCode);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const refused = await call(here, 'no.token.at-all');
    expect(refused.json()).toMatchObject({
      code: 'rate_limited',
      limit: { name: 'refusedTokensPer10Seconds', value: 5 },
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await call(there, 'no.token.at-all')).statusCode).toBe(401);
    // Behind one address are many people.
    expect((await call(here, (await api.createUser()).token)).statusCode).toBe(200);
  });

  it('[SEC3] a body that is too large, or too deep, is answered with the limit', async () => {
    const user = await api.createUser();
    const large = await user.call('POST', '/sync', { payload: ' '.repeat(1_048_577) });
    expect(large.body).toMatchObject({ limit: { name: 'bodyBytes', value: 1_048_576 } });
    const deep = await user.call('POST', '/sync', { payload: '['.repeat(33) + ']'.repeat(33) });
    expect(deep.body).toMatchObject({ limit: { name: 'jsonDepth', value: 32 } });
  });

  it('[SEC3] a list holds 100 items unless asked for more, and 1,000 at most', async () => {
    const user = await api.createUser();
    await user.call('POST', '/sync', { body: { deviceId: 'tv', ops: filmsOf(101) } });
    const { body } = await user.call('GET', '/progress');
    expect(body.items).toHaveLength(100);
    expect(body.total).toBeUndefined();
    expect(body.nextCursor).toBeTypeOf('string');
    const whole = (await user.call('GET', '/progress?limit=1000')).body;
    expect(whole.items).toHaveLength(101);
    expect(whole.total).toBe(101);
  });
});
