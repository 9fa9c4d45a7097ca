import {
  compareStamps,
  equalPositions,
  isAheadOfClock,
  ORSet,
  opToWire,
  type Op,
  type ProgressOp,
  type WireOpResult,
} from '@cuepoint/core';

/** What the service of a test holds of one user; it judges ops as the real one does. */
export class FakeStore {
  readonly set = new ORSet();
  readonly registers = new Map<string, ProgressOp>();
  /** Every op that changed something, in the order of the commits: a cursor is a place in it. */
  readonly log: Op[] = [];

  commit(op: Op, nowMs: number): WireOpResult {
    if (isAheadOfClock(op.timestamp, nowMs)) return { result: 'rejected', code: 'clock_ahead' };
    const result = this.#judge(op);
    if (result.result === 'applied') this.log.push(op);
    return result;
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
    const winner = this.registers.get(op.contentId);
    const order = winner === undefined ? 1 : compareStamps(op, winner);
    if (order > 0) {
      this.registers.set(op.contentId, op);
      return { result: 'applied' };
    }
    if (winner !== undefined && order < 0) {
      return { result: 'superseded', winner: opToWire(winner) };
    }
    const isSame = winner !== undefined && equalPositions(positionOf(winner), positionOf(op));
    return isSame ? { result: 'duplicate' } : { result: 'rejected', code: 'stamp_reused' };
  }
}

function positionOf(op: ProgressOp) {
  return op.kind === 'progress.set' ? op : null;
}
