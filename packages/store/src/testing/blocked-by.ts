import type { TestConnection, TestDatabase } from './databases.ts';

/** Questions asked of the server before a test gives up; each is a round trip, so no timer is needed. */
const QUESTIONS_MAX = 20_000;
/** Another test may hold a transaction for as long as some lock timeouts. */
const OLDER_TRANSACTION_QUESTIONS_MAX = 400_000;

/** Resolves once some other session waits for a lock that `holder` has. @returns its backend's pid. */
export async function blockedBy(opened: TestDatabase, holder: TestConnection): Promise<number> {
  for (let question = 0; question < QUESTIONS_MAX; question += 1) {
    const [waiting] = await opened.sql<{ pid: number }>(
      'select pid from pg_stat_activity where $1::integer = any(pg_blocking_pids(pid))',
      [holder.backendPid],
    );
    if (waiting !== undefined) return waiting.pid;
  }
  throw new Error('nothing waits for the holder');
}

/**
 * Resolves once no transaction is open that began before the last removal of an add or a play. Garbage collection waits for
 * those, and another test's transaction on the same server is one. [CUR3]
 */
export async function withoutOlderTransactions(opened: TestDatabase): Promise<void> {
  const { catchUp } = opened.database.dialect.current;
  // Versions are of one user: no transaction elsewhere has anything to do with them.
  if (catchUp === 'counter') return;
  await untilTrue(
    opened,
    `select coalesce(max(changed_xid) < pg_snapshot_xmin(pg_current_snapshot()), true) as over
     from (
       select changed_xid from cuepoint.user_watchlists where is_removed
       union all
       select changed_xid from cuepoint.user_plays where is_removed
     ) removed`,
  );
}

/** Resolves once every snapshot that is taken from now on is past the cursor floor. [CUR2] */
export async function withoutTransactionsBelowFloor(opened: TestDatabase): Promise<void> {
  const { catchUp } = opened.database.dialect.current;
  if (catchUp === 'counter') return;
  await untilTrue(
    opened,
    `select cursor_floor < pg_snapshot_xmin(pg_current_snapshot()) as over from cuepoint.sync_state`,
  );
}

async function untilTrue(opened: TestDatabase, question: string): Promise<void> {
  for (let asked = 0; asked < OLDER_TRANSACTION_QUESTIONS_MAX; asked += 1) {
    const [row] = await opened.sql<{ over: boolean }>(question);
    if (row?.over) return;
  }
  throw new Error('an older transaction stays open');
}
