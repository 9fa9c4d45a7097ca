import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({
    databaseUrl: inject('postgresUrl'),
    env: { CUEPOINT_RATE_LIMIT: '5' },
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
    const ops = Array.from({ length: 101 }, (_, index) => ({
      kind: 'progress.set',
      contentId: `film-${String(index).padStart(3, '0')}`,
      positionSeconds: 1,
      durationSeconds: 2,
      state: 'paused',
      timestamp: '000000000001-0000',
    }));
    await user.call('POST', '/sync', { body: { deviceId: 'tv', ops } });
    const { body } = await user.call('GET', '/progress');
    expect(body.items).toHaveLength(100);
    expect(body).toMatchObject({ total: 101 });
    expect(body.nextCursor).toBeTypeOf('string');
    expect((await user.call('GET', '/progress?limit=1000')).body.items).toHaveLength(101);
  });
});
