import { CLOSE_CODES, CuepointError, retryAfterToReason } from '@cuepoint/core';
import type { SetTimer } from '@cuepoint/store';
import {
  CLOSE_TIMEOUT_MS,
  RECONNECT_SPREAD_MAX_MS,
  RECONNECT_SPREAD_MIN_MS,
  RECONNECTS_PER_SECOND,
} from './limits.ts';
import type { Session } from './session.ts';

const LOOK_INTERVAL_MS = 20;

/**
 * Ends every session with a delay of its own before it comes back: all at once they would be a herd. [LIV5]
 *
 * @param sessions live: each leaves the set when its socket is closed.
 * @returns resolves when the set is empty; those that do not answer the close are cut off.
 */
export async function sendAway(
  sessions: ReadonlySet<Session>,
  { random, setTimer }: { readonly random: () => number; readonly setTimer: SetTimer },
): Promise<void> {
  const spreadMs = Math.min(
    Math.max((sessions.size * 1_000) / RECONNECTS_PER_SECOND, RECONNECT_SPREAD_MIN_MS),
    RECONNECT_SPREAD_MAX_MS,
  );
  for (const session of sessions) {
    const retryAfterMs = Math.ceil(random() * spreadMs);
    session.fail(
      new CuepointError('shutting_down', 'The service restarts.', { retryAfterMs }),
      CLOSE_CODES.restart,
      retryAfterToReason(retryAfterMs),
    );
  }
  for (let waitedMs = 0; sessions.size > 0; waitedMs += LOOK_INTERVAL_MS) {
    if (waitedMs >= CLOSE_TIMEOUT_MS) for (const { socket } of sessions) socket.terminate();
    await new Promise<void>((resolve) => {
      setTimer(resolve, LOOK_INTERVAL_MS);
    });
  }
}
