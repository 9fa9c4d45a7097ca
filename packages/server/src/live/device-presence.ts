import {
  DEFAULT_STALE_AFTER_MS,
  isStale,
  type DeviceInfo,
  type DevicePresence,
} from '@cuepoint/core';
import { instantOf } from '../http/instant.ts';

/** A device as the user's others see it. [LIV6] */
export function presenceOf(
  device: DeviceInfo,
  nowMs: number,
  state: DevicePresence['state'] = stateOf(device, nowMs),
): DevicePresence {
  const { lastSeenMs, isOnline: _isOnline, capabilities, ...rest } = device;
  return {
    ...rest,
    capabilities: capabilities as DevicePresence['capabilities'],
    lastSeen: instantOf(lastSeenMs),
    state,
  };
}

function stateOf(device: DeviceInfo, nowMs: number): DevicePresence['state'] {
  return device.isOnline && !isStale(device, nowMs, DEFAULT_STALE_AFTER_MS) ? 'online' : 'offline';
}

/** Whether two registrations say the same, whatever was seen of the device since. */
export function isSameRegistration(a: DeviceInfo, b: DeviceInfo): boolean {
  return registrationText(a) === registrationText(b);
}

function registrationText({
  deviceType,
  platform,
  appVersion,
  deviceName,
  capabilities,
}: DeviceInfo) {
  const sorted = Object.entries(capabilities)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([deviceType, platform, appVersion, deviceName, sorted]);
}
