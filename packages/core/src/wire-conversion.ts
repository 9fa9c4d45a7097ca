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
  if (op.kind === 'watchlist.remove') return { ...op, tags: [...op.tags], timestamp };
  if (op.kind !== 'progress.set') return { ...op, timestamp };
  const { claim, ...act } = op;
  return { ...act, timestamp, ...claimToWire(claim) };
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
  if (wire.kind === 'watchlist.add') {
    return { ...wire, tag: normalizeUuid(wire.tag), timestamp, deviceId };
  }
  if (wire.kind === 'watchlist.remove') {
    return { ...wire, tags: [...new Set(wire.tags.map(normalizeUuid))], timestamp, deviceId };
  }
  if (wire.kind === 'progress.clear') return { ...wire, timestamp, deviceId };
  const { claim, ...act } = wire;
  return { ...act, timestamp, deviceId, ...wireToClaim(claim, timestamp) };
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
