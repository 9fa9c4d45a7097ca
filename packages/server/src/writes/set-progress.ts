import {
  compareTimestamps,
  CuepointError,
  type ProgressClearOp,
  type ProgressSetOp,
  type Timestamp,
} from '@cuepoint/core';
import { placesTakenBy } from './keep-place.ts';
import {
  reportPlayback,
  storedSet,
  type PlaybackReport,
  type ProgressWriteOutcome,
} from './report-playback.ts';
import { rejectionError, submitStampedOp } from './submit-op.ts';
import { submitOnContent } from './submit-unstamped.ts';
import type { WriteDeps } from './write-deps.ts';

export interface ProgressWrite extends PlaybackReport {
  /** As the writer stamped it; without one the service stamps the write. Never of a passive report. */
  readonly timestamp?: Timestamp | undefined;
  /** Of a timer's report that its writer stamped: the act that it continues. [CLM2] */
  readonly claim?: Timestamp | undefined;
}

export async function setProgress(
  deps: WriteDeps,
  write: ProgressWrite,
): Promise<ProgressWriteOutcome> {
  const { userId, contentId, deviceId, position, timestamp, claim } = write;
  if (timestamp === undefined) return reportPlayback(deps, write);
  for (const field of ['passive', 'playbackId'] as const) {
    if (write[field] === undefined || write[field] === false) continue;
    throw new CuepointError('invalid_request', `What is stamped has no ${field}.`, { field });
  }
  const op: ProgressSetOp = {
    kind: 'progress.set',
    contentId,
    ...position,
    timestamp,
    deviceId,
    ...(claim !== undefined && compareTimestamps(claim, timestamp) < 0 ? { claim } : {}),
  };
  const context = await deps.awaitDatabase(() =>
    deps.repository.readWriteContext(userId, contentId),
  );
  const places = placesTakenBy(op, storedSet(context, contentId), deps.now());
  const result = await submitStampedOp(deps, userId, op, places);
  if (result.result === 'rejected') throw rejectionError(deps, result);
  return result.result === 'superseded' ? result : { result: result.result, written: op };
}

/** Idempotent: a content without a position is left as it is. [LWW2] */
export async function clearProgress(
  deps: WriteDeps,
  { userId, deviceId, contentId }: { userId: string; deviceId: string; contentId: string },
): Promise<Pick<ProgressWriteOutcome, 'result' | 'winner'>> {
  const submitted = await submitOnContent<ProgressClearOp, { result: 'duplicate' }>(
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
