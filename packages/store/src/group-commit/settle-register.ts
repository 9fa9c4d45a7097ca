import {
  APPLIED,
  compareStamps,
  DUPLICATE,
  type Op,
  type OpResult,
  type Stamp,
} from '@cuepoint/core';
import type { PendingRow } from './lane.ts';

/**
 * Tells every contributor to a last-writer-wins register what it met.
 *
 * @param winner what is stored; undefined where nothing is.
 * @param written whether this batch wrote the winner.
 * @param isSame whether two ops of one stamp say the same. [LWW3]
 * @param passive timer reports, which lose to another device's whatever their stamp is.
 */
export function settleRegister<Value extends Op & Stamp>(
  row: PendingRow<Value, OpResult>,
  winner: Value | undefined,
  written: boolean,
  isSame: (a: Value, b: Value) => boolean,
  passive = false,
): void {
  const outcomeOf = (op: Value): OpResult => {
    // Nothing is stored although this was written: an erasure is in force for its stamp.
    if (winner === undefined) return { result: 'rejected', code: 'stale_op' };
    const order = compareStamps(op, winner);
    if (order < 0 || (order > 0 && passive)) return { result: 'superseded', winner };
    if (order > 0) return { result: 'rejected', code: 'stale_op' };
    return isSame(op, winner) ? DUPLICATE : { result: 'rejected', code: 'stamp_reused' };
  };
  // Of equal writes in one batch the first is the one that was applied.
  let applied = !written;
  for (const { value, submission } of row.contributions) {
    const outcome = outcomeOf(value);
    submission.settleRow(outcome === DUPLICATE && !applied ? APPLIED : outcome);
    applied ||= outcome === DUPLICATE;
  }
}
