export interface GroupCommitOptions {
  /** Rows in one commit, at most. */
  readonly batchMaxRows: number;
  /** Of them rows of one user, at most: what others wait for a batch does not grow with what one user sends. [GC9] */
  readonly batchMaxRowsPerUser: number;
  /** Rows in one commit where users wait with more than their turn: each has an equal part of it, and five at least. [GC9] */
  readonly batchMaxRowsShared: number;
  /** Callers whose change is not durable yet, at most; past it a caller is refused `overloaded`. [GC5] */
  readonly backlogMax: number;
  /** Estimated bytes of their changes, at most. [GC5] */
  readonly backlogMaxBytes: number;
  /** How long a caller waits before it hears `outcome_unknown`. [GC5] */
  readonly ackTimeoutMs: number;
  /** How long `stop` flushes before it gives up. [GC7] */
  readonly stopTimeoutMs: number;
  /** Quiet time of a register before its progress leaves; 0 for none. [GC4] */
  readonly progressDebounceMs: number;
  /** Longest time that debouncing holds a register back. [GC4] */
  readonly progressDebounceMaxMs: number;
}

export const DEFAULT_GROUP_COMMIT_OPTIONS: GroupCommitOptions = {
  batchMaxRows: 1_000,
  batchMaxRowsPerUser: 100,
  batchMaxRowsShared: 100,
  backlogMax: 50_000,
  backlogMaxBytes: 64 * 1024 * 1024,
  ackTimeoutMs: 10_000,
  stopTimeoutMs: 20_000,
  progressDebounceMs: 0,
  progressDebounceMaxMs: 5_000,
};

/** Rows of a shared batch on the embedded database, which keeps the event loop busy while it writes. */
export const EMBEDDED_BATCH_MAX_ROWS_SHARED = 50;

/** What a group commit tells of itself, for metrics and logs. */
export interface GroupCommitObserver {
  /** `changes` callers' changes became `rows` rows; `folded` is the difference. */
  committed?(event: {
    readonly rows: number;
    readonly changes: number;
    readonly folded: number;
    readonly durationMs: number;
  }): void;
  /** `code` is the SQLSTATE, or `connection`; `reason` what the database or the connection said. */
  retried?(event: { readonly code: string; readonly reason: string }): void;
  poisoned?(event: { readonly sqlState: string | undefined }): void;
}
