import type { Readable } from 'node:stream';
import type { SetTimer, SyncRepository } from '@cuepoint/store';
import {
  INSPECTED_ROWS_MAX,
  OP_TAIL_DURATION_MAX_MS,
  OP_TAIL_HEARTBEAT_MS,
  OP_TAIL_EARLY_MAX,
  OP_TAIL_LENGTH_MAX,
  OP_TAIL_REGISTERS_MAX,
} from '../limits.ts';
import type { LiveInspection } from '../live/live-inspection.ts';
import type { WatchedOp } from '../live/op-watchers.ts';
import { createRegisterMemory } from './explain-op.ts';
import { LineStream } from './line-stream.ts';
import type { TailLine } from './tail-line.ts';

export interface OpTailDeps {
  readonly inspection: Pick<LiveInspection, 'watchOps'>;
  readonly repository: Pick<SyncRepository, 'inspectUser'>;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly setTimer: SetTimer;
}

export interface OpTail {
  /** JSON lines, each a {@link TailLine}. */
  readonly stream: Readable;
  /** Sends what waits, says why, and closes the stream. */
  end(reason: 'stopping'): void;
}

/**
 * Follows the ops of one user, from now on.
 *
 * It watches before it reads the registers, so that no write is told without the one that it met. It ends
 * with its reader, with the token it was opened with, after {@link OP_TAIL_DURATION_MAX_MS}, or by `end`.
 *
 * @param tokenExpiresAtMs by the wall clock.
 */
export async function openOpTail(
  { inspection, repository, now, setTimer }: OpTailDeps,
  { userId, tokenExpiresAtMs }: { readonly userId: string; readonly tokenExpiresAtMs: number },
): Promise<OpTail> {
  const stream = new LineStream(OP_TAIL_LENGTH_MAX, (count) => textOf({ type: 'dropped', count }));
  const memory = createRegisterMemory(OP_TAIL_REGISTERS_MAX);
  const early: WatchedOp[] = [];
  let isReading = true;
  let cancelHeartbeat = (): void => undefined;

  const show = (watched: WatchedOp): void => stream.add(textOf(toLine(watched)));
  const unwatch = await inspection.watchOps(userId, (watched) => {
    if (!isReading) show(watched);
    else if (early.length < OP_TAIL_EARLY_MAX) early.push(watched);
    else stream.countDropped();
  });
  try {
    const { progress } = await repository.inspectUser(userId, { rowsMax: INSPECTED_ROWS_MAX });
    for (const { contentId, stamp } of progress.rows) memory.remember(contentId, stamp);
  } catch (error) {
    unwatch();
    throw error;
  }
  stream.add(textOf({ type: 'open', serverTime: now() }));
  isReading = false;
  for (const watched of early) show(watched);

  const leftMs = Math.min(tokenExpiresAtMs - now(), OP_TAIL_DURATION_MAX_MS);
  const cancelEnd = setTimer(() => finish('expired'), Math.max(0, leftMs), { keepsAlive: false });
  beat();
  stream.once('close', release);

  function toLine(watched: WatchedOp): TailLine {
    const { op, result, code, winner, isFromElsewhere } = watched;
    const explanation = memory.explain(watched);
    return {
      type: 'op',
      serverTime: now(),
      source: isFromElsewhere ? 'elsewhere' : 'here',
      result,
      op,
      ...(code === undefined ? {} : { code }),
      ...(winner === undefined ? {} : { winner }),
      ...(explanation === undefined ? {} : { explanation }),
    };
  }

  function beat(): void {
    cancelHeartbeat = setTimer(
      () => {
        stream.add(textOf({ type: 'heartbeat', serverTime: now() }));
        beat();
      },
      OP_TAIL_HEARTBEAT_MS,
      { keepsAlive: false },
    );
  }

  function finish(reason: 'stopping' | 'expired'): void {
    stream.add(textOf({ type: 'end', reason }));
    release();
  }

  function release(): void {
    unwatch();
    cancelEnd();
    cancelHeartbeat();
    stream.finish();
  }

  return { stream, end: finish };
}

function textOf(line: TailLine): string {
  return JSON.stringify(line);
}
