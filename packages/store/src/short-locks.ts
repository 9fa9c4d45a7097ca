import { CuepointError } from '@cuepoint/core';
import type { Database, Queryable } from './database.ts';
import { sqlStateOf } from './sql-state.ts';

const DEFAULT_LOCK_TIMEOUT_MS = 2_000;
const DEFAULT_ATTEMPTS_MAX = 10;
const LOCK_NOT_AVAILABLE = '55P03';

export interface ShortLocksOptions {
  /** Longest wait for a lock before writers are let through and it is tried again, in ms. */
  readonly lockTimeoutMs?: number;
  readonly attemptsMax?: number;
}

/**
 * A transaction that locks tables without holding everyone up behind a long transaction elsewhere: it gives
 * its place in the queue up after a short wait, and tries again.
 *
 * @throws CuepointError `overloaded` while some transaction holds the tables for longer than all attempts.
 */
export async function withShortLocks<T>(
  database: Database,
  work: (transaction: Queryable) => Promise<T>,
  {
    lockTimeoutMs = DEFAULT_LOCK_TIMEOUT_MS,
    attemptsMax = DEFAULT_ATTEMPTS_MAX,
  }: ShortLocksOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction(async (transaction) => {
        await transaction.execute(`set local lock_timeout = ${lockTimeoutMs}`);
        return work(transaction);
      });
    } catch (cause) {
      if (sqlStateOf(cause) !== LOCK_NOT_AVAILABLE) throw cause;
      if (attempt === attemptsMax) {
        throw new CuepointError('overloaded', 'A long transaction holds the tables.', {
          cause,
          retryAfterMs: lockTimeoutMs,
        });
      }
    }
  }
}
