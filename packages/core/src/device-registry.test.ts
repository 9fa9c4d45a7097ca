import { describe, expect, test } from 'vitest';
import { DEFAULT_STALE_AFTER_MS, type DeviceInfo } from './device-info.ts';
import type { DeviceRegistration } from './device-registration.ts';
import { DeviceRegistry } from './device-registry.ts';
import { CuepointError } from './errors.ts';
import { createTestContext } from './testing/recording-port.ts';
import { refusalOf, untyped } from './testing/refusal.ts';

const TV: DeviceRegistration = {
  deviceId: 'tv',
  deviceType: 'TV',
  platform: 'WebOS',
  appVersion: '1.2.3',
  deviceName: 'Wohnzimmer 📺',
  capabilities: {
    maxResolution: 'UHD_4K',
    hdrFormats: ['HDR10', 'DolbyVision'],
    audioCodecs: ['EAC3'],
    remoteControllable: true,
    canCast: false,
    screenSizeInches: 55.5,
  },
};

function setup(devices?: readonly DeviceInfo[], userId?: string) {
  const context = createTestContext(userId === undefined ? {} : { userId });
  return { ...context, registry: new DeviceRegistry(context, devices) };
}

describe('a device', () => {
  test('that registers is online, seen now, and sent to the port', () => {
    const { registry, port, wall } = setup();
    const device = registry.register(TV);
    expect(device).toEqual({ ...TV, lastSeenMs: wall.nowMs, isOnline: true });
    expect(registry.get('tv')).toEqual(device);
    expect(registry.online()).toEqual([device]);
    expect(port.devices).toEqual([device]);
  });

  test('that registers again replaces what it said before', () => {
    const { registry } = setup();
    registry.register(TV);
    registry.register({ ...TV, appVersion: '2.0.0', deviceName: null });
    expect(registry.list()).toHaveLength(1);
    expect(registry.get('tv')).toMatchObject({ appVersion: '2.0.0', deviceName: null });
  });

  test('that sends a heartbeat is seen now; only the heartbeat goes to the port', () => {
    const { registry, port, wall } = setup();
    registry.register(TV);
    wall.nowMs += 30_000;
    expect(registry.heartbeat('tv').lastSeenMs).toBe(wall.nowMs);
    expect(port.heartbeats).toEqual([{ deviceId: 'tv', atMs: wall.nowMs }]);
    expect(port.devices).toHaveLength(1);
  });

  test('that left is offline until its next heartbeat', () => {
    const { registry, port } = setup();
    registry.register(TV);
    expect(registry.leave('tv').isOnline).toBe(false);
    expect(registry.online()).toEqual([]);
    expect(port.devices.at(-1)?.isOnline).toBe(false);
    registry.heartbeat('tv');
    expect(registry.online()).toHaveLength(1);
  });

  test('that is removed is gone here and at the port, once', () => {
    const { registry, port } = setup();
    registry.register(TV);
    expect([registry.remove('tv'), registry.remove('tv')]).toEqual([true, false]);
    expect(registry.get('tv')).toBeUndefined();
    expect(port.deletedDeviceIds).toEqual(['tv']);
  });

  test.each(['heartbeat', 'leave'] as const)('that nobody knows cannot %s', (call) => {
    const { registry, port } = setup();
    expect(refusalOf(() => registry[call]('tv'))).toEqual({ code: 'not_found', field: 'deviceId' });
    expect([port.devices, port.heartbeats]).toEqual([[], []]);
  });

  test('that was stored is there after a reload and is not stored again', () => {
    const stored = { ...TV, lastSeenMs: 1, isOnline: false };
    const { registry, port } = setup([stored]);
    expect(registry.list()).toEqual([stored]);
    expect(port.devices).toEqual([]);
  });
});

describe('stale', () => {
  test('[LIV6] means no heartbeat for more than five minutes, not one millisecond less', () => {
    const { registry, wall } = setup();
    registry.register(TV);
    wall.nowMs += DEFAULT_STALE_AFTER_MS;
    expect([registry.isStale('tv'), registry.online().length]).toEqual([false, 1]);
    expect(registry.markStaleOffline()).toEqual([]);
    wall.nowMs += 1;
    expect([registry.isStale('tv'), registry.online().length]).toEqual([true, 0]);
    expect(DEFAULT_STALE_AFTER_MS).toBe(300_000);
  });

  test('[LIV6] devices are marked offline once, at the port too, and keep when they were seen', () => {
    const { registry, port, wall } = setup();
    const seenMs = wall.nowMs;
    registry.register(TV);
    registry.register({ ...TV, deviceId: 'phone', deviceType: 'Phone' });
    wall.nowMs += 60_000;
    registry.heartbeat('phone');
    wall.nowMs += DEFAULT_STALE_AFTER_MS;
    const marked = registry.markStaleOffline();
    expect(marked).toEqual([{ ...TV, lastSeenMs: seenMs, isOnline: false }]);
    expect(port.devices.at(-1)).toEqual(marked[0]);
    expect(registry.markStaleOffline()).toEqual([]);
    expect(registry.online().map(({ deviceId }) => deviceId)).toEqual(['phone']);
  });

  test('[LIV6] a bound of its own replaces the default', () => {
    const context = createTestContext();
    const registry = new DeviceRegistry(context, [], { staleAfterMs: 10 });
    registry.register(TV);
    context.wall.nowMs += 11;
    expect(registry.isStale('tv')).toBe(true);
  });

  test('an unknown device is not stale', () => {
    expect(setup().registry.isStale('tv')).toBe(false);
  });
});

describe('whenDurable', () => {
  test.each<[string, (registry: DeviceRegistry) => unknown]>([
    ['register', (registry) => registry.register(TV)],
    ['heartbeat', (registry) => registry.heartbeat('known')],
    ['leave', (registry) => registry.leave('known')],
    ['remove', (registry) => registry.remove('known')],
  ])('rejects after a %s that the port failed, or threw at', async (_, call) => {
    const known = { ...TV, deviceId: 'known', lastSeenMs: 1, isOnline: true };
    const failed = setup([known]);
    failed.port.answerDevice = () => Promise.reject(new CuepointError('storage_failed', 'Full.'));
    call(failed.registry);
    await expect(failed.registry.whenDurable()).rejects.toMatchObject({ code: 'storage_failed' });
    await expect(failed.registry.whenDurable()).resolves.toBeUndefined();

    const thrown = setup([known]);
    thrown.port.answerDevice = () => {
      throw new Error('not open');
    };
    expect(() => call(thrown.registry)).not.toThrow();
    await expect(thrown.registry.whenDurable()).rejects.toThrow('not open');
  });
});

describe('bad input', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['no type', { deviceType: undefined }, 'deviceType'],
    ['an unknown type', { deviceType: 'Toaster' }, 'deviceType'],
    ['a type out of the prototype', { deviceType: 'constructor' }, 'deviceType'],
    ['an empty platform', { platform: '' }, 'platform'],
    ['a platform of 51 code points', { platform: '🎬'.repeat(51) }, 'platform'],
    ['a version with NUL', { appVersion: '1\u0000' }, 'appVersion'],
    ['a version that is a number', { appVersion: 1 }, 'appVersion'],
    ['a name of 256 code points', { deviceName: 'x'.repeat(256) }, 'deviceName'],
    ['a name with half a surrogate pair', { deviceName: '\uD83C' }, 'deviceName'],
    ['no capabilities', { capabilities: undefined }, 'capabilities'],
    ['a list of capabilities', { capabilities: [] }, 'capabilities'],
    ['a name that turns around', { deviceName: 'TV \u202egpj' }, 'deviceName'],
    ['a name with a sign that is not seen', { deviceName: 'T\u200bV' }, 'deviceName'],
    ['a platform with a hidden tag', { platform: 'Tizen\u{e0041}' }, 'platform'],
    ['an unknown capability', { capabilities: { canFly: true } }, 'capabilities'],
    [
      'a capability off the prototype',
      { capabilities: JSON.parse('{"__proto__":{}}') },
      'capabilities',
    ],
    ['an unknown resolution', { capabilities: { maxResolution: '4K' } }, 'capabilities'],
    ['a format that is a number', { capabilities: { hdrFormats: [1] } }, 'capabilities'],
    ['too many codecs', { capabilities: { audioCodecs: Array(65).fill('AAC') } }, 'capabilities'],
    ['a flag that is text', { capabilities: { canCast: 'yes' } }, 'capabilities'],
    ['a screen of no size', { capabilities: { screenSizeInches: 0 } }, 'capabilities'],
    ['an endless screen', { capabilities: { screenSizeInches: Infinity } }, 'capabilities'],
  ])('a device with %s is refused by its field and nothing is stored', (_, wrong, field) => {
    const { registry, port } = setup();
    const registration = Object.assign({ ...TV }, untyped<Partial<DeviceRegistration>>(wrong));
    expect(refusalOf(() => registry.register(registration))).toEqual({
      code: 'invalid_device',
      field,
    });
    expect([registry.list(), port.devices]).toEqual([[], []]);
  });

  test.each(['', 'd'.repeat(256), 'my tv', 'tv\n', '📺', undefined, 7])(
    'the device id %j is refused by name',
    (deviceId) => {
      const { registry } = setup();
      expect(refusalOf(() => registry.register({ ...TV, deviceId: untyped(deviceId) }))).toEqual({
        code: 'invalid_device_id',
        field: 'deviceId',
      });
    },
  );

  test('the least and the most that a device may say is taken', () => {
    const { registry } = setup();
    registry.register({ ...TV, deviceId: 'a', deviceName: null, capabilities: {} });
    registry.register({
      ...TV,
      deviceId: 'd'.repeat(255),
      platform: '🎬'.repeat(50),
      appVersion: 'v'.repeat(50),
      deviceName: '🎬'.repeat(255),
      capabilities: { audioCodecs: Array<string>(64).fill('c'.repeat(50)) },
    });
    expect(registry.list()).toHaveLength(2);
  });

  test.each(['__proto__', 'constructor'])('the device id %s is one like any other', (deviceId) => {
    const { registry } = setup();
    expect([registry.get(deviceId), registry.remove(deviceId)]).toEqual([undefined, false]);
    registry.register({ ...TV, deviceId });
    expect(registry.online().map((device) => device.deviceId)).toEqual([deviceId]);
  });

  test('a user id that is no UUID is refused by name', () => {
    expect(refusalOf(() => setup([], 'anna'))?.code).toBe('invalid_user_id');
  });

  test('[SQL7] one user has one spelling at the port, whatever case the id came in', () => {
    const userId = '8E1F6E2E-5A4B-4C59-9F0A-0D9F6A1C0001';
    const { registry, port } = setup([], userId);
    registry.register(TV);
    registry.heartbeat('tv');
    registry.remove('tv');
    expect([...port.userIds]).toEqual([userId.toLowerCase()]);
  });
});
