import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { mintToken } from '../auth/mint-token.ts';
import { TEST_SECRET, createTestApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({
    databaseUrl: inject('postgresUrl'),
    env: { CUEPOINT_DEVICES_PER_USER: '3' },
  });
});
afterAll(() => api.close());

const tv = { deviceType: 'TV', platform: 'Tizen', appVersion: '1.2.3' };

describe('devices over HTTP', () => {
  it('registers, replaces, reads and lists a device', async () => {
    const user = await api.createUser();
    const capabilities = {
      maxResolution: 'UHD_4K',
      hdrFormats: ['HDR10', 'DolbyVision'],
      audioCodecs: ['EAC3'],
      remoteControllable: true,
      canCast: false,
      screenSizeInches: 54.6,
    };
    const created = await user.call('PUT', '/devices/tv', { body: { ...tv, capabilities } });
    expect(created).toMatchObject({
      status: 201,
      body: { deviceId: 'tv', isOnline: true, capabilities },
    });
    const named = { ...tv, deviceName: 'Wohnzimmer' };
    expect(await user.call('PUT', '/devices/tv', { body: named })).toMatchObject({ status: 200 });
    expect((await user.call('GET', '/devices/tv')).body).toMatchObject({
      ...named,
      capabilities: {},
    });
    expect((await user.call('GET', '/devices')).body).toMatchObject({ total: 1 });
    expect(await user.call('GET', '/devices/other')).toMatchObject({ status: 404 });
  });

  it('pages through the devices', async () => {
    const user = await api.createUser();
    for (const id of ['b', 'a', 'c']) await user.call('PUT', `/devices/${id}`, { body: tv });
    const first = await user.call('GET', '/devices?limit=2');
    expect(first.body).toMatchObject({ total: 3, nextCursor: 'b' });
    const second = await user.call('GET', `/devices?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.items.map((item: { deviceId: string }) => item.deviceId)).toEqual(['c']);
    expect(second.body.nextCursor).toBeUndefined();
  });

  it('[GC8] a heartbeat answers 204, and 404 for a device that is not registered', async () => {
    const user = await api.createUser();
    expect(await user.call('POST', '/devices/tv/heartbeat')).toMatchObject({ status: 404 });
    await user.call('PUT', '/devices/tv', { body: tv });
    expect(await user.call('POST', '/devices/tv/heartbeat')).toMatchObject({
      status: 204,
      text: '',
    });
  });

  it('[SEC1] a deleted device is refused at once, on every call that names it', async () => {
    const user = await api.createUser();
    await user.call('PUT', '/devices/tv', { body: tv });
    expect(await user.call('GET', '/watchlist', { device: 'tv' })).toMatchObject({ status: 200 });
    expect(await user.call('DELETE', '/devices/tv')).toMatchObject({ status: 204, text: '' });
    const refused = { status: 403, body: { code: 'device_revoked' } };
    expect(await user.call('GET', '/watchlist', { device: 'tv' })).toMatchObject(refused);
    expect(await user.call('PUT', '/devices/tv', { body: tv })).toMatchObject(refused);
    expect(await user.call('POST', '/sync', { body: { deviceId: 'tv' } })).toMatchObject(refused);
    expect(await user.call('POST', '/devices/tv/heartbeat')).toMatchObject(refused);
    expect(await user.call('POST', '/devices/none/heartbeat')).toMatchObject({ status: 404 });
    expect(await user.call('DELETE', '/devices/tv')).toMatchObject({ status: 404 });
    const bound = await api.createUser({ deviceId: 'tv' });
    expect(await bound.call('GET', '/watchlist')).toMatchObject({ status: 200 });
  });

  it('[SEC1] a token bound to a device registers and beats for that device only', async () => {
    const user = await api.createUser({ deviceId: 'tv' });
    const refused = { status: 403, body: { code: 'device_mismatch', field: 'deviceId' } };
    expect(await user.call('PUT', '/devices/phone', { body: tv })).toMatchObject(refused);
    expect(await user.call('POST', '/devices/phone/heartbeat')).toMatchObject(refused);
    expect(await user.call('PUT', '/devices/tv', { body: tv })).toMatchObject({ status: 201 });
  });

  it('[SEC1] a token bound to a device removes that one, and others with the scope alone', async () => {
    const user = await api.createUser({ deviceId: 'tv' });
    const mint = (limits: { deviceId?: string; scopes?: string[] }) =>
      mintToken(
        new TextEncoder().encode(TEST_SECRET),
        { userId: user.userId, ttlSeconds: 600, ...limits },
        Date.now(),
      );
    const unbound = await mint({});
    for (const device of ['phone', 'tablet', 'tv']) {
      await user.call('PUT', `/devices/${device}`, { body: tv, token: unbound });
    }
    const remove = (device: string, token: string) =>
      user.call('DELETE', `/devices/${device}`, { token });
    expect(await remove('phone', user.token)).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect((await user.call('GET', '/devices/phone')).status).toBe(200);
    const scoped = await mint({ deviceId: 'tv', scopes: ['cuepoint:devices'] });
    expect((await remove('phone', scoped)).status).toBe(204);
    expect((await remove('tablet', unbound)).status).toBe(204);
    expect((await remove('tv', user.token)).status).toBe(204);
  });

  it('the id of writes without a device cannot be registered', async () => {
    const user = await api.createUser();
    expect(await user.call('PUT', '/devices/http-api', { body: tv })).toMatchObject({
      status: 400,
      body: { code: 'invalid_device_id', field: 'deviceId' },
    });
  });

  it('[SEC3] bounds the devices of a user, and names the limit', async () => {
    const user = await api.createUser();
    for (const id of ['a', 'b', 'c']) await user.call('PUT', `/devices/${id}`, { body: tv });
    expect(await user.call('PUT', '/devices/d', { body: tv })).toMatchObject({
      status: 400,
      body: { code: 'limit_exceeded', limit: { name: 'devicesPerUser', value: 3 } },
    });
    expect(await user.call('PUT', '/devices/a', { body: tv })).toMatchObject({ status: 200 });
  });

  it('[SEC3] bounds the ids that a user registers and removes, and puts none out for a new one', async () => {
    const user = await api.createUser();
    await user.call('PUT', '/devices/a', { body: tv });
    for (let index = 0; index < 14; index += 1) {
      await user.call('PUT', `/devices/gone-${index}`, { body: tv });
      expect((await user.call('DELETE', `/devices/gone-${index}`)).status).toBe(204);
    }
    expect(await user.call('PUT', '/devices/b', { body: tv })).toMatchObject({
      status: 400,
      body: { code: 'limit_exceeded', limit: { name: 'deviceIdsPerUser', value: 15 } },
    });
    expect(await user.call('PUT', '/devices/a', { body: tv })).toMatchObject({ status: 200 });
    expect(await user.call('PUT', '/devices/gone-0', { body: tv })).toMatchObject({
      status: 403,
      body: { code: 'device_revoked' },
    });
  });

  it.each([
    ['deviceType', 'Toaster'],
    ['platform', ''],
    ['platform', 'x'.repeat(51)],
    ['appVersion', 'a\u0000b'],
    ['deviceName', 5],
    ['capabilities', { maxResolution: 'HUGE' }],
    ['capabilities', { hdrFormats: Array.from({ length: 65 }, () => 'HDR10') }],
    ['capabilities', { screenSizeInches: -1 }],
    ['capabilities', { unknown: 1 }],
  ])('refuses a device whose %s is %j', async (name, value) => {
    const user = await api.createUser();
    const answer = await user.call('PUT', '/devices/tv', { body: { ...tv, [name]: value } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_device' } });
    expect(answer.body.field.startsWith(name)).toBe(true);
    expect((await user.call('GET', '/devices')).body.total).toBe(0);
  });
});
