import { CuepointError } from './errors.ts';
import { normalizeUuid } from './ids.ts';
import type { Op } from './op.ts';
import { textToTimestamp, timestampToText, type Timestamp } from './timestamp.ts';
import type { WireOp } from './wire-op.ts';

// Apart from the schemas: clients convert and do not validate, and their bundle is small for it.

export function opToWire(op: Op): WireOp {
  const timestamp = timestampToText(op.timestamp);
  return op.kind === 'watchlist.remove'
    ? { ...op, tags: [...op.tags], timestamp }
    : { ...op, timestamp };
}

/**
 * @param wire an op that its schema accepted.
 * @param deviceId the device that pushes it; what the op itself names must be the same.
 * @throws CuepointError `device_mismatch`
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
  return { ...wire, timestamp, deviceId };
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
