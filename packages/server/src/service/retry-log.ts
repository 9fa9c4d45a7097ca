import type { PersistenceObserver } from '@cuepoint/store';
import type { FastifyBaseLogger } from 'fastify';

/** Between two lines that say the same. */
const REPEAT_AFTER_MS = 60_000;

/**
 * The same observer, which also writes down why batches are tried again: what the database said, once for each
 * reason and each minute, and when it commits again.
 *
 * @param now a monotonic clock, in ms.
 */
export function withRetryLog(
  observer: PersistenceObserver,
  logger: FastifyBaseLogger,
  now: () => number,
): PersistenceObserver {
  let told: { readonly reason: string; readonly atMs: number } | undefined;
  return {
    ...observer,
    committed(event) {
      observer.committed?.(event);
      if (told === undefined) return;
      told = undefined;
      logger.info('the database commits again');
    },
    retried(event) {
      observer.retried?.(event);
      const { code, reason } = event;
      if (told?.reason === reason && now() - told.atMs < REPEAT_AFTER_MS) return;
      told = { reason, atMs: now() };
      logger.warn({ code }, `a batch is tried again: ${reason}`);
    },
  };
}
