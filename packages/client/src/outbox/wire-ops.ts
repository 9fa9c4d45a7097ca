import { opToWire, wireToOp, type Op, type WireOp, type WireOpResult } from '@cuepoint/core';

/** Of this device, whose id stands beside them all. */
export function opToSend(op: Op): WireOp {
  const { deviceId: _, ...wire } = opToWire(op);
  return wire;
}

/** What the acknowledged state learns from a result. */
export function opsOfResult(op: Op, { result, winner }: WireOpResult): Op[] {
  const won = winner === undefined ? [] : [wireToOp(winner, winner.deviceId ?? '')];
  if (result !== 'superseded') return [op, ...won];
  // An add whose tag was removed already: the removal itself comes, or came, with the changes.
  return op.kind === 'watchlist.remove' ? [op, ...won] : won;
}
