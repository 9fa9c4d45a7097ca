import { randomUUID } from 'node:crypto';
import type {
  DeviceInfo,
  PlayAddOp,
  ProgressClearOp,
  ProgressSetOp,
  RegisterSetOp,
  Timestamp,
  WatchlistAddOp,
  WatchlistRemoveOp,
} from '@cuepoint/core';

export const NOW_MS = Date.UTC(2026, 0, 1);

export function at(offsetMs: number, logical = 0): Timestamp {
  return { physical: NOW_MS + offsetMs, logical };
}

export function addOp(change: Partial<WatchlistAddOp> = {}): WatchlistAddOp {
  return {
    kind: 'watchlist.add',
    contentId: 'film-1',
    tag: randomUUID(),
    timestamp: at(0),
    deviceId: 'tv',
    ...change,
  };
}

export function removeOp(change: Partial<WatchlistRemoveOp> = {}): WatchlistRemoveOp {
  return {
    kind: 'watchlist.remove',
    contentId: 'film-1',
    tags: [randomUUID()],
    timestamp: at(1_000),
    deviceId: 'phone',
    ...change,
  };
}

export function setOp(change: Partial<ProgressSetOp> = {}): ProgressSetOp {
  return {
    kind: 'progress.set',
    contentId: 'film-1',
    positionSeconds: 60,
    durationSeconds: 6_000,
    state: 'playing',
    timestamp: at(0),
    deviceId: 'tv',
    ...change,
  };
}

export function clearOp(change: Partial<ProgressClearOp> = {}): ProgressClearOp {
  return {
    kind: 'progress.clear',
    contentId: 'film-1',
    timestamp: at(1_000),
    deviceId: 'phone',
    ...change,
  };
}

export function deviceInfo(change: Partial<DeviceInfo> = {}): DeviceInfo {
  return {
    deviceId: 'tv',
    deviceType: 'TV',
    platform: 'Tizen',
    appVersion: '1.2.3',
    deviceName: 'Living room',
    capabilities: { maxResolution: 'UHD_4K', hdrFormats: ['HDR10'], canCast: true },
    lastSeenMs: NOW_MS,
    isOnline: true,
    ...change,
  };
}

export function registerOp(change: Partial<RegisterSetOp> = {}): RegisterSetOp {
  return {
    kind: 'register.set',
    register: 'rating',
    key: 'film-1',
    value: 7,
    timestamp: at(0),
    deviceId: 'tv',
    ...change,
  };
}

export function playOp(change: Partial<PlayAddOp> = {}): PlayAddOp {
  return {
    kind: 'play.add',
    contentId: 'film-1',
    playId: randomUUID(),
    watchedAt: '2025-12-31T20:15:00Z',
    timestamp: at(0),
    deviceId: 'tv',
    ...change,
  };
}
