import {
  CuepointError,
  invalidDate,
  normalizeUuid,
  readDate,
  requireRegister,
  textToTimestamp,
  wireToClaim,
  toCuepointError,
  type Stamp,
  type Timestamp,
} from '@cuepoint/core';
import type { ExportLine } from '@cuepoint/store';
import { Compile, type Validator } from 'typebox/compile';
import {
  DeviceLineSchema,
  EndLineSchema,
  EXPORT_TYPE,
  EXPORT_VERSION,
  FloorLineSchema,
  HeaderLineSchema,
  PlayLineSchema,
  ProgressLineSchema,
  RegisterLineSchema,
  WatchlistLineSchema,
  type DeviceLine,
  type EndLine,
  type FloorLine,
  type HeaderLine,
  type PlayLine,
  type ProgressLine,
  type RegisterLine,
  type WatchlistLine,
} from './export-schemas.ts';

export type DecodedLine =
  | { readonly kind: 'header'; readonly userId: string }
  | { readonly kind: 'end'; readonly lines: number }
  | { readonly kind: 'data'; readonly line: ExportLine };

const validators: Readonly<Record<string, Validator>> = {
  [EXPORT_TYPE]: Compile(HeaderLineSchema),
  end: Compile(EndLineSchema),
  watchlist: Compile(WatchlistLineSchema),
  progress: Compile(ProgressLineSchema),
  register: Compile(RegisterLineSchema),
  play: Compile(PlayLineSchema),
  device: Compile(DeviceLineSchema),
  floor: Compile(FloorLineSchema),
};

/**
 * Reads one line of an export.
 *
 * @throws CuepointError with the code of what is wrong; its field names where.
 */
export function decodeLine(text: string): DecodedLine {
  const value = parse(text);
  const type = (value as { type?: unknown } | null)?.type;
  const validator =
    typeof type === 'string' && Object.hasOwn(validators, type) ? validators[type] : undefined;
  if (validator === undefined) {
    throw new CuepointError('invalid_request', 'The type of the line is not known.', {
      field: 'type',
    });
  }
  if (!validator.Check(value)) throw toCuepointError(validator.Errors(value));
  switch (type) {
    case EXPORT_TYPE:
      return toHeader(value as HeaderLine);
    case 'end':
      return { kind: 'end', lines: (value as EndLine).lines };
    case 'watchlist':
      return { kind: 'data', line: toWatchlistLine(value as WatchlistLine) };
    case 'progress':
      return { kind: 'data', line: toProgressLine(value as ProgressLine) };
    case 'register':
      return { kind: 'data', line: toRegisterLine(value as RegisterLine) };
    case 'play':
      return { kind: 'data', line: toPlayLine(value as PlayLine) };
    case 'device':
      return { kind: 'data', line: toDeviceLine(value as DeviceLine) };
    default:
      return { kind: 'data', line: toFloorLine(value as FloorLine) };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CuepointError('invalid_request', 'The line is not JSON.', { cause: error });
  }
}

function toHeader({ version, userId }: HeaderLine): DecodedLine {
  if (version !== EXPORT_VERSION) {
    throw new CuepointError(
      'invalid_request',
      `Only exports of version ${EXPORT_VERSION} can be read.`,
      { field: 'version' },
    );
  }
  return { kind: 'header', userId: normalizeUuid(userId) };
}

function toWatchlistLine(line: WatchlistLine): ExportLine {
  if (line.added === null && line.removed === null) {
    throw new CuepointError('invalid_request', 'A tag was added, removed, or both.', {
      field: 'added',
    });
  }
  return {
    type: 'watchlist',
    entry: {
      tag: normalizeUuid(line.tag),
      contentId: line.contentId,
      added: line.added === null ? null : toStamp(line.added),
      removed: line.removed === null ? null : toStamp(line.removed),
    },
    removedAtMs: line.removedAt === null ? null : toMs(line.removedAt, 'removedAt'),
  };
}

function toProgressLine(line: ProgressLine): ExportLine {
  return {
    type: 'progress',
    contentId: line.contentId,
    position: line.position,
    stamp: toProgressStamp(line),
    updatedAtMs: toMs(line.updatedAt, 'updatedAt'),
  };
}

/** @throws CuepointError `invalid_register…`, `invalid_date`, `invalid_claim` */
function toRegisterLine({ register, key, value: given, claim, ...line }: RegisterLine): ExportLine {
  const stamp = toStamp(line);
  const op = { kind: 'register.set', register, key, value: given, ...stamp } as const;
  return {
    type: 'register',
    register,
    key,
    value: requireRegister(op).value,
    stamp: { ...stamp, ...wireToClaim(claim, stamp.timestamp) },
    updatedAtMs: toMs(line.updatedAt, 'updatedAt'),
  };
}

function toPlayLine(line: PlayLine): ExportLine {
  if (line.added === null && line.removed === null) {
    throw new CuepointError('invalid_request', 'A play was added, removed, or both.', {
      field: 'added',
    });
  }
  if ((line.added === null) !== (line.contentId === null)) {
    throw new CuepointError('invalid_content_id', 'A play that was added is of a content.', {
      field: 'contentId',
    });
  }
  const watchedAt = line.watchedAt === null ? undefined : readDate(line.watchedAt);
  if (line.watchedAt !== null && watchedAt === undefined) throw invalidDate('watchedAt');
  return {
    type: 'play',
    play: {
      tag: normalizeUuid(line.playId),
      contentId: line.contentId ?? '',
      added: line.added === null ? null : toClaimedStamp(line.added),
      removed: line.removed === null ? null : toStamp(line.removed),
      watchedAt,
      source: line.source ?? undefined,
    },
    removedAtMs: line.removedAt === null ? null : toMs(line.removedAt, 'removedAt'),
  };
}

function toClaimedStamp({ claim, ...line }: NonNullable<PlayLine['added']>): Stamp {
  const stamp = toStamp(line);
  return { ...stamp, ...wireToClaim(claim, stamp.timestamp) };
}

function toDeviceLine({ type, lastSeen, revokedAt, ...device }: DeviceLine): ExportLine {
  return {
    type,
    device: { ...device, lastSeenMs: toMs(lastSeen, 'lastSeen') },
    revokedAtMs: revokedAt === null ? null : toMs(revokedAt, 'revokedAt'),
  };
}

function toFloorLine({ type, collected }: FloorLine): ExportLine {
  return { type, collected: toTimestamp(collected, 'collected') };
}

function toStamp({ timestamp, deviceId }: { timestamp: string; deviceId: string }): Stamp {
  return { timestamp: toTimestamp(timestamp, 'timestamp'), deviceId };
}

/** A clear is always an act. [CLM2] @throws CuepointError `invalid_claim` */
function toProgressStamp({ position, claim, ...line }: ProgressLine): Stamp {
  const stamp = toStamp(line);
  return position === null ? stamp : { ...stamp, ...wireToClaim(claim, stamp.timestamp) };
}

function toTimestamp(text: string, field: string): Timestamp {
  const parsed = textToTimestamp(text);
  if (parsed === undefined) {
    throw new CuepointError('invalid_timestamp', 'The timestamp is malformed.', { field });
  }
  return parsed;
}

function toMs(instant: string, field: string): number {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) {
    throw new CuepointError('invalid_request', `${field} is no instant.`, { field });
  }
  return ms;
}
