import {
  compareStamps,
  compareTimestamps,
  equalPositions,
  isAheadOfClock,
  ORSet,
  opToWire,
  type Op,
  type ProgressOp,
  type Timestamp,
  type WatchlistOp,
  type WireOpResult,
} from '@cuepoint/core';

/** What the service of a test holds of one user; it judges ops as the real one does. */
export class FakeStore {
  readonly set = new ORSet();
  readonly registers = new Map<string, ProgressOp>();
  /** Every op that changed something, in the order of the commits: a cursor is a place in it. */
  readonly log: Op[] = [];

  /** What is collected or erased ends here. [CUR4] */
  floor: Timestamp | undefined;

  /** @param given one that a replica keeps: of others it knows nothing. */
  commit(given: Op, nowMs: number): WireOpResult {
    const op = given as WatchlistOp | ProgressOp;
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
  #heightOf(op: WatchlistOp | ProgressOp): Timestamp | undefined {
    if (op.kind.startsWith('progress')) return this.registers.get(op.contentId)?.timestamp;
    const tag =
      op.kind === 'watchlist.add' ? op.tag : op.kind === 'watchlist.remove' ? op.tags[0] : '';
    const stored = this.set.get(tag ?? '');
    return (stored?.removed ?? stored?.added)?.timestamp;
  }

  #judge(op: WatchlistOp | ProgressOp): WireOpResult {
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
