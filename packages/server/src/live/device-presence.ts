import {
  DEFAULT_STALE_AFTER_MS,
  isStale,
  type DeviceInfo,
  type DevicePresence,
  type HelloDevice,
} from '@cuepoint/core';
import { instantOf } from '../http/instant.ts';

/** A device as the user's others see it. [LIV6] */
export function presenceOf(
  device: DeviceInfo,
  nowMs: number,
  state: DevicePresence['state'] = isOnlineAt(device, nowMs) ? 'online' : 'offline',
): DevicePresence {
  const { lastSeenMs, isOnline: _isOnline, capabilities, ...rest } = device;
  return {
    ...rest,
    capabilities: capabilities as DevicePresence['capabilities'],
    lastSeen: instantOf(lastSeenMs),
    state,
  };
}

export function isOnlineAt(device: DeviceInfo, nowMs: number): boolean {
  return device.isOnline && !isStale(device, nowMs, DEFAULT_STALE_AFTER_MS);
}

/** What a device leaves out of its hello stays as it is known: a name that a person gave it, say. */
export function completeDevice(device: HelloDevice, known: DeviceInfo | undefined): HelloDevice {
  if (known === undefined) return device;
  const { deviceName = known.deviceName, capabilities = known.capabilities } = device;
  return { ...device, deviceName, capabilities: capabilities as DevicePresence['capabilities'] };
}

/** The registration in what was told of a device. */
export function registrationOf({
  lastSeen: _lastSeen,
  state: _state,
  ...registration
}: DevicePresence): HelloDevice {
  return registration;
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
