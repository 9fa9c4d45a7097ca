import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RawClient } from '../testing/raw-client.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';
import type { TestUser } from '../testing/test-api.ts';
import { OPEN_ROUTES, pathOfRow, WAYS_IN } from '../testing/ways-in.ts';

let live: TestLive;
let user: TestUser;
beforeAll(async () => {
  const env = { CUEPOINT_CORS_ORIGINS: 'https://tv.example' };
  live = await createTestLive({ databaseUrl: inject('postgresUrl'), env });
  user = await live.api.createUser({ scopes: ['cuepoint:admin', 'cuepoint:service'] });
});
afterAll(() => live.close());

const PRIVATE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
const VARY = /\bauthorization\b/;

const rows = Object.entries(WAYS_IN).map(([row, { body, status }]) => ({ row, body, status }));

describe('an answer is kept by no cache, and taken for nothing else', () => {
  it.each(rows)('$row, with a token and without', async ({ row, body, status }) => {
    const method = row.split(' ')[0] as 'GET';
    const url = `/api/v1${pathOfRow(row, user.userId)}`;
    const authorization = `Bearer ${user.token}`;
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    for (const [headers, expected] of [
      [{ authorization, ...json }, Math.floor(status / 100)],
      [json, 4],
    ] as const) {
      const request = { method, url, headers, payloadAsStream: true } as const;
      const answer = await live.api.app.inject(
        body === undefined ? request : { ...request, payload: JSON.stringify(body) },
      );
      answer.stream().destroy();
      expect([Math.floor(answer.statusCode / 100), answer.headers]).toMatchObject([
        expected,
        PRIVATE,
      ]);
      expect(answer.headers['vary']).toMatch(VARY);
    }
  });

  it.each([
    ...OPEN_ROUTES.map((route) => route.replace(' ', ' /')),
    'GET //nope',
    'POST //livez',
    'GET /progress/%E0%A4',
    'GET /watchlist/%00',
  ])('%s', async (route) => {
    const [method = '', path = ''] = route.split(' ');
    const { headers } = await live.api.call(method, path);
    expect(headers).toMatchObject(PRIVATE);
    expect(headers['vary']).toMatch(VARY);
  });

  it('that depends on the origin says that too', async () => {
    const headers = { origin: 'https://tv.example' };
    const answer = await user.call('GET', '/watchlist', { headers });
    expect(answer.headers['vary']).toBe('Origin, authorization');
  });

  it('an upgrade that is refused', async () => {
    const { headers } = await RawClient.refusal(live.url.replace('/ws', '/elsewhere'));
    expect(headers).toMatchObject({ ...PRIVATE, vary: 'authorization' });
  });
});
