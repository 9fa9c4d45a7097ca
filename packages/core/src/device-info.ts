export const DEVICE_TYPES = ['TV', 'Phone', 'Tablet', 'Web', 'Desktop'] as const;
export type DeviceType = (typeof DEVICE_TYPES)[number];

export const PLATFORMS = [
  'Tizen',
  'WebOS',
  'Android',
  'iOS',
  'Web',
  'Windows',
  'MacOS',
  'Linux',
] as const;
export const RESOLUTIONS = ['SD', 'HD', 'FHD', 'UHD_4K', 'UHD_8K'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** What a device can play, and what may be asked of it. */
export interface DeviceCapabilities {
  readonly maxResolution?: Resolution;
  /** Names such as `HDR10`, `DolbyVision`, `HLG`. */
  readonly hdrFormats?: readonly string[];
  /** Names such as `AAC`, `EAC3`, `TrueHD`. */
  readonly audioCodecs?: readonly string[];
  readonly remoteControllable?: boolean;
  readonly canCast?: boolean;
  /** Diagonal, in inches. */
  readonly screenSizeInches?: number;
}

/** One installed app. */
export interface DeviceInfo {
  readonly deviceId: string;
  readonly deviceType: DeviceType;
  /** One of {@link PLATFORMS}, or a name of its own, at most 50 code points. */
  readonly platform: string;
  readonly appVersion: string;
  readonly deviceName: string | null;
  readonly capabilities: DeviceCapabilities;
  /** The last heartbeat, in ms since the epoch by the keeper's clock. */
  readonly lastSeenMs: number;
  readonly isOnline: boolean;
}

/** A device without a heartbeat for this long is offline. The SQL function uses the same figure. [LIV6] */
export const DEFAULT_STALE_AFTER_MS = 5 * 60_000;

export function isStale(
  device: DeviceInfo,
  nowMs: number,
  staleAfterMs: number = DEFAULT_STALE_AFTER_MS,
): boolean {
  return nowMs - device.lastSeenMs > staleAfterMs;
}
