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
  const { claim, ...act } = op as Op & { readonly claim?: Timestamp };
  const timestamp = timestampToText(op.timestamp);
  return { ...act, timestamp, ...claimToWire(claim) } as WireOp;
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
  const { claim, ...act } = wire as WireOp & { readonly claim?: string };
  const op = { ...act, timestamp, deviceId, ...wireToClaim(claim, timestamp) } as Op;
  if (op.kind === 'watchlist.add') return { ...op, tag: normalizeUuid(op.tag) };
  if (op.kind === 'watchlist.remove') return { ...op, tags: normalized(op.tags) };
  if (op.kind === 'play.add') return { ...op, playId: normalizeUuid(op.playId) };
  return op.kind === 'play.remove' ? { ...op, playIds: normalized(op.playIds) } : op;
}

/** Two spellings of an id are one. */
function normalized(ids: readonly string[]): string[] {
  return [...new Set(ids.map(normalizeUuid))];
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
