import { CuepointError, isAheadOfClock, type Op, type OpResult } from '@cuepoint/core';
import type { WriteDeps, WriteOptions } from './write-deps.ts';

/** Persists an op that carries its writer's own stamp. Only the future is bounded. [HLC4] */
export async function submitStampedOp(
  deps: WriteDeps,
  userId: string,
  op: Op,
  options?: WriteOptions,
): Promise<OpResult> {
  if (isAheadOfClock(op.timestamp, deps.now(), deps.maxDriftMs)) {
    deps.countOp(op.kind, 'rejected');
    return { result: 'rejected', code: 'clock_ahead' };
  }
  return submitOp(deps, userId, op, options);
}

export async function submitOp(
  { persistence, countOp, observeAck, now }: WriteDeps,
  userId: string,
  op: Op,
  options?: WriteOptions,
): Promise<OpResult> {
  const startedAtMs = now();
  const result = await persistence.persistOp(userId, op, options);
  // A wall clock may step back.
  observeAck(Math.max(0, now() - startedAtMs));
  countOp(op.kind, result.result);
  return result;
}

const REJECTIONS = {
  clock_ahead: 'The timestamp is too far ahead of the service.',
  stamp_reused: 'This stamp was used for another write; stamp it anew.',
  tag_reused: 'This tag belongs to another add; mint a new one.',
  stale_op: 'The change is not newer than what was collected or erased.',
  change_refused: 'The database refuses this change.',
} as const;

/** A single write that is rejected answers as an error. */
export function rejectionError(
  { code }: Extract<OpResult, { result: 'rejected' }>,
  nowMs: number,
): CuepointError {
  return new CuepointError(
    code,
    REJECTIONS[code],
    code === 'clock_ahead' ? { field: 'timestamp', serverTimeMs: nowMs } : {},
  );
}
