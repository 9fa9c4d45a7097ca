import { CuepointError } from './errors.ts';
import { normalizeUuid } from './ids.ts';
import type { Op } from './op.ts';
import {
  compareTimestamps,
  textToTimestamp,
  timestampToText,
  type Timestamp,
} from './timestamp.ts';
import type { WireOp } from './wire-op.ts';

// Apart from the schemas: clients convert and do not validate, and their bundle is small for it.

export function opToWire(op: Op): WireOp {
  const timestamp = timestampToText(op.timestamp);
  switch (op.kind) {
    case 'watchlist.remove':
      return { ...op, tags: [...op.tags], timestamp };
    case 'play.remove':
      return { ...op, playIds: [...op.playIds], timestamp };
    case 'progress.set':
    case 'register.set':
    case 'play.add': {
      const { claim, ...act } = op;
      return { ...act, timestamp, ...claimToWire(claim) };
    }
    case 'watchlist.add':
    case 'progress.clear':
      return { ...op, timestamp };
  }
}

export function claimToWire(claim: Timestamp | undefined): { claim?: string } {
  return claim === undefined ? {} : { claim: timestampToText(claim) };
}

/**
 * @param wire an op that its schema accepted.
 * @param deviceId the device that pushes it; what the op itself names must be the same.
 * @throws CuepointError `device_mismatch`, `invalid_timestamp`, `invalid_claim`
 */
export function wireToOp(wire: WireOp, deviceId: string): Op {
  if (wire.deviceId !== undefined && wire.deviceId !== deviceId) {
    throw new CuepointError('device_mismatch', 'An op names the device that pushes it, or none.', {
      field: 'deviceId',
    });
  }
  const timestamp = requireTimestamp(wire.timestamp);
  switch (wire.kind) {
    case 'watchlist.add':
      return { ...wire, tag: normalizeUuid(wire.tag), timestamp, deviceId };
    case 'watchlist.remove':
      return { ...wire, tags: [...new Set(wire.tags.map(normalizeUuid))], timestamp, deviceId };
    case 'play.remove': {
      const playIds = [...new Set(wire.playIds.map(normalizeUuid))];
      return { ...wire, playIds, timestamp, deviceId };
    }
    case 'play.add': {
      const { claim, ...act } = wire;
      const playId = normalizeUuid(wire.playId);
      return { ...act, playId, timestamp, deviceId, ...wireToClaim(claim, timestamp) };
    }
    case 'progress.clear':
      return { ...wire, timestamp, deviceId };
    case 'progress.set': {
      const { claim, ...act } = wire;
      return { ...act, timestamp, deviceId, ...wireToClaim(claim, timestamp) };
    }
    case 'register.set': {
      const { claim, ...act } = wire;
      return { ...act, timestamp, deviceId, ...wireToClaim(claim, timestamp) };
    }
  }
}

/**
 * A claim as a stamp has it: none where it equals the timestamp. [CLM2]
 *
 * @throws CuepointError `invalid_claim` for one after its timestamp, or what is no timestamp.
 */
export function wireToClaim(
  text: string | undefined,
  timestamp: Timestamp,
): { readonly claim?: Timestamp } {
  if (text === undefined) return {};
  const claim = textToTimestamp(text);
  const order = claim === undefined ? 1 : compareTimestamps(claim, timestamp);
  if (claim === undefined || order > 0) {
    throw new CuepointError(
      'invalid_claim',
      'A claim is a timestamp, at or before the one of its write.',
      {
        field: 'claim',
      },
    );
  }
  return order === 0 ? {} : { claim };
}

function requireTimestamp(text: string): Timestamp {
  const timestamp = textToTimestamp(text);
  if (timestamp === undefined) {
    throw new CuepointError('invalid_timestamp', 'A timestamp is 12 hex digits, -, 4 hex digits.', {
      field: 'timestamp',
    });
  }
  return timestamp;
}
