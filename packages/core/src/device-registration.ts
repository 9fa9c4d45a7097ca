import {
  DEVICE_TYPES,
  RESOLUTIONS,
  type DeviceCapabilities,
  type DeviceInfo,
} from './device-info.ts';
import { CuepointError } from './errors.ts';
import { DEVICE_NAME_PATTERN, SHORT_TEXT_PATTERN } from './device-text.ts';
import { requireDeviceId } from './manager-context.ts';

/** What a device says of itself; the registry adds when it was seen. */
export type DeviceRegistration = Omit<DeviceInfo, 'lastSeenMs' | 'isOnline'>;

/** Names of HDR formats, or of audio codecs, that one device may list. */
const FORMATS_MAX = 64;

// The bounds are those of the columns, in code points; PostgreSQL stores no NUL and no lone surrogate.
const shortText = new RegExp(SHORT_TEXT_PATTERN, 'u');
const deviceName = new RegExp(DEVICE_NAME_PATTERN, 'u');

const capabilityChecks: {
  readonly [Name in keyof Required<DeviceCapabilities>]: (value: unknown) => boolean;
} = {
  maxResolution: (value) => isOneOf(RESOLUTIONS, value),
  hdrFormats: isFormatList,
  audioCodecs: isFormatList,
  remoteControllable: isBoolean,
  canCast: isBoolean,
  screenSizeInches: (value) => typeof value === 'number' && Number.isFinite(value) && value > 0,
};

/** @throws CuepointError `invalid_device_id` or `invalid_device`, with the field that was wrong. */
export function requireRegistration(registration: DeviceRegistration): void {
  requireDeviceId(registration.deviceId);
  requireField('deviceType', isOneOf(DEVICE_TYPES, registration.deviceType));
  requireField('platform', isText(shortText, registration.platform));
  requireField('appVersion', isText(shortText, registration.appVersion));
  requireField(
    'deviceName',
    registration.deviceName === null || isText(deviceName, registration.deviceName),
  );
  requireCapabilities(registration.capabilities);
}

function requireCapabilities(capabilities: unknown): void {
  requireField(
    'capabilities',
    typeof capabilities === 'object' && capabilities !== null && !Array.isArray(capabilities),
  );
  for (const [name, value] of Object.entries(capabilities ?? {})) {
    requireField(
      'capabilities',
      isCapability(name) && (value === undefined || capabilityChecks[name](value)),
    );
  }
}

function requireField(field: string, isValid: boolean): void {
  if (isValid) return;
  throw new CuepointError('invalid_device', `The ${field} of a device is not valid.`, { field });
}

function isCapability(name: string): name is keyof DeviceCapabilities {
  return Object.hasOwn(capabilityChecks, name);
}

function isFormatList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length <= FORMATS_MAX &&
    value.every((name) => isText(shortText, name))
  );
}

function isOneOf(values: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && values.includes(value);
}

function isText(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}
