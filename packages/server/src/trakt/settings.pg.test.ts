import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BOTH_DATABASES } from '../testing/both-databases.ts';
import type { TestApi, TestUser } from '../testing/test-api.ts';

describe.each(BOTH_DATABASES)("Trakt's API on $name", ({ openApi }) => {
  let api: TestApi;
  let user: TestUser;
  beforeAll(async () => {
    api = await openApi({ env: { CUEPOINT_TRAKT: 'on' } });
    user = await api.createUser();
  });
  afterAll(() => api.close());

  test('tells who is signed in, by a path with any number of slashes', async () => {
    for (const path of ['/users/settings', '//users/settings', '/users//settings/']) {
      const { status, body, headers } = await user.call('GET', `//compat/trakt${path}`);
      expect(status).toBe(200);
      expect(body.user.ids.uuid).toBe(user.userId);
      expect(headers['content-type']).toBe('application/json; charset=utf-8');
    }
  });

  test('[TRK5] who is not signed in, and what is not there, hears of it in the form of this API', async () => {
    const refused = await api.call('GET', '//compat/trakt/users/settings');
    expect(refused.status).toBe(401);
    expect(refused.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(refused.headers['www-authenticate']).toBe('Bearer');
    expect(refused.body.error).toBe('unauthenticated');
    const missing = await user.call('GET', '//compat/trakt/no/such/thing');
    expect(missing.status).toBe(404);
    expect(missing.body.error).toBe('not_found');
    // The router refuses it before any route is found.
    const bad = await user.call('GET', '//compat/trakt/movies/%zz');
    expect([bad.status, bad.body.error]).toEqual([400, 'invalid_request']);
    expect(bad.headers['content-type']).toBe('application/json; charset=utf-8');
    expect((await user.call('GET', '//api/v1/%zz')).headers['content-type']).toContain('problem');
  });
});

test('without CUEPOINT_TRAKT there is nothing of it', async () => {
  const [database] = BOTH_DATABASES;
  const api = await database?.openApi();
  const answer = await api?.call('GET', '//compat/trakt/users/settings');
  expect(answer?.status).toBe(404);
  expect(answer?.headers['content-type']).toContain('problem');
  await api?.close();
});
