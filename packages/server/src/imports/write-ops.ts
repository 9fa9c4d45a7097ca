import {
  HybridLogicalClock,
  isCuepointError,
  type Op,
  type OpResult,
  type Timestamp,
} from '@cuepoint/core';
import { stampOps, type PlannedOp } from '@cuepoint/files';

/** Writes on their way at once: enough for full batches, few enough for others to have their turns. [GC9] */
const IN_FLIGHT_MAX = 200;

export interface OpWriter {
  /** Stores one op. */
  readonly persistOp: (userId: string, op: Op) => Promise<OpResult>;
  readonly now: () => number;
  /** No add at or below it is stored. [CUR4] */
  readonly floor: Timestamp;
}

export interface Written {
  readonly applied: number;
  /** Something newer was stored meanwhile, or the very same. */
  readonly unchanged: number;
  readonly refused: number;
}

/**
 * Writes planned ops as one device, in their order but for what is on its way at once.
 *
 * @throws the first failure that is no refusal, after what is on its way.
 */
export async function writeOps(
  { persistOp, now, floor }: OpWriter,
  ops: readonly PlannedOp[],
  {
    userId,
    deviceId,
    onWritten,
  }: {
    readonly userId: string;
    readonly deviceId: string;
    readonly onWritten?: (ops: number) => void;
  },
): Promise<Written> {
  const clock = new HybridLogicalClock({ last: floor });
  const stamped = stampOps(ops, { deviceId, tick: () => clock.tick(now()) });
  const counts = { applied: 0, unchanged: 0, refused: 0 };
  let [done, failure]: [number, unknown] = [0, undefined];
  const worker = async () => {
    for (const op of stamped) {
      if (failure !== undefined) return;
      try {
        const { result } = await persistOp(userId, op);
        if (result === 'applied') counts.applied += 1;
        else if (result === 'rejected') counts.refused += 1;
        else counts.unchanged += 1;
      } catch (error) {
        // One op that no service takes keeps out no other.
        if (isCuepointError(error) && error.code.startsWith('invalid_')) counts.refused += 1;
        else failure ??= error;
      }
      done += 1;
      onWritten?.(done);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT_MAX }, worker));
  if (failure !== undefined) throw failure;
  return counts;
}
