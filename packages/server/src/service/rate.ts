import { CuepointError } from '@cuepoint/core';
import { RATE_KEYS_MAX, RATE_WINDOW_MS } from '../limits.ts';

/** How much of one thing a user or an address may have in {@link RATE_WINDOW_MS}. [SEC3] */
export interface Rate {
  /** What is wrong where the key has had too much already. */
  check(key: string): CuepointError | undefined;
  /** Counts what is known only afterwards. Past the limit it is a debt, which time pays. */
  add(key: string, amount: number): void;
  /** Counts, unless the key has had too much already. @param amount at least 1 */
  take(key: string, amount?: number): CuepointError | undefined;
}

export interface RateOptions {
  /** In a window; 0 for no limit. */
  readonly max: number;
  /** The name of the limit, and what it says to people. */
  readonly name: string;
  readonly message: string;
  /** Monotonic, in ms. [OPS2] */
  readonly now: () => number;
}

interface Bucket {
  /** How long it takes to drain, in ms. */
  level: number;
  atMs: number;
}

/** Buckets that are looked at for each new one: those that are empty go, so that nobody who is idle is remembered. */
const PRUNED_AT_ONCE = 2;
/** Sums of fractions. */
const ROUNDING_MS = 1e-3;

/**
 * A bucket for each key that drains evenly: a burst of the whole limit is let through, then as much as drains.
 *
 * Source: Turner, "New directions in communications (or which way to the information age?)", IEEE Communications
 * Magazine 24 (1986): the leaky bucket as a meter.
 */
export function createRate({ max, name, message, now }: RateOptions): Rate {
  /** In the order in which they were last looked at for pruning. */
  const buckets = new Map<string, Bucket>();
  const msPerUnit = RATE_WINDOW_MS / max;

  function drain(bucket: Bucket, nowMs: number): Bucket {
    bucket.level = Math.max(0, bucket.level - (nowMs - bucket.atMs));
    bucket.atMs = nowMs;
    return bucket;
  }

  function prune(nowMs: number): void {
    let looked = 0;
    for (const [key, bucket] of buckets) {
      const isEmpty = drain(bucket, nowMs).level === 0;
      buckets.delete(key);
      // To the end, so that those that are never empty do not keep the others from being looked at.
      if (!isEmpty && buckets.size < RATE_KEYS_MAX - 1) buckets.set(key, bucket);
      looked += 1;
      if (looked === PRUNED_AT_ONCE) return;
    }
  }

  function excessOf(key: string, nowMs: number): CuepointError | undefined {
    const bucket = buckets.get(key);
    if (bucket === undefined) return undefined;
    const excessMs = drain(bucket, nowMs).level + msPerUnit - RATE_WINDOW_MS;
    if (excessMs < ROUNDING_MS) return undefined;
    const retryAfterMs = Math.ceil(excessMs);
    return new CuepointError('rate_limited', message, {
      limit: { name, value: max },
      retryAfterMs,
    });
  }

  function put(key: string, amount: number, nowMs: number): void {
    const bucket = buckets.get(key);
    if (bucket !== undefined) {
      drain(bucket, nowMs).level += amount * msPerUnit;
      return;
    }
    prune(nowMs);
    buckets.set(key, { level: amount * msPerUnit, atMs: nowMs });
  }

  return {
    check: (key) => (max === 0 ? undefined : excessOf(key, now())),
    add(key, amount) {
      if (max > 0 && amount > 0) put(key, amount, now());
    },
    take(key, amount = 1) {
      if (max === 0) return undefined;
      const nowMs = now();
      const excess = excessOf(key, nowMs);
      if (excess === undefined) put(key, amount, nowMs);
      return excess;
    },
  };
}
