import {
  CuepointError,
  isAheadOfClock,
  type Op,
  type OpRejection,
  type OpResult,
} from '@cuepoint/core';
import { isCountedRegister, tooManyRegisters } from '../service/register-quota.ts';
import type { WriteDeps, WriteOptions } from './write-deps.ts';

/**
 * Which of these ops are too far ahead, for stamps of their writers. Only the future is bounded: past the wall clock
 * and past what is stored of the same key, since what the service has stored must not keep a later act out. [HLC4]
 */
export async function readAhead(
  deps: WriteDeps,
  userId: string,
  ops: readonly Op[],
): Promise<ReadonlySet<Op>> {
  const isAhead = (op: Op, boundMs: number) =>
    isAheadOfClock(op.timestamp, boundMs, deps.maxDriftMs);
  const nowMs = deps.now();
  const ahead = ops.filter((op) => isAhead(op, nowMs));
  if (ahead.length === 0) return new Set();
  const heights = await deps.awaitDatabase(() => deps.repository.readHeights(userId, ahead));
  const floorMs = heights.floor?.physical ?? 0;
  return new Set(
    ahead.filter((op) => isAhead(op, Math.max(nowMs, floorMs, heights.of(op)?.physical ?? 0))),
  );
}

/** Persists an op that carries its writer's own stamp. @param others as of {@link submitTogether} */
export async function submitStampedOp(
  deps: WriteDeps,
  userId: string,
  op: Op,
  others: readonly Op[],
): Promise<OpResult> {
  const ahead = await readAhead(deps, userId, [op]);
  return ahead.has(op) ? refuse(deps, op, 'clock_ahead') : submitTogether(deps, userId, op, others);
}

export function refuse({ countOp }: WriteDeps, op: Op, code: OpRejection): OpResult {
  countOp(op.kind, 'rejected');
  return { result: 'rejected', code };
}

/**
 * Hands a write over with others that belong to it, so that they share a commit.
 *
 * The others go first: where the writer has to try again, what was taken of them is there already under the same ids, and what
 * made them is still to be seen. They are of other keys; one that is refused does not hold up the write.
 */
export async function submitTogether(
  deps: WriteDeps,
  userId: string,
  op: Op,
  others: readonly Op[],
  options?: WriteOptions,
): Promise<OpResult> {
  if (others.length === 0) return submitWithinQuota(deps, userId, op, options);
  const excess = await deps.quota.findExcess(userId, [...others, op]);
  const submit = async (one: Op): Promise<OpResult> =>
    excess.has(one)
      ? refuse(deps, one, 'quota_exceeded')
      : submitOp(deps, userId, one, one === op ? options : undefined);
  const results = await Promise.all([...others.map(submit), submit(op)]);
  const result = results.at(-1);
  if (result === undefined) throw new Error('each op has a result');
  return result;
}

/** A write of its own; a push asks for all of its ops at once. */
export async function submitWithinQuota(
  deps: WriteDeps,
  userId: string,
  op: Op,
  options?: WriteOptions,
): Promise<OpResult> {
  const excess = await deps.quota.findExcess(userId, [op]);
  return excess.has(op) ? refuse(deps, op, 'quota_exceeded') : submitOp(deps, userId, op, options);
}

export async function submitOp(
  { persistence, countOp, timeAck }: WriteDeps,
  userId: string,
  op: Op,
  options?: WriteOptions,
): Promise<OpResult> {
  const acked = timeAck();
  const result = await persistence.persistOp(userId, op, options);
  acked();
  countOp(op.kind, result.result);
  return result;
}

const REJECTIONS = {
  clock_ahead: 'The timestamp is too far ahead of the service.',
  stamp_reused: 'This stamp was used for another write; stamp it anew.',
  tag_reused: 'This tag belongs to another add; mint a new one.',
  stale_op: 'The change is not newer than what was collected or erased.',
  change_refused: 'The database refuses this change.',
  quota_exceeded: 'The user has as many rows as a user may have.',
} as const;

/** A single write that is rejected answers as an error. @param op that was rejected, so that the refusal can say more. */
export function rejectionError(
  { quota, now }: Pick<WriteDeps, 'quota' | 'now'>,
  { code }: Extract<OpResult, { result: 'rejected' }>,
  op?: Op,
): CuepointError {
  if (code === 'quota_exceeded' && op !== undefined && isCountedRegister(op)) {
    return tooManyRegisters(op);
  }
  return new CuepointError(code, REJECTIONS[code], {
    ...(code === 'clock_ahead' && { field: 'timestamp', serverTimeMs: now() }),
    ...(code === 'quota_exceeded' && { limit: { name: 'rowsPerUser', value: quota.rowsMax } }),
  });
}
