import { claimToWire, timestampToText, type Stamp } from '@cuepoint/core';
import type { InspectedRows, UserInspection } from '@cuepoint/store';
import { instantOf } from '../http/instant.ts';
import type { SessionReport } from '../live/live-inspection.ts';
import { isOnlineAt } from '../live/device-presence.ts';

/** The answer of the inspector for one user. */
export function toInspectedUser(
  userId: string,
  { watchlist, progress, registers, plays, devices }: UserInspection,
  sessions: readonly SessionReport[],
  nowMs: number,
) {
  return {
    userId,
    serverTime: nowMs,
    watchlist: toList(watchlist, ({ entry, createdAtMs, removedAtMs }) => ({
      contentId: entry.contentId,
      tag: entry.tag,
      isLive: entry.removed === null,
      added: entry.added === null ? null : toWriter(entry.added),
      removed: entry.removed === null ? null : toWriter(entry.removed),
      createdAt: instantOf(createdAtMs),
      removedAt: removedAtMs === null ? null : instantOf(removedAtMs),
    })),
    progress: toList(progress, ({ contentId, position, stamp, updatedAtMs }) => ({
      contentId,
      isCleared: position === null,
      positionSeconds: position?.positionSeconds ?? null,
      durationSeconds: position?.durationSeconds ?? null,
      state: position?.state ?? null,
      written: toWriter(stamp),
      updatedAt: instantOf(updatedAtMs),
    })),
    registers: toList(registers, ({ register, key, value, stamp, updatedAtMs }) => ({
      register,
      key,
      value,
      written: toWriter(stamp),
      updatedAt: instantOf(updatedAtMs),
    })),
    plays: toList(plays, ({ play, createdAtMs, removedAtMs }) => ({
      playId: play.tag,
      contentId: play.contentId === '' ? null : play.contentId,
      watchedAt: play.watchedAt ?? null,
      source: play.source ?? null,
      added: play.added === null ? null : toWriter(play.added),
      removed: play.removed === null ? null : toWriter(play.removed),
      createdAt: instantOf(createdAtMs),
      removedAt: removedAtMs === null ? null : instantOf(removedAtMs),
    })),
    devices: toList(devices, ({ device, revokedAtMs }) => ({
      deviceId: device.deviceId,
      deviceType: device.deviceType,
      platform: device.platform,
      appVersion: device.appVersion,
      deviceName: device.deviceName,
      lastSeen: instantOf(device.lastSeenMs),
      isOnline: revokedAtMs === null && isOnlineAt(device, nowMs),
      revokedAt: revokedAtMs === null ? null : instantOf(revokedAtMs),
    })),
    sessions: sessions.map(({ openedAtMs, lastHeardAtMs, ...session }) => ({
      ...session,
      openedAt: instantOf(openedAtMs),
      lastHeardAt: instantOf(lastHeardAtMs),
    })),
  };
}

function toList<Row, Item>({ rows, isTruncated }: InspectedRows<Row>, toItem: (row: Row) => Item) {
  return { items: rows.map(toItem), isTruncated };
}

/** Who wrote, and when by the writer's clock. */
export function toWriter({ timestamp, claim, deviceId }: Stamp) {
  return {
    timestamp: timestampToText(timestamp),
    ...claimToWire(claim),
    at: instantOf(timestamp.physical),
    deviceId,
  };
}
