import { CuepointError } from '@cuepoint/core';
import { FREE_ATTEMPTS, type AttemptStore } from '@cuepoint/store';

/** By whom and from where something is tried that may be guessed. */
export interface AttemptKeys {
  /** Forgiven with a right one. */
  readonly own: string;
  /** Others are behind it too. */
  readonly shared: string;
}

/**
 * Runs a check unless it is too early for one. [ACC2] [ACC3]
 *
 * @param onWrong throws what a wrong one is answered. @throws CuepointError `rate_limited`
 */
export async function judged<Right>(
  attempts: AttemptStore,
  { own, shared }: AttemptKeys,
  check: () => Promise<Right | false | undefined>,
  onWrong: () => never,
): Promise<Right> {
  const waitMs = await attempts.take([own, shared]);
  if (waitMs !== undefined) {
    throw new CuepointError('rate_limited', 'There were too many wrong ones; wait a moment.', {
      limit: { name: 'wrongAttempts', value: FREE_ATTEMPTS },
      retryAfterMs: waitMs,
    });
  }
  const right = await check();
  if (right === false || right === undefined) return onWrong();
  await attempts.forgive(own, shared);
  return right;
}
