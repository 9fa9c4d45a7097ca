import { CuepointError } from '@cuepoint/core';
import type { Database, Queryable } from './database.ts';
import { sqlStateOf } from './sql-state.ts';

const DEFAULT_LOCK_TIMEOUT_MS = 2_000;
const DEFAULT_ATTEMPTS_MAX = 10;
const LOCK_NOT_AVAILABLE = '55P03';
const LOOKS_PER_LOCK_TIMEOUT = 4;

export interface ShortLocksOptions {
  /** Longest wait for a lock before writers are let through, for as long, and it is tried again, in ms. */
  readonly lockTimeoutMs?: number;
  readonly attemptsMax?: number;
  /** What may wait for as long as it takes: it locks nothing that anybody else needs. */
  readonly before?: (transaction: Queryable) => Promise<void>;
  /** Told after each attempt that failed, in a sentence that says who holds the tables. */
  readonly onBlocked?: (reason: string) => void;
}

interface Blocker {
  readonly pid: number;
  readonly state: string | null;
  readonly transaction_seconds: number | null;
  readonly query_seconds: number | null;
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
    before,
    onBlocked,
  }: ShortLocksOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const blockers = watchBlockers(database, lockTimeoutMs / LOOKS_PER_LOCK_TIMEOUT);
    try {
      return await database.transaction(async (transaction) => {
        await before?.(transaction);
        await blockers.of(transaction);
        await transaction.execute(`set local lock_timeout = ${lockTimeoutMs}`);
        return work(transaction);
      });
    } catch (cause) {
      if (!isLockTimeout(cause)) throw cause;
      const reason = describeBlocker(blockers.last());
      if (attempt === attemptsMax) {
        throw new CuepointError('overloaded', reason, { cause, retryAfterMs: lockTimeoutMs });
      }
      onBlocked?.(reason);
    } finally {
      blockers.stop();
    }
    await new Promise((resolve) => {
      setTimeout(resolve, lockTimeoutMs);
    });
  }
}

/** Umzug puts a migration's own error around it. */
function isLockTimeout(error: unknown): boolean {
  const causes = [error, error instanceof Error ? error.cause : undefined];
  return causes.some((cause) => sqlStateOf(cause) === LOCK_NOT_AVAILABLE);
}

/** Looks from outside, while the transaction waits: afterwards nobody knows who was in its way. */
function watchBlockers(database: Database, intervalMs: number) {
  let processId: number | undefined;
  let last: Blocker | undefined;
  let isLooking = false;

  async function look(): Promise<void> {
    if (processId === undefined || isLooking) return;
    isLooking = true;
    try {
      const { rows } = await database.query<Blocker>('find-blockers', [processId]);
      last = rows[0] ?? last;
    } catch {
      // A name for the message is all that is missed.
    } finally {
      isLooking = false;
    }
  }

  // The one connection of an embedded database is the transaction's, and nobody else holds a lock.
  const timer =
    database.kind === 'postgres' ? setInterval(() => void look(), intervalMs) : undefined;
  return {
    async of(transaction: Queryable) {
      if (timer === undefined) return;
      const { rows } = await transaction.execute<{ pid: number }>('select pg_backend_pid() as pid');
      processId = rows[0]?.pid;
    },
    last: () => last,
    stop: () => clearInterval(timer),
  };
}

function describeBlocker(blocker: Blocker | undefined): string {
  if (blocker === undefined) return 'A long transaction holds the tables.';
  const { pid, state, transaction_seconds: inTransaction, query_seconds: inQuery } = blocker;
  const seconds = (value: number | null) => `${Math.round(value ?? 0)} s`;
  return (
    `Process ${pid} holds the tables: its transaction has been open for ${seconds(inTransaction)}, its last ` +
    `query began ${seconds(inQuery)} ago (${state ?? 'state not visible'}). It has to end, or be ended with ` +
    `"select pg_terminate_backend(${pid})".`
  );
}
