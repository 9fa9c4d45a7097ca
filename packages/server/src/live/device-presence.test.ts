import { DEFAULT_STALE_AFTER_MS, type DeviceInfo } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import {
  completeDevice,
  isSameRegistration,
  presenceOf,
  registrationOf,
} from './device-presence.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const tv: DeviceInfo = {
  deviceId: 'tv',
  deviceType: 'TV',
  platform: 'Tizen',
  appVersion: '1.0',
  deviceName: 'Kitchen',
  capabilities: { canCast: true, hdrFormats: ['HDR10', 'HLG'] },
  lastSeenMs: NOW_MS,
  isOnline: true,
};

describe('a device as others see it', () => {
  it.each([
    { isOnline: true, silentMs: DEFAULT_STALE_AFTER_MS, state: 'online' },
    { isOnline: true, silentMs: DEFAULT_STALE_AFTER_MS + 1, state: 'offline' },
    { isOnline: false, silentMs: 0, state: 'offline' },
  ])(
    '[LIV6] is $state, online: $isOnline, silent for $silentMs ms',
    ({ state, silentMs, isOnline }) => {
      const presence = presenceOf({ ...tv, isOnline }, NOW_MS + silentMs);
      expect(presence).toMatchObject({ state, lastSeen: '2026-01-01T00:00:00.000Z' });
      expect(registrationOf(presence)).toEqual({
        deviceId: 'tv',
        deviceType: 'TV',
        platform: 'Tizen',
        appVersion: '1.0',
        deviceName: 'Kitchen',
        capabilities: tv.capabilities,
      });
    },
  );
});

describe('two registrations', () => {
  it('are the same whatever was seen since, and in whichever order they say it', () => {
    const capabilities = { hdrFormats: ['HDR10', 'HLG'], canCast: true };
    expect(isSameRegistration(tv, { ...tv, capabilities, lastSeenMs: 0, isOnline: false })).toBe(
      true,
    );
  });

  it.each([
    { deviceType: 'Web' },
    { platform: 'WebOS' },
    { appVersion: '1.1' },
    { deviceName: null },
    { capabilities: { canCast: false, hdrFormats: ['HDR10', 'HLG'] } },
    { capabilities: { canCast: true } },
  ] as const)('differ by %o', (change) => {
    expect(isSameRegistration(tv, { ...tv, ...change })).toBe(false);
  });
});

describe('what a hello leaves out', () => {
  const hello = { deviceId: 'tv', deviceType: 'TV', platform: 'Tizen', appVersion: '2.0' } as const;

  it('stays as it is known', () => {
    const { deviceName, capabilities } = tv;
    expect(completeDevice(hello, tv)).toEqual({ ...hello, deviceName, capabilities });
  });

  it('is not what it says to be nothing', () => {
    const cleared = { ...hello, deviceName: null, capabilities: {} };
    expect(completeDevice(cleared, tv)).toEqual(cleared);
  });

  it('stays out where nothing is known', () => {
    expect(completeDevice(hello, undefined)).toEqual(hello);
  });
});
