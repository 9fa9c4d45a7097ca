import { CuepointError, isCuepointError } from '@cuepoint/core';

/** Reads, and while the database is away reads again: for what has to be known before a write. */
export type AwaitDatabase = <Answer>(read: () => Promise<Answer>) => Promise<Answer>;

export interface AwaitDatabaseDeps {
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface AwaitDatabaseOptions {
  /** How long one read waits at most. */
  readonly timeoutMs: number;
  /** Requests that wait at one time; the next one is refused. [SEC3] */
  readonly waitingMax: number;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
}

const DELAY_FIRST_MS = 100;
const DELAY_MAX_MS = 2_000;
const OVERLOADED_RETRY_AFTER_MS = 1_000;
const STOPPING_RETRY_AFTER_MS = 1_000;

/**
 * Lets a write outlast an outage that begins before its first read, as its commit does. [GC5]
 *
 * A read that never came back means that nothing was written: it fails as `database_unavailable`, past
 * `waitingMax` as `overloaded`, at a stop as `shutting_down`; never as an unknown outcome.
 */
export function createAwaitDatabase(
  { delay, random }: AwaitDatabaseDeps,
  { timeoutMs, waitingMax, signal }: AwaitDatabaseOptions,
): AwaitDatabase {
  let waitingCount = 0;

  async function readAgain<Answer>(read: () => Promise<Answer>, first: unknown): Promise<Answer> {
    const ended = new AbortController();
    const end = (): void => ended.abort();
    signal.addEventListener('abort', end, { once: true });
    void delay(timeoutMs, ended.signal).then(end);
    try {
      let last = first;
      for (let delayMs = DELAY_FIRST_MS; ; delayMs = Math.min(delayMs * 2, DELAY_MAX_MS)) {
        await delay(delayMs / 2 + (delayMs / 2) * random(), ended.signal);
        if (signal.aborted) throw stopping(last);
        if (ended.signal.aborted) throw last;
        try {
          return await read();
        } catch (error) {
          if (!isCuepointError(error, 'database_unavailable')) throw error;
          last = error;
        }
      }
    } finally {
      signal.removeEventListener('abort', end);
      end();
    }
  }

  return async (read) => {
    try {
      return await read();
    } catch (error) {
      if (!isCuepointError(error, 'database_unavailable')) throw error;
      if (signal.aborted) throw stopping(error);
      if (waitingCount >= waitingMax) throw overloaded(waitingMax, error);
      waitingCount += 1;
      try {
        return await readAgain(read, error);
      } finally {
        waitingCount -= 1;
      }
    }
  };
}

function overloaded(waitingMax: number, cause: unknown): CuepointError {
  return new CuepointError('overloaded', 'Too many requests wait for the database.', {
    cause,
    limit: { name: 'requestsWaiting', value: waitingMax },
    retryAfterMs: OVERLOADED_RETRY_AFTER_MS,
  });
}

function stopping(cause: unknown): CuepointError {
  return new CuepointError('shutting_down', 'The service is about to stop; nothing was written.', {
    cause,
    retryAfterMs: STOPPING_RETRY_AFTER_MS,
  });
}
