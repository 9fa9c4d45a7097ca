import {
  dateToMs,
  isDay,
  msToDate,
  type DeviceInfo,
  type DeviceType,
  type JsonValue,
  type ORSetEntry,
  type PlaybackState,
  type PlayEntry,
  type ProgressOp,
  type RegisterSetOp,
  type Stamp,
} from '@cuepoint/core';
import { unnest } from './parse-array.ts';
import { readChangesRow } from './read-changes-row.ts';
import type { Snapshot } from './snapshot.ts';
import type {
  Collection,
  DeviceRecord,
  Floors,
  PlayRecord,
  RegisterRecord,
  Tables,
  TagRecord,
} from './tables.ts';

/** What a statement runs in. */
export interface StatementContext {
  readonly tables: Tables;
  readonly xid: number;
  readonly snapshot: Snapshot;
  /** As they were when the transaction began. */
  readonly floors: Floors;
  readonly database: DatabaseIdentity;
  /** The database's wall clock, in ms since the epoch. */
  readonly nowMs: number;
}

export interface DatabaseIdentity {
  readonly systemIdentifier: string;
  readonly timeline: string;
  readonly incarnation: string;
  /** Changes with each crash of the database. */
  readonly recoveredAtUs: string;
}

type Statement = (context: StatementContext, params: readonly unknown[]) => unknown[];

/** What the SQL files of these names do, in memory. */
export function runStatement(
  context: StatementContext,
  name: string,
  params: readonly unknown[],
): unknown[] {
  const statement = STATEMENTS[name];
  if (statement === undefined) throw new Error(`the simulated store has no statement ${name}`);
  return statement(context, params);
}

const STATEMENTS: Readonly<Record<string, Statement>> = {
  'upsert-progress': (context, params) => {
    const rows = unnest(params.slice(0, 11));
    const written = rows.filter((row) => writeProgress(context, row));
    return [{ written: written.length, xid: String(context.xid) }];
  },
  'upsert-progress-one': (context, params) => {
    const values = params.slice(0, 11) as (string | number | boolean | null)[];
    const row = values.map((value) => (value === null ? null : String(value)));
    const isWritten = writeProgress(context, row);
    return isWritten ? [{ written: 1, xid: String(context.xid) }] : [];
  },
  'upsert-said': (context, params) => {
    const rows = unnest(params.slice(0, 9));
    const written = rows.filter((row) => writeRegister(context, row));
    return [{ written: written.length, xid: String(context.xid) }];
  },
  'read-said': ({ tables }, params) =>
    unnest(params).flatMap(([userId, id]) => {
      const stored = tables.registers.get(`${userId} ${id}`);
      return stored?.op.kind === 'register.set' ? [saidRow(stored, stored.op)] : [];
    }),
  'upsert-plays': (context, params) => {
    const { tables, xid, floors } = context;
    let [written, removed] = [0, 0];
    for (const row of unnest(params.slice(0, 14))) {
      const [userId = ''] = row as string[];
      const play = toPlay(row);
      if (!tables.mergePlay(userId, play, { xid, floors })) continue;
      written += 1;
      if (tables.plays.get(`${userId} ${play.tag}`)?.play.removed !== null) removed += 1;
    }
    return [{ written, written_removed: removed, xid: String(xid) }];
  },
  'read-plays': ({ tables }, params) =>
    unnest(params).flatMap(([userId, playId]) => {
      const stored = tables.plays.get(`${userId} ${playId}`);
      return stored === undefined ? [] : [playRow(stored)];
    }),
  // Fewer than are too many, and none of them a place.
  'count-registers': () => [{ registers: 0 }],
  'delete-old-places': () => [{ deleted: 0 }],
  'upsert-watchlist': (context, params) => {
    const { tables, xid, floors } = context;
    let [written, removed] = [0, 0];
    for (const row of unnest(params.slice(0, 9))) {
      const [userId, entry] = toEntry(row);
      if (!tables.mergeTag(userId, entry, { nowMs: toMs(params[9]), xid, floors })) continue;
      written += 1;
      if (tables.tags.get(`${userId} ${entry.tag}`)?.entry.removed !== null) removed += 1;
    }
    return [{ written, written_removed: removed, xid: String(xid) }];
  },
  'upsert-devices': ({ tables }, params) =>
    unnest(params.slice(0, 9)).flatMap((row) => {
      const [userId = ''] = row as string[];
      const device = toDevice(row);
      const key = `${userId} ${device.deviceId}`;
      const stored = tables.devices.get(key);
      if (stored?.isRevoked === true) return [];
      const lastSeenMs = Math.max(stored?.device.lastSeenMs ?? 0, device.lastSeenMs);
      tables.devices.set(key, { userId, device: { ...device, lastSeenMs }, isRevoked: false });
      return [{ user_id: userId, device_id: device.deviceId }];
    }),
  'update-heartbeats': ({ tables }, params) =>
    unnest(params).flatMap(([userId, deviceId, lastSeen]) => {
      const key = `${userId} ${deviceId}`;
      const stored = tables.devices.get(key);
      if (stored === undefined || stored.isRevoked) return [];
      const lastSeenMs = Math.max(stored.device.lastSeenMs, toMs(lastSeen));
      tables.devices.set(key, {
        ...stored,
        device: { ...stored.device, lastSeenMs, isOnline: true },
      });
      return [{ user_id: userId, device_id: deviceId }];
    }),
  'revoke-device': ({ tables }, [userId, deviceId]) => {
    const key = `${String(userId)} ${String(deviceId)}`;
    const stored = tables.devices.get(key);
    if (stored === undefined || stored.isRevoked) return [];
    tables.devices.set(key, { ...stored, isRevoked: true });
    return [{ device_id: deviceId }];
  },
  'is-device-revoked': ({ tables }, [userId, deviceId]) =>
    tables.devices.get(`${String(userId)} ${String(deviceId)}`)?.isRevoked === true ? [{}] : [],
  'get-device': ({ tables }, [userId, deviceId]) => {
    const stored = tables.devices.get(`${String(userId)} ${String(deviceId)}`);
    return stored === undefined || stored.isRevoked ? [] : [deviceRow(stored)];
  },
  'count-devices': ({ tables }, [userId]) => [
    { devices: [...tables.devices.values()].filter((stored) => stored.userId === userId).length },
  ],
  // Fewer than are kept of a user are ever removed here.
  'delete-revoked-devices': () => [{ deleted: 0 }],
  'load-devices': ({ tables }, [userId]) =>
    [...tables.devices.values()]
      .filter((stored) => stored.userId === userId && !stored.isRevoked)
      .sort((a, b) => (a.device.deviceId < b.device.deviceId ? -1 : 1))
      .map(deviceRow),
  'load-watchlist': ({ tables }, [userId]) =>
    [...tables.tags.values()].filter((tag) => tag.userId === userId).map(tagRow),
  'load-progress': ({ tables }, [userId]) =>
    [...tables.registers.values()].flatMap((row) =>
      row.userId === userId && row.op.kind !== 'register.set' ? [registerRow(row, row.op)] : [],
    ),
  'read-tags': ({ tables }, params) =>
    unnest(params).flatMap(([userId, tag]) => {
      const stored = tables.tags.get(`${userId} ${tag}`);
      return stored === undefined ? [] : [tagRow(stored)];
    }),
  'read-registers': ({ tables }, params) =>
    unnest(params).flatMap(([userId, contentId]) => {
      const stored = tables.registers.get(`${userId} ${contentId}`);
      return stored === undefined || stored.op.kind === 'register.set'
        ? []
        : [registerRow(stored, stored.op)];
    }),
  // Nobody is ever erased here.
  'read-write-context': () => [
    { progress: null, live_adds: null, floor: null, erased_physical: null },
  ],
  'read-heights': ({ tables }, [userId, contentIds, tags, registerIds, playIds]) => {
    const user = String(userId);
    const heightsOf = (kind: string, ids: unknown) =>
      unnest([ids]).flatMap(([id]) => {
        const stored = tables.registers.get(`${user} ${id}`);
        return stored === undefined ? [] : [{ kind, key: id, ...stored.op.timestamp }];
      });
    const plays = unnest([playIds]).flatMap(([id]) => {
      const added = tables.plays.get(`${user} ${id}`)?.play.added;
      return added == null ? [] : [{ kind: 'play', key: id, ...added.timestamp }];
    });
    const entries = unnest([tags]).map(([tag]) => tables.tags.get(`${user} ${tag}`)?.entry);
    const floor = tables.floors.get(user);
    return [
      ...heightsOf('progress', contentIds),
      ...heightsOf('register', registerIds),
      ...plays,
      ...entries.flatMap((entry) =>
        [entry?.added, entry?.removed].flatMap((stamp) =>
          stamp == null ? [] : [{ kind: 'tag', key: entry?.tag, ...stamp.timestamp }],
        ),
      ),
      ...(floor === undefined ? [] : [{ kind: 'floor', key: '', ...floor }]),
    ];
  },
  'read-changes': readChangesRow,
  'try-task-lock': () => [{ held: true }],
  'raise-floors': (context, params) => [
    { users: context.tables.raiseFloors(collectionOf(context, params), context.snapshot.xmin) },
  ],
  'delete-collected': (context, params) => [
    { deleted: context.tables.deleteCollected(collectionOf(context, params), Number(params[3])) },
  ],
};

/** Times are the database's where none is given. */
function collectionOf(
  { nowMs }: StatementContext,
  [at, retentionSeconds, graceSeconds]: readonly unknown[],
): Collection {
  const atMs = at === null ? nowMs : toMs(at);
  return {
    atMs,
    removedBeforeMs: atMs - Number(retentionSeconds) * 1_000,
    graceMs: Number(graceSeconds) * 1_000,
    nowMs,
  };
}

function writeProgress(
  { tables, xid }: StatementContext,
  row: readonly (string | null)[],
): boolean {
  const [userId, contentId, position, duration, state, physical, logical, ...rest] = row;
  const [claimPhysical, claimLogical, deviceId, isCleared] = rest;
  const stamp = {
    timestamp: { physical: Number(physical), logical: Number(logical) },
    deviceId: deviceId ?? '',
  };
  const op: ProgressOp =
    isCleared === 'true'
      ? { kind: 'progress.clear', contentId: contentId ?? '', ...stamp }
      : {
          kind: 'progress.set',
          contentId: contentId ?? '',
          positionSeconds: Number(position),
          durationSeconds: Number(duration),
          state: state as PlaybackState,
          ...stamp,
          ...toClaim(claimPhysical, claimLogical),
        };
  return tables.mergeRegister(userId ?? '', op, xid);
}

function writeRegister(
  { tables, xid }: StatementContext,
  row: readonly (string | null)[],
): boolean {
  const [userId, register = '', key = '', value, physical, logical, ...rest] = row;
  const [claimPhysical, claimLogical, deviceId] = rest;
  const op: RegisterSetOp = {
    kind: 'register.set',
    register: register ?? '',
    key: key ?? '',
    value: value == null ? null : (JSON.parse(value) as JsonValue),
    timestamp: { physical: Number(physical), logical: Number(logical) },
    deviceId: deviceId ?? '',
    ...toClaim(claimPhysical, claimLogical),
  };
  return tables.mergeRegister(userId ?? '', op, xid);
}

function toPlay(row: readonly (string | null)[]): PlayEntry {
  const [, playId, contentId, watchedAt, precision, source, physical, logical, ...rest] = row;
  const [claimPhysical, claimLogical, deviceId, by, removedPhysical, removedLogical] = rest;
  const added = toStamp(physical, logical, deviceId);
  const day = watchedAt?.slice(0, 10);
  const date = watchedAt == null ? undefined : msToDate(Date.parse(watchedAt));
  return {
    tag: playId ?? '',
    contentId: contentId ?? '',
    added: added && { ...added, ...toClaim(claimPhysical, claimLogical) },
    removed: toStamp(removedPhysical, removedLogical, by),
    watchedAt: precision === 'day' ? day : date,
    source: source ?? undefined,
  };
}

function toClaim(physical: string | null | undefined, logical: string | null | undefined) {
  return physical == null
    ? {}
    : { claim: { physical: Number(physical), logical: Number(logical) } };
}

function toEntry(row: readonly (string | null)[]): [userId: string, entry: ORSetEntry] {
  const [userId, contentId, tag, physical, logical, deviceId, by, removedPhysical, removedLogical] =
    row;
  const entry = {
    tag: tag ?? '',
    contentId: contentId ?? '',
    added: toStamp(physical, logical, deviceId),
    removed: toStamp(removedPhysical, removedLogical, by),
  };
  return [userId ?? '', entry];
}

function toStamp(
  physical: string | null | undefined,
  logical: string | null | undefined,
  deviceId: string | null | undefined,
): Stamp | null {
  if (physical == null || logical == null || deviceId == null) return null;
  return { timestamp: { physical: Number(physical), logical: Number(logical) }, deviceId };
}

function toDevice(row: readonly (string | null)[]): DeviceInfo {
  const [, deviceId, deviceType, platform, capabilities, appVersion, seen, isOnline, deviceName] =
    row as string[];
  return {
    deviceId: deviceId ?? '',
    deviceType: deviceType as DeviceType,
    platform: platform ?? '',
    capabilities: JSON.parse(capabilities ?? '{}') as DeviceInfo['capabilities'],
    appVersion: appVersion ?? '',
    lastSeenMs: toMs(seen),
    isOnline: isOnline === 'true',
    deviceName: deviceName ?? null,
  };
}

function deviceRow({ device }: DeviceRecord) {
  return {
    device_id: device.deviceId,
    device_type: device.deviceType,
    platform: device.platform,
    capabilities: device.capabilities,
    app_version: device.appVersion,
    last_seen: new Date(device.lastSeenMs),
    is_online: device.isOnline,
    device_name: device.deviceName,
  };
}

function tagRow({ userId, entry: { tag, contentId, added, removed }, xid }: TagRecord) {
  return {
    user_id: userId,
    content_id: contentId,
    unique_tag: tag,
    timestamp_physical: added?.timestamp.physical ?? null,
    timestamp_logical: added?.timestamp.logical ?? null,
    device_id: added?.deviceId ?? null,
    removed_by: removed?.deviceId ?? null,
    removed_physical: removed?.timestamp.physical ?? null,
    removed_logical: removed?.timestamp.logical ?? null,
    mark: String(xid),
  };
}

function saidRow({ userId, xid }: RegisterRecord, op: RegisterSetOp) {
  const { register, key, value, timestamp, claim, deviceId } = op;
  return {
    user_id: userId,
    kind: register,
    key,
    value,
    timestamp_physical: timestamp.physical,
    timestamp_logical: timestamp.logical,
    claim_physical: claim?.physical ?? null,
    claim_logical: claim?.logical ?? null,
    device_id: deviceId,
    mark: String(xid),
  };
}

function playRow({ userId, play, xid }: PlayRecord) {
  const { tag, contentId, added, removed, watchedAt, source } = play;
  return {
    user_id: userId,
    play_id: tag,
    content_id: added === null ? null : contentId,
    watched_ms: watchedAt === undefined ? null : dateToMs(watchedAt),
    watched_precision: watchedAt === undefined ? null : isDay(watchedAt) ? 'day' : 'instant',
    source: source ?? null,
    timestamp_physical: added?.timestamp.physical ?? null,
    timestamp_logical: added?.timestamp.logical ?? null,
    claim_physical: added?.claim?.physical ?? null,
    claim_logical: added?.claim?.logical ?? null,
    device_id: added?.deviceId ?? null,
    removed_by: removed?.deviceId ?? null,
    removed_physical: removed?.timestamp.physical ?? null,
    removed_logical: removed?.timestamp.logical ?? null,
    mark: String(xid),
  };
}

function registerRow({ userId, xid }: RegisterRecord, op: ProgressOp) {
  const isSet = op.kind === 'progress.set';
  return {
    user_id: userId,
    content_id: op.contentId,
    position_seconds: isSet ? op.positionSeconds : 0,
    duration_seconds: isSet ? op.durationSeconds : 0,
    state: isSet ? op.state : 'stopped',
    timestamp_physical: op.timestamp.physical,
    timestamp_logical: op.timestamp.logical,
    claim_physical: isSet ? (op.claim?.physical ?? null) : null,
    claim_logical: isSet ? (op.claim?.logical ?? null) : null,
    device_id: op.deviceId,
    is_cleared: !isSet,
    mark: String(xid),
  };
}

function toMs(at: unknown): number {
  return at instanceof Date ? at.getTime() : Date.parse(String(at));
}
