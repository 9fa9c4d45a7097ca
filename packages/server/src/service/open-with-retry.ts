import { isCuepointError } from '@cuepoint/core';

export interface RetryDeps {
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Told once for each reason that differs from the one before. */
  readonly onUnavailable: (reason: string) => void;
}

const DELAY_FIRST_MS = 500;
const DELAY_MAX_MS = 15_000;

/**
 * Opens a database that may still be on its way up: tries until it answers, with jittered back-off.
 *
 * Only `database_unavailable` is worth another try: a directory in use or a schema that is too new stays so.
 *
 * @throws the last error once `signal` aborts.
 */
export async function openWithRetry<Opened>(
  open: () => Promise<Opened>,
  { delay, random, onUnavailable }: RetryDeps,
  signal: AbortSignal,
): Promise<Opened> {
  let toldReason: string | undefined;
  for (let delayMs = DELAY_FIRST_MS; ; delayMs = Math.min(delayMs * 2, DELAY_MAX_MS)) {
    try {
      return await open();
    } catch (error) {
      if (signal.aborted || !isCuepointError(error, 'database_unavailable')) throw error;
      if (error.message !== toldReason) onUnavailable(error.message);
      toldReason = error.message;
      await delay(delayMs / 2 + (delayMs / 2) * random(), signal);
      if (signal.aborted) throw error;
    }
  }
}
