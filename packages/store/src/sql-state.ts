import { CuepointError } from '@cuepoint/core';

/** What the store does about a database error. The one place that knows SQLSTATEs. [GC6] */
export type ErrorClass =
  /** Try the same batch again: it is idempotent, so an unknown outcome counts too. */
  | 'retryable'
  /** Some row of the batch is at fault: split until it is alone. */
  | 'poison'
  /** Nothing that is tried helps: a disk that refused a flush, or a bug of ours. */
  | 'fatal';

const RETRYABLE_STATES: ReadonlySet<string> = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available
  '57014', // query_canceled: the statement timeout of a slow database
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '25006', // read_only_sql_transaction: the old primary of a failover
  '25P03', // idle_in_transaction_session_timeout
  '58030', // io_error
  '26000', // invalid_sql_statement_name: a pooler moved the prepared statement away
]);

/** Classes whose every state passes with time: connection, resources (a full disk), internal shutdown. */
const RETRYABLE_CLASSES: ReadonlySet<string> = new Set(['08', '53']);

export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  // Only the server's own errors have a severity: EPIPE has five capitals too.
  if (!('code' in error) || !('severity' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** An error without an SQLSTATE is the connection's: the server never judged the batch. */
export function classifyError(error: unknown): ErrorClass {
  if (error instanceof CuepointError || isProgrammingError(error)) return 'fatal';
  const state = sqlStateOf(error);
  if (state === undefined) return 'retryable';
  return RETRYABLE_STATES.has(state) || RETRYABLE_CLASSES.has(state.slice(0, 2))
    ? 'retryable'
    : 'poison';
}

function isProgrammingError(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof SyntaxError
  );
}
