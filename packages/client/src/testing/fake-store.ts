import {
  compareStamps,
  compareTimestamps,
  equalJson,
  equalPositions,
  isAheadOfClock,
  ORSet,
  opToWire,
  type Op,
  type Timestamp,
  type WireOpResult,
} from '@cuepoint/core';

import { isRegisterOp, keyOf, partOf, type RegisterOp } from '../replica/op-key.ts';

/** What the service of a test holds of one user; it judges ops as the real one does. */
export class FakeStore {
  readonly set = new ORSet();
  /** Positions by content, other registers by kind and key. */
  readonly registers = new Map<string, RegisterOp>();
  readonly plays = new ORSet();
  /** Every op that changed something, in the order of the commits: a cursor is a place in it. */
  readonly log: Op[] = [];

  /** What is collected or erased ends here. [CUR4] */
  floor: Timestamp | undefined;

  commit(op: Op, nowMs: number): WireOpResult {
    const { floor } = this;
    if (floor !== undefined && compareTimestamps(op.timestamp, floor) <= 0) {
      return { result: 'rejected', code: 'stale_op' };
    }
    const stored = this.#heightOf(op)?.physical ?? 0;
    if (isAheadOfClock(op.timestamp, Math.max(nowMs, stored, floor?.physical ?? 0))) {
      return { result: 'rejected', code: 'clock_ahead' };
    }
    const result = this.#judge(op);
    if (result.result === 'applied') this.log.push(op);
    return result;
  }

  /** How high the stamp is that is stored of its key; watchlist ops are told by their first tag. [HLC4] */
  #heightOf(op: Op): Timestamp | undefined {
    if (isRegisterOp(op)) return this.registers.get(registerIdOf(op))?.timestamp;
    const tag =
      op.kind === 'watchlist.add' ? op.tag : op.kind === 'watchlist.remove' ? op.tags[0] : '';
    const stored = this.set.get(tag ?? '');
    return (stored?.removed ?? stored?.added)?.timestamp;
  }

  #judge(op: Op): WireOpResult {
    if (op.kind === 'watchlist.remove') {
      const met = this.set.remove(op.contentId, op.tags, op);
      return { result: met === 'conflict' ? 'superseded' : met };
    }
    if (op.kind === 'watchlist.add') {
      const stored = this.set.get(op.tag);
      if (stored?.added != null && compareStamps(stored.added, op) !== 0) {
        return { result: 'rejected', code: 'tag_reused' };
      }
      const met = this.set.add(op.contentId, op.tag, op);
      return { result: met === 'conflict' ? 'rejected' : met };
    }
    if (op.kind === 'play.add' || op.kind === 'play.remove') {
      const met =
        op.kind === 'play.add'
          ? this.plays.add(op.contentId, op.playId, op)
          : this.plays.remove('', op.playIds, op);
      return { result: met === 'applied' ? met : 'duplicate' };
    }
    const winner = this.registers.get(registerIdOf(op));
    const order = winner === undefined ? 1 : compareStamps(op, winner);
    if (order > 0) {
      this.registers.set(registerIdOf(op), op);
      return { result: 'applied' };
    }
    if (winner !== undefined && order < 0) {
      return { result: 'superseded', winner: opToWire(winner) };
    }
    const isSame =
      winner !== undefined &&
      equalPositions(positionOf(winner), positionOf(op)) &&
      equalJson(valueOf(winner), valueOf(op));
    return isSame ? { result: 'duplicate' } : { result: 'rejected', code: 'stamp_reused' };
  }
}

export function registerIdOf(op: Op): string {
  return op.kind === 'register.set' ? `${partOf(op)} ${keyOf(op)}` : keyOf(op);
}

function positionOf(op: RegisterOp) {
  return op.kind === 'progress.set' ? op : null;
}

function valueOf(op: RegisterOp) {
  return op.kind === 'register.set' ? op.value : null;
}
