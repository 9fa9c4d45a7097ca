import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  // The trail is no log: no level turns it off.
  api = await createTestApi({ databaseUrl: inject('postgresUrl'), env: { LOG_LEVEL: 'silent' } });
});
afterAll(() => api.close());

describe('who may call', () => {
  it('[SEC1] a refusal says how to ask', async () => {
    const answer = await api.call('GET', '/watchlist');
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each(['Basic abc', 'Bearer', 'Bearer ', 'bearer a b', 'Bearer a,b', 'Bearer aaa.bbb.ccc'])(
    '[SEC1] refuses the authorization %j',
    async (authorization) => {
      const answer = await api.call('GET', '/watchlist', { headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    },
  );

  it('[SEC1] the device of the token is the device of the request', async () => {
    const user = await api.createUser({ deviceId: 'tv' });
    expect(await user.call('PUT', '/watchlist/film')).toMatchObject({ body: { deviceId: 'tv' } });
    expect(await user.call('GET', '/watchlist', { device: 'tv' })).toMatchObject({ status: 200 });
    expect(await user.call('GET', '/watchlist', { device: 'phone' })).toMatchObject({
      status: 403,
      body: { code: 'device_mismatch', field: 'X-Device-Id' },
    });
  });

  it('[SEC1] a token bound to a revoked device is refused at once', async () => {
    const user = await api.createUser({ deviceId: 'tv' });
    const body = { deviceType: 'TV', platform: 'Tizen', appVersion: '1' };
    await user.call('PUT', '/devices/tv', { body });
    await user.call('DELETE', '/devices/tv');
    expect(await user.call('GET', '/watchlist')).toMatchObject({
      status: 403,
      body: { code: 'device_revoked' },
    });
  });

  it.each(['a b', '', 'x'.repeat(256), 'ä', "'; --"])(
    'refuses the device id %j',
    async (device) => {
      const user = await api.createUser();
      expect(await user.call('GET', '/watchlist', { device })).toMatchObject({
        status: 400,
        body: { code: 'invalid_device_id', field: 'X-Device-Id' },
      });
    },
  );

  it('[SEC1] the service scope acts for the user that it names, and that is in the trail', async () => {
    const user = await api.createUser();
    await user.call('PUT', '/watchlist/film');
    const service = await api.createUser({ scopes: ['cuepoint:service'] });
    const headers = { 'x-cuepoint-user': user.userId.toUpperCase() };
    const { body } = await service.call('GET', '/watchlist', { headers });
    expect(body.total).toBe(1);
    expect((await service.call('GET', '/export', { headers })).status).toBe(200);
    const lines = api.auditLines.map((text): unknown => JSON.parse(text));
    const act = { audit: 'acts for a user', actor: service.userId, userId: user.userId };
    expect(lines).toMatchObject([
      { ...act, method: 'GET', route: '/api/v1/watchlist' },
      { ...act, method: 'GET', route: '/api/v1/export' },
    ]);
    expect((await service.call('GET', '/watchlist')).body.total).toBe(0);
    expect(
      await service.call('GET', '/watchlist', { headers: { 'x-cuepoint-user': 'bob' } }),
    ).toMatchObject({ status: 400, body: { code: 'invalid_user_id' } });
  });

  it('[SEC1] without the service scope nobody acts for another', async () => {
    const headers = { 'x-cuepoint-user': randomUUID() };
    for (const scopes of [[], ['cuepoint:admin'], ['cuepoint:service2']]) {
      const user = await api.createUser({ scopes });
      expect(await user.call('GET', '/watchlist', { headers })).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      });
    }
  });
});
