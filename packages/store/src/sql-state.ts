import { CuepointError } from '@cuepoint/core';

/** What the store does about a database error. The one place that knows SQLSTATEs. [GC6] */
export type ErrorClass =
  /** Try the same batch again: it is idempotent, so an unknown outcome counts too. */
  | 'retryable'
  /** Some row of the batch is at fault: split until it is alone. */
  | 'poison'
  /** Nothing that is tried helps: a disk that refused a flush, or a bug of ours. */
  | 'fatal';

/**
 * The classes in which the database judges a row: cardinality, data, integrity, check option, limits, and
 * what a trigger raises. Everything else (a refused connection, a missing right, a full disk, a failover)
 * says nothing of the change and passes, or an operator mends it.
 */
const POISON_CLASSES: ReadonlySet<string> = new Set(['21', '22', '23', '44', '54', 'P0']);

/** Connection, resources, intervention of an operator, I/O: they pass with time. */
const PASSING_CLASSES: ReadonlySet<string> = new Set(['08', '53', '57', '58']);

/** A standby, or a role or a database that was set so. It holds for the session, whatever becomes of the server. */
const READ_ONLY = '25006';

/** Of a prepared statement that the session does not have, or has already: the session is at fault. */
const SESSION_STATES: ReadonlySet<string> = new Set(['26000', '42P05']);

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
  return POISON_CLASSES.has(state.slice(0, 2)) ? 'poison' : 'retryable';
}

function isProgrammingError(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof SyntaxError
  );
}

/** Whether the session is not the one that prepared the statement: a transaction pooler is in front. */
export function isForeignSession(error: unknown): boolean {
  return SESSION_STATES.has(sqlStateOf(error) ?? '');
}

/** Whether the server takes no writes on this connection, and may on a new one. */
export function isReadOnly(error: unknown): boolean {
  return sqlStateOf(error) === READ_ONLY;
}

/** Whether it says nothing of the statement, and a later try may succeed. Without an SQLSTATE the connection failed. */
export function isUnavailable(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === undefined || state === READ_ONLY || PASSING_CLASSES.has(state.slice(0, 2));
}

/** A NUL or half of a surrogate pair, in a text or in JSON: JavaScript allows both, PostgreSQL neither. */
const UNSTORABLE_TEXT: ReadonlySet<string> = new Set(['22021', '22P02', '22P05']);

/** Whether the statement failed for such a text: the value is at fault, so trying again does not help. */
export function isUnstorableText(error: unknown): boolean {
  return UNSTORABLE_TEXT.has(sqlStateOf(error) ?? '');
}

/** Whether a connection is of use after this error: the server said ERROR, not FATAL, and not of the session. */
export function leavesConnectionUsable(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state === undefined || SESSION_STATES.has(state)) return false;
  if (state.startsWith('08') || state.startsWith('57P')) return false;
  return (error as { readonly severity: unknown }).severity === 'ERROR';
}
