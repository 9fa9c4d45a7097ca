/**
 * The database committed, and was told not to wait for its standby: the commit may be gone after a failover.
 *
 * No error of the server: a batch is written again, until a commit is confirmed. One that changes nothing any more
 * locks its rows all the same, and a lock is in the log that the standby has to have. [GC1]
 */
export class UnconfirmedCommitError extends Error {
  override readonly name = 'UnconfirmedCommitError';
}

/** Where PostgreSQL gives the wait up. Its text is translated, and its code is that of any warning. */
const WAIT_FOR_STANDBY = 'SyncRepWaitForLSN';

/** Whether this warning says that a commit was waved through. */
export function isUnconfirmedCommit({
  routine,
}: {
  readonly routine?: string | undefined;
}): boolean {
  return routine === WAIT_FOR_STANDBY;
}
