const BASE_DELAY_MS = 50;
const MAX_DELAY_MS = 5_000;

/**
 * Exponential back-off with full jitter, in ms.
 *
 * Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param attempt 1 for the first retry.
 * @param random uniform in [0, 1).
 * @param maxMs no delay is longer, nor longer than 5 s.
 */
export function fullJitterDelayMs(attempt: number, random: number, maxMs = Infinity): number {
  return Math.ceil(random * Math.min(MAX_DELAY_MS, maxMs, BASE_DELAY_MS * 2 ** (attempt - 1)));
}
