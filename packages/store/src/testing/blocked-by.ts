import type { TestConnection, TestDatabase } from './databases.ts';

/** Questions asked of the server before a test gives up; each is a round trip, so no timer is needed. */
const QUESTIONS_MAX = 20_000;

/** Resolves once some other session waits for a lock that `holder` has. */
export async function blockedBy(opened: TestDatabase, holder: TestConnection): Promise<void> {
  for (let question = 0; question < QUESTIONS_MAX; question += 1) {
    const [row] = await opened.sql<{ blocked: boolean }>(
      `select exists (
         select from pg_stat_activity where $1::integer = any(pg_blocking_pids(pid))
       ) as blocked`,
      [holder.backendPid],
    );
    if (row?.blocked) return;
  }
  throw new Error('nothing waits for the holder');
}
