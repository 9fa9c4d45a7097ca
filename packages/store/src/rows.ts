import {
  createProgressRegister,
  CuepointError,
  isUuid,
  msToDate,
  normalizeUuid,
  stampOf,
  type DeviceCapabilities,
  type DeviceInfo,
  type DeviceType,
  type JsonValue,
  type ORSetEntry,
  type PlaybackPosition,
  type PlaybackState,
  type PlayEntry,
  type PlayOp,
  type ProgressOp,
  type ProgressRegister,
  type RegisterSetOp,
  type Stamp,
  type Timestamp,
  type WatchlistOp,
} from '@cuepoint/core';

/** A row of user_watchlists as every statement selects it. */
export interface TagRow {
  readonly content_id: string;
  readonly unique_tag: string;
  readonly timestamp_physical: number | null;
  readonly timestamp_logical: number | null;
  readonly device_id: string | null;
  readonly removed_by: string | null;
  readonly removed_physical: number | null;
  readonly removed_logical: number | null;
}

/** A row of user_progress as every statement selects it. */
export interface RegisterRow {
  readonly content_id: string;
  readonly position_seconds: number;
  readonly duration_seconds: number;
  readonly state: PlaybackState;
  readonly timestamp_physical: number;
  readonly timestamp_logical: number;
  /** Null where the write is an act. [CLM2] */
  readonly claim_physical: number | null;
  readonly claim_logical: number | null;
  readonly device_id: string;
  readonly is_cleared: boolean;
}

/** A row of user_registers as every statement selects it. */
export interface SaidRow {
  readonly kind: string;
  readonly key: string;
  /** Null once cleared. */
  readonly value: JsonValue | null;
  readonly timestamp_physical: number;
  readonly timestamp_logical: number;
  readonly claim_physical: number | null;
  readonly claim_logical: number | null;
  readonly device_id: string;
}

/** A row of user_plays as every statement selects it. */
export interface PlayRow {
  readonly play_id: string;
  readonly content_id: string | null;
  readonly watched_ms: number | null;
  readonly watched_precision: 'instant' | 'day' | null;
  readonly source: string | null;
  readonly timestamp_physical: number | null;
  readonly timestamp_logical: number | null;
  readonly claim_physical: number | null;
  readonly claim_logical: number | null;
  readonly device_id: string | null;
  readonly removed_by: string | null;
  readonly removed_physical: number | null;
  readonly removed_logical: number | null;
}

/** A row of user_devices as every statement selects it. */
export interface DeviceRow {
  readonly device_id: string;
  readonly device_type: DeviceType;
  readonly platform: string;
  readonly capabilities: DeviceCapabilities;
  readonly app_version: string;
  readonly last_seen: Date;
  readonly is_online: boolean;
  readonly device_name: string | null;
}

export function entryOfRow(row: TagRow): ORSetEntry {
  return {
    tag: row.unique_tag,
    contentId: row.content_id,
    added: stampOfTag(row.timestamp_physical, row.timestamp_logical, row.device_id),
    removed: stampOfTag(row.removed_physical, row.removed_logical, row.removed_by),
  };
}

export function registerOfRow(row: RegisterRow): ProgressRegister {
  return createProgressRegister(positionOfRow(row), stampOfRegister(row));
}

export function stampOfRegister(row: RegisterRow | SaidRow): Stamp {
  const { claim_physical: physical, claim_logical: logical } = row;
  return stampOfParts(
    { physical: row.timestamp_physical, logical: row.timestamp_logical },
    row.device_id,
    physical === null || logical === null ? undefined : { physical, logical },
  );
}

export function registerOpOfRow(row: SaidRow): RegisterSetOp {
  const { kind: register, key, value } = row;
  return { kind: 'register.set', register, key, value, ...stampOfRegister(row) };
}

export function playOfRow(row: PlayRow): PlayEntry {
  const { claim_physical: physical, claim_logical: logical } = row;
  const added = stampOfTag(row.timestamp_physical, row.timestamp_logical, row.device_id);
  const claim = physical === null || logical === null ? {} : { claim: { physical, logical } };
  return {
    tag: row.play_id,
    contentId: row.content_id ?? '',
    added: added && { ...added, ...claim },
    removed: stampOfTag(row.removed_physical, row.removed_logical, row.removed_by),
    watchedAt: watchedAtOf(row),
    source: row.source ?? undefined,
  };
}

function watchedAtOf({
  watched_ms: ms,
  watched_precision: precision,
}: PlayRow): string | undefined {
  if (ms === null) return undefined;
  return precision === 'day' ? new Date(ms).toISOString().slice(0, 10) : msToDate(ms);
}

/** The op that tells another replica of this play; the add of a removed one is not told. */
export function playOpOfEntry({
  tag,
  contentId,
  added,
  removed,
  watchedAt,
  source,
}: PlayEntry): PlayOp {
  if (removed !== null) return { kind: 'play.remove', playIds: [tag], ...removed };
  if (added === null) throw new Error('a play has an add or a removal');
  return {
    kind: 'play.add',
    contentId,
    playId: tag,
    ...(watchedAt !== undefined && { watchedAt }),
    ...(source !== undefined && { source }),
    ...added,
  };
}

/** @param claim undefined for an act. [CLM2] */
export function stampOfParts(
  timestamp: Timestamp,
  deviceId: string,
  claim: Timestamp | undefined,
): Stamp {
  return claim === undefined ? { timestamp, deviceId } : { timestamp, deviceId, claim };
}

export function positionOfRow(row: RegisterRow): PlaybackPosition | null {
  if (row.is_cleared) return null;
  return {
    positionSeconds: row.position_seconds,
    durationSeconds: row.duration_seconds,
    state: row.state,
  };
}

export function progressOpOfRow(row: RegisterRow): ProgressOp {
  return progressOp(row.content_id, positionOfRow(row), stampOfRegister(row));
}

/** The op that writes this position with this stamp; `null` is a clear. [LWW2] */
export function progressOp(
  contentId: string,
  position: PlaybackPosition | null,
  stamp: Stamp,
): ProgressOp {
  if (position !== null) return { kind: 'progress.set', contentId, ...position, ...stampOf(stamp) };
  const { timestamp, deviceId } = stamp;
  return { kind: 'progress.clear', contentId, timestamp, deviceId };
}

/** `null` for a clear. */
export function positionOfOp(op: ProgressOp): PlaybackPosition | null {
  if (op.kind === 'progress.clear') return null;
  return {
    positionSeconds: op.positionSeconds,
    durationSeconds: op.durationSeconds,
    state: op.state,
  };
}

/** The entries that a watchlist op contributes to, one a tag. @throws CuepointError `invalid_tag` */
export function entriesOfOp(op: WatchlistOp): readonly ORSetEntry[] {
  const { contentId, timestamp, deviceId } = op;
  const stamp = { timestamp, deviceId };
  if (op.kind === 'watchlist.add') {
    return [{ tag: toTag(op.tag), contentId, added: stamp, removed: null }];
  }
  // Two spellings of a tag are one tag: a statement meets each row once.
  return [...new Set(op.tags.map(toTag))].map((tag) => ({
    tag,
    contentId,
    added: null,
    removed: stamp,
  }));
}

/** The form in which a tag is stored and compared. @throws CuepointError `invalid_tag` */
export function toTag(tag: string): string {
  if (isUuid(tag)) return normalizeUuid(tag);
  throw new CuepointError('invalid_tag', 'A tag is a UUID.', { field: 'tag' });
}

/** The op that tells another replica of this entry; the add of a removed tag is not told. */
export function watchlistOpOfEntry({ tag, contentId, added, removed }: ORSetEntry): WatchlistOp {
  if (removed !== null) return { kind: 'watchlist.remove', contentId, tags: [tag], ...removed };
  if (added !== null) return { kind: 'watchlist.add', contentId, tag, ...added };
  throw new Error('an entry has an add or a removal');
}

export function deviceOfRow(row: DeviceRow): DeviceInfo {
  return {
    deviceId: row.device_id,
    deviceType: row.device_type,
    platform: row.platform,
    appVersion: row.app_version,
    deviceName: row.device_name,
    capabilities: row.capabilities,
    lastSeenMs: row.last_seen.getTime(),
    isOnline: row.is_online,
  };
}

function stampOfTag(
  physical: number | null,
  logical: number | null,
  deviceId: string | null,
): Stamp | null {
  if (physical === null || logical === null || deviceId === null) return null;
  return { timestamp: { physical, logical }, deviceId };
}
