const BASE_MS = 500;
const MAX_MS = 30_000;

/**
 * Full jitter: uniform between 0 and `min(30 s, 0.5 s × 2ⁿ)`, in ms. [SDK5]
 *
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param attempt counted from 0.
 */
export function backoffMs(attempt: number, random: () => number): number {
  return Math.round(random() * Math.min(MAX_MS, BASE_MS * 2 ** Math.min(attempt, 16)));
}
