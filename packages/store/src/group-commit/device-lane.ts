import { CuepointError, type DeviceInfo } from '@cuepoint/core';
import { plainArray, textArray } from '../array-literal.ts';
import type { SaveDeviceOutcome } from '../sync-repository.ts';
import type { Lane, Written } from './lane.ts';
import { valuesStatements } from './values-statements.ts';

/** Registrations: the last one to arrive replaces the others. */
export const deviceLane: Lane<DeviceInfo, SaveDeviceOutcome> = {
  name: 'devices',
  // After the heartbeats: a device that leaves is not online again by a heartbeat from before.
  order: 6,
  debounced: false,
  isCaughtUp: false,
  hasFloor: false,

  fold: (_first, second) => second,

  weigh: (device) => 400 + 2 * JSON.stringify(device).length,

  statement: (rows, nowMs) => ({
    name: 'upsert-devices',
    params: [
      plainArray(rows.map((row) => row.userId)),
      plainArray(rows.map((row) => row.value.deviceId)),
      plainArray(rows.map((row) => row.value.deviceType)),
      textArray(rows.map((row) => row.value.platform)),
      textArray(rows.map((row) => JSON.stringify(row.value.capabilities))),
      textArray(rows.map((row) => row.value.appVersion)),
      plainArray(rows.map((row) => new Date(row.value.lastSeenMs).toISOString())),
      plainArray(rows.map((row) => row.value.isOnline)),
      textArray(rows.map((row) => row.value.deviceName)),
      new Date(nowMs),
    ],
  }),

  valuesStatements: (rows, nowMs) =>
    valuesStatements(
      'upsert-devices-values',
      rows.map(({ userId, value: device }) => [
        userId,
        device.deviceId,
        device.deviceType,
        device.platform,
        JSON.stringify(device.capabilities),
        device.appVersion,
        new Date(device.lastSeenMs),
        device.isOnline,
        device.deviceName,
        new Date(nowMs),
      ]),
    ),

  isRefused: () => false,

  async settle(rows, written) {
    const saved = deviceKeys(written);
    for (const row of rows) {
      const outcome = saved.has(`${row.userId} ${row.key}`) ? 'saved' : 'revoked';
      for (const { submission } of row.contributions) submission.settleRow(outcome);
    }
  },

  refuse: ({ submission }, cause) => submission.reject(refused(cause)),
};

/** Heartbeats: the latest of a device is all that is written. [GC8] */
export const heartbeatLane: Lane<{ readonly atMs: number }, boolean> = {
  name: 'heartbeats',
  order: 5,
  debounced: false,
  isCaughtUp: false,
  hasFloor: false,

  fold: (first, second) => (second.atMs > first.atMs ? second : first),

  weigh: () => 200,

  statement: (rows) => ({
    name: 'update-heartbeats',
    params: [
      plainArray(rows.map((row) => row.userId)),
      plainArray(rows.map((row) => row.key)),
      plainArray(rows.map((row) => new Date(row.value.atMs).toISOString())),
    ],
  }),

  valuesStatements: (rows) =>
    rows.map(({ userId, key, value }) => ({
      name: 'update-heartbeat',
      params: [userId, key, new Date(value.atMs)],
    })),

  isRefused: () => false,

  async settle(rows, written) {
    const updated = deviceKeys(written);
    for (const row of rows) {
      const known = updated.has(`${row.userId} ${row.key}`);
      for (const { submission } of row.contributions) submission.settleRow(known);
    }
  },

  refuse: ({ submission }, cause) => submission.reject(refused(cause)),
};

function deviceKeys({ results }: Written): ReadonlySet<string> {
  const rows = results.flat() as readonly {
    readonly user_id: string;
    readonly device_id: string;
  }[];
  return new Set(rows.map((row) => `${row.user_id} ${row.device_id}`));
}

function refused(cause: unknown): CuepointError {
  return new CuepointError('change_refused', 'The database refuses this device.', { cause });
}
