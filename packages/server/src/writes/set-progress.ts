import {
  claimOf,
  compareTimestamps,
  CuepointError,
  equalPositions,
  type Op,
  type OpResult,
  type PlaybackPosition,
  type ProgressClearOp,
  type ProgressOp,
  type ProgressRegister,
  type ProgressSetOp,
  type Timestamp,
} from '@cuepoint/core';
import type { WriteContext } from '@cuepoint/store';
import { rejectionError, submitStampedOp } from './submit-op.ts';
import { submitUnstamped } from './submit-unstamped.ts';
import type { WriteDeps } from './write-deps.ts';

export interface ProgressWrite {
  readonly userId: string;
  readonly deviceId: string;
  /** The writer names no device: any screen may be it. */
  readonly isAnonymous: boolean;
  readonly contentId: string;
  readonly position: PlaybackPosition;
  /** As the writer stamped it; without one the service stamps the write. */
  readonly timestamp?: Timestamp | undefined;
  /** Of a timer's report that its writer stamped: the act that it continues. [CLM2] */
  readonly claim?: Timestamp | undefined;
  /** A timer's report, not an action of a person. Never with a timestamp. */
  readonly passive: boolean;
}

export interface ProgressWriteOutcome {
  readonly result: Exclude<OpResult['result'], 'rejected'>;
  /** What is stored by this write, or was by the same one before. */
  readonly written?: ProgressSetOp;
  readonly winner?: Op;
}

export async function setProgress(
  deps: WriteDeps,
  write: ProgressWrite,
): Promise<ProgressWriteOutcome> {
  const { userId, contentId, deviceId, position, timestamp, passive } = write;
  const toOp = (stampedAt: Timestamp, claim: Timestamp | undefined): ProgressSetOp => ({
    kind: 'progress.set',
    contentId,
    ...position,
    timestamp: stampedAt,
    deviceId,
    ...(claim !== undefined && compareTimestamps(claim, stampedAt) < 0 ? { claim } : {}),
  });
  if (timestamp !== undefined) {
    if (passive) {
      throw new CuepointError('invalid_request', 'A passive report carries no timestamp.', {
        field: 'passive',
      });
    }
    const op = toOp(timestamp, write.claim);
    const result = await submitStampedOp(deps, userId, op);
    if (result.result === 'rejected') throw rejectionError(deps, result);
    return outcomeOf(op, result);
  }
  const arrivedMs = deps.now();
  const submitted = await submitUnstamped<ProgressSetOp, ProgressWriteOutcome>(
    deps,
    { userId, contentId, arrivedMs },
    (context) => {
      const { progress } = context;
      const stored = storedSet(context, contentId);
      if (passive && stored !== undefined && movesNothing(write, stored)) {
        return { answer: { result: 'duplicate', written: stored } };
      }
      if (passive && write.isAnonymous && progress !== undefined) {
        // Nobody can tell it from another screen's.
        return { answer: { result: 'superseded', winner: storedOp(progress, contentId) } };
      }
      // A timer's report goes on with the act that is stored. Over another device's it never applies, and over a newer act of its
      // own device, which may be on its way, neither. [CLM7]
      const claim = passive && progress !== undefined ? claimOf(progress.stamp) : undefined;
      return {
        floors: floorsOf(context, write, arrivedMs),
        toOp: (stampedAt) => toOp(stampedAt, claim),
        options: { passive },
      };
    },
  );
  return 'answer' in submitted ? submitted.answer : outcomeOf(submitted.op, submitted.result);
}

/** Idempotent: a content without a position is left as it is. [LWW2] */
export async function clearProgress(
  deps: WriteDeps,
  { userId, deviceId, contentId }: { userId: string; deviceId: string; contentId: string },
): Promise<Pick<ProgressWriteOutcome, 'result' | 'winner'>> {
  const submitted = await submitUnstamped<ProgressClearOp, { result: 'duplicate' }>(
    deps,
    { userId, contentId, arrivedMs: deps.now() },
    (context) =>
      context.progress === undefined || context.progress.value === null
        ? { answer: { result: 'duplicate' } }
        : {
            floors: [context.progress.stamp.timestamp, context.erasureFloor],
            toOp: (timestamp) => ({ kind: 'progress.clear', contentId, timestamp, deviceId }),
          },
  );
  return 'answer' in submitted ? submitted.answer : submitted.result;
}

function outcomeOf(
  op: ProgressSetOp,
  result: Exclude<OpResult, { result: 'rejected' }>,
): ProgressWriteOutcome {
  return result.result === 'superseded' ? result : { result: result.result, written: op };
}

function storedSet({ progress }: WriteContext, contentId: string): ProgressSetOp | undefined {
  const op = progress === undefined ? undefined : storedOp(progress, contentId);
  return op?.kind === 'progress.set' ? op : undefined;
}

function storedOp({ value, stamp }: ProgressRegister, contentId: string): ProgressOp {
  if (value !== null) return { kind: 'progress.set', contentId, ...value, ...stamp };
  const { timestamp, deviceId } = stamp;
  return { kind: 'progress.clear', contentId, timestamp, deviceId };
}

/** The same device says again where it is: such a report mints no stamp. [LWW6] */
function movesNothing({ position, deviceId }: ProgressWrite, stored: ProgressSetOp): boolean {
  return (
    stored.deviceId === deviceId &&
    stored.positionSeconds === position.positionSeconds &&
    stored.state === position.state
  );
}

function floorsOf(
  { progress, erasureFloor }: WriteContext,
  { deviceId, position }: ProgressWrite,
  arrivedMs: number,
): readonly (Timestamp | undefined)[] {
  if (progress === undefined) return [erasureFloor];
  // The same write of the same moment is itself, not a second one.
  const isItself =
    progress.stamp.deviceId === deviceId &&
    compareTimestamps(progress.stamp.timestamp, { physical: Math.floor(arrivedMs), logical: 0 }) ===
      0 &&
    equalPositions(progress.value, position);
  return isItself ? [erasureFloor] : [progress.stamp.timestamp, erasureFloor];
}
