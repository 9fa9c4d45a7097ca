import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { BOTH_DATABASES } from '../testing/both-databases.ts';
import type { TestApi } from '../testing/test-api.ts';
import { createTestHousehold } from '../testing/test-household.ts';
import { signInTrakt } from '../testing/trakt-client.ts';
import { openTraktPerson, TRAKT_BASE } from '../testing/trakt-person.ts';

const ITEMS_MAX = 10_000;
const film = (tmdb: number) => ({ title: `Film ${tmdb}`, ids: { tmdb } });

describe.each(BOTH_DATABASES)("bad input to Trakt's API on $name", ({ openApi }) => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openApi({ env: { CUEPOINT_TRAKT: 'on' } });
  });
  afterAll(() => api.close());

  test.each([
    ['50 MB', `{"movies":"${'a'.repeat(50_000_000)}"}`],
    ['no JSON', '{"movies":['],
    ['JSON of 100,000 levels', '['.repeat(100_000)],
    [
      'more items than a call has',
      JSON.stringify({ movies: Array.from({ length: ITEMS_MAX + 1 }, () => ({})) }),
    ],
  ])('[TRK5] a body of %s is 400, and nothing of it is stored', async (_what, payload) => {
    const { user, get } = await openTraktPerson(api);
    for (const path of ['/sync/history', '/sync/watchlist']) {
      const answer = await user.call('POST', `${TRAKT_BASE}${path}`, { payload });
      expect([answer.status, Object.keys(answer.body)]).toEqual([
        400,
        ['error', 'error_description'],
      ]);
    }
    expect((await get('/sync/history')).body).toEqual([]);
    expect((await get('/sync/watchlist')).body).toEqual([]);
  });

  test.each([null, [], 'a text', 7, { movies: {} }, { movies: [null, 7, 'x', []] }])(
    'a body of another shape, %j, adds nothing',
    async (body) => {
      const { post } = await openTraktPerson(api);
      const added = await post('/sync/history', body);
      expect([added.status, added.body.added]).toEqual([201, { movies: 0, episodes: 0 }]);
      expect((await post('/sync/watchlist/remove', body)).status).toBe(200);
    },
  );
});

test('[TRK5] who has as much as one may have is answered 420 with the limit, and who asks too often 429 in whole seconds', async () => {
  const [database] = BOTH_DATABASES;
  const env = { CUEPOINT_TRAKT: 'on', CUEPOINT_ROWS_PER_USER: '3', CUEPOINT_RATE_LIMIT: '30' };
  const api = await database?.openApi({ env });
  if (api === undefined) throw new Error('there is a database');
  const { post, get } = await openTraktPerson(api);
  const told: unknown[] = [];
  for (let tmdb = 1; tmdb <= 12; tmdb += 1) {
    const answer = await post('/sync/watchlist', { movies: [film(tmdb)] });
    told.push(`${answer.status} ${answer.headers['x-account-limit'] as string | undefined}`);
  }
  expect(new Set(told)).toEqual(new Set(['201 undefined', '420 3']));
  let answer = await get('/users/settings');
  for (let asked = 0; asked < 60 && answer.status === 200; asked += 1) {
    answer = await get('/users/settings');
  }
  expect([answer.status, answer.body.error]).toEqual([429, 'rate_limited']);
  expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  await api.close();
});

test('[TRK7] [ACC5] a profile that is deleted while its screen is signed in is signed out there, and polls and refreshes end well', async () => {
  const household = await createTestHousehold({
    databaseUrl: inject('postgresUrl'),
    env: { CUEPOINT_TRAKT: 'on' },
  });
  await household.browser.call('POST', '/profiles', { body: { name: 'Guest' } });
  const client = await signInTrakt(household);
  const { access_token: token, refresh_token: refreshToken } = client.export_token();
  const [profile] = await household.profiles();
  expect((await household.browser.call('DELETE', `/profiles/${profile?.userId}`)).status).toBe(204);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const url = `${household.address}/compat/trakt`;
  const body = JSON.stringify({ movie: film(1), progress: 10 });
  const scrobbled = await fetch(`${url}/scrobble/start`, { method: 'POST', headers, body });
  expect(scrobbled.status).toBe(401);
  const refreshed = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ grant_type: 'refresh_token', refresh_token: refreshToken }),
  });
  expect(refreshed.status).toBe(400);
  await household.live.close();
});
