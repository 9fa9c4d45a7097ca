import {
  CLOSE_CODES,
  CuepointError,
  isCuepointError,
  retryAfterToReason,
  type CloseCode,
  type ErrorCode,
} from '@cuepoint/core';

const AWAY_RETRY_AFTER_MS = 2_000;

const CLOSE_CODES_BY_ERROR: ReadonlyMap<ErrorCode, CloseCode> = new Map([
  ['protocol_unsupported', CLOSE_CODES.protocolUnsupported],
  ['unauthenticated', CLOSE_CODES.unauthenticated],
  ['device_mismatch', CLOSE_CODES.unauthenticated],
  ['device_revoked', CLOSE_CODES.deviceRevoked],
  ['limit_exceeded', CLOSE_CODES.limitExceeded],
  ['internal', CLOSE_CODES.internal],
]);

/** Those that pass with time: the reason says how long to wait. */
const PASSING_CLOSE_CODES_BY_ERROR: ReadonlyMap<ErrorCode, CloseCode> = new Map([
  ['rate_limited', CLOSE_CODES.rateLimited],
  ['overloaded', CLOSE_CODES.overloaded],
  ['database_unavailable', CLOSE_CODES.overloaded],
  ['storage_failed', CLOSE_CODES.overloaded],
  ['shutting_down', CLOSE_CODES.restart],
]);

/** How a session ends that could not be greeted. */
export function refusalOf({ code, retryAfterMs = AWAY_RETRY_AFTER_MS }: CuepointError): {
  readonly code: CloseCode;
  readonly reason?: string;
} {
  const passing = PASSING_CLOSE_CODES_BY_ERROR.get(code);
  return passing === undefined
    ? { code: CLOSE_CODES_BY_ERROR.get(code) ?? CLOSE_CODES.badMessage }
    : { code: passing, reason: retryAfterToReason(retryAfterMs) };
}

/** What a failure is to the session that met it; a bug of ours is `internal`. */
export function toSessionError(error: unknown): CuepointError {
  return isCuepointError(error)
    ? error
    : new CuepointError('internal', 'The service failed.', { cause: error });
}

export function helloRequired(message: string): CuepointError {
  return new CuepointError('hello_required', message);
}
