import { CuepointError, isCuepointError } from '@cuepoint/core';
import { isForeignSession, isUnavailable, sqlStateOf, type Database } from '@cuepoint/store';

/** What the database said where something is opened on it, in a line that says what to do. */
export function toStartError(error: unknown, { description }: Database): unknown {
  if (isCuepointError(error) || !(error instanceof Error)) return error;
  if (isForeignSession(error)) {
    return new CuepointError(
      'configuration_invalid',
      `${description} answers: ${error.message}. A transaction pooler such as PgBouncer is in front of it: set ` +
        'CUEPOINT_DATABASE_POOLED to true, or leave it unset.',
      { cause: error, field: 'CUEPOINT_DATABASE_POOLED' },
    );
  }
  if (sqlStateOf(error) === undefined || !isUnavailable(error)) return error;
  return new CuepointError('database_unavailable', `${description} answers: ${error.message}`, {
    cause: error,
  });
}
