import {
  compareTimestamps,
  CuepointError,
  isTimestamp,
  LOGICAL_MAX,
  nextTimestamp,
  PHYSICAL_MAX,
  type Op,
  type OpResult,
  type Timestamp,
} from '@cuepoint/core';
import type { PersistOpOptions, WriteContext } from '@cuepoint/store';
import { STAMP_ATTEMPTS_MAX } from '../limits.ts';
import { rejectionError, submitTogether } from './submit-op.ts';
import type { WriteDeps } from './write-deps.ts';

/** A write that still lacks its timestamp. */
export interface Draft<DraftedOp extends Op> {
  /** The timestamp will be greater than each of these. */
  readonly floors: readonly (Timestamp | undefined)[];
  readonly toOp: (timestamp: Timestamp) => DraftedOp;
  readonly options?: PersistOpOptions;
  /** What is written with it, in the same batch: of other keys, and under its stamp. [PLY3] [CLM8] */
  readonly withOp?: (op: DraftedOp) => readonly Op[];
}

export interface Submitted<DraftedOp extends Op> {
  readonly op: DraftedOp;
  readonly result: Exclude<OpResult, { result: 'rejected' }>;
}

type Prepared<DraftedOp extends Op, Answer> = Draft<DraftedOp> | { readonly answer: Answer };

/**
 * Stamps a write once, from the wall clock of its arrival and this user's rows only, and persists it.
 *
 * Only a write that met its own stamp, or a floor raised meanwhile, is stamped anew: what was rejected was
 * never stored, so no retry ever writes twice. [LWW3]
 *
 * @param prepare from what is stored now, a draft, or the answer when there is nothing to write.
 */
export async function submitUnstamped<DraftedOp extends Op, Answer>(
  deps: WriteDeps,
  { userId, arrivedMs }: { userId: string; arrivedMs: number },
  prepare: () => Promise<Prepared<DraftedOp, Answer>>,
): Promise<Submitted<DraftedOp> | { readonly answer: Answer }> {
  let rejected: Timestamp | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const prepared = await deps.awaitDatabase(prepare);
    if ('answer' in prepared) return prepared;
    const timestamp = stampPast(arrivedMs, [...prepared.floors, rejected]);
    const op = prepared.toOp(timestamp);
    const others = prepared.withOp?.(op) ?? [];
    const result = await submitTogether(deps, userId, op, others, prepared.options);
    if (result.result !== 'rejected') return { op, result };
    const isStampTaken = result.code === 'stamp_reused' || result.code === 'stale_op';
    if (!isStampTaken || attempt >= STAMP_ATTEMPTS_MAX) throw rejectionError(deps, result, op);
    rejected = timestamp;
  }
}

/** A write on one content. */
export function submitOnContent<DraftedOp extends Op, Answer>(
  deps: WriteDeps,
  { userId, contentId, arrivedMs }: { userId: string; contentId: string; arrivedMs: number },
  prepare: (
    context: WriteContext,
  ) => Prepared<DraftedOp, Answer> | Promise<Prepared<DraftedOp, Answer>>,
): Promise<Submitted<DraftedOp> | { readonly answer: Answer }> {
  return submitUnstamped(deps, { userId, arrivedMs }, async () =>
    prepare(await deps.repository.readWriteContext(userId, contentId)),
  );
}

/**
 * The wall clock, or just past the greatest floor where one is equal or ahead: the newest intent wins.
 *
 * @throws CuepointError `clock_ahead` past the last timestamp of all.
 */
export function stampPast(nowMs: number, floors: readonly (Timestamp | undefined)[]): Timestamp {
  let timestamp: Timestamp = { physical: Math.min(Math.floor(nowMs), PHYSICAL_MAX), logical: 0 };
  if (!isTimestamp(timestamp)) throw new RangeError('the wall clock is not a time');
  for (const floor of floors) {
    if (floor === undefined || compareTimestamps(timestamp, floor) > 0) continue;
    if (floor.physical === PHYSICAL_MAX && floor.logical === LOGICAL_MAX) {
      throw new CuepointError('clock_ahead', 'What is stored has the last timestamp there is.', {
        serverTimeMs: nowMs,
      });
    }
    timestamp = nextTimestamp(floor);
  }
  return timestamp;
}
