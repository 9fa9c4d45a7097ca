import { compareTimestamps, type Op, type Timestamp } from '@cuepoint/core';
import type { PlannedOp } from './planned.ts';

/**
 * Planned ops as their writer's.
 *
 * @param options.tick gives a timestamp that was never used before. A claim past it becomes an act of that moment. [CLM2]
 */
export function* stampOps(
  ops: Iterable<PlannedOp>,
  { deviceId, tick }: { readonly deviceId: string; readonly tick: () => Timestamp },
): Generator<Op> {
  for (const op of ops) {
    const timestamp = tick();
    if ('claim' in op && op.claim !== undefined && compareTimestamps(op.claim, timestamp) >= 0) {
      const { claim: _claim, ...act } = op;
      yield { ...act, timestamp, deviceId };
    } else yield { ...op, timestamp, deviceId };
  }
}
