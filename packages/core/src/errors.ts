/**
 * Every code that a caller can see. Codes are stable: they are never renamed and never reused.
 * What happened and what to do stands in `docs/errors.md`; a test holds both lists equal.
 */
export const ERROR_CODES = [
  // The request.
  'invalid_request',
  'invalid_content_id',
  'invalid_device_id',
  'invalid_user_id',
  'invalid_tag',
  'invalid_timestamp',
  'invalid_claim',
  'invalid_seconds',
  'invalid_state',
  'invalid_device',
  'invalid_register',
  'invalid_register_key',
  'invalid_register_value',
  'invalid_play_id',
  'invalid_date',
  'invalid_source',
  'invalid_cursor',
  'invalid_content',
  'alias_taken',
  'alias_cycle',
  'not_found',
  'method_not_allowed',
  'unsupported_media_type',
  'payload_too_large',
  'limit_exceeded',
  'rate_limited',
  // Who asks.
  'unauthenticated',
  'forbidden',
  'device_mismatch',
  'device_revoked',
  'origin_refused',
  // What a live session can meet.
  'upgrade_required',
  'protocol_unsupported',
  'hello_required',
  'session_silent',
  'device_replaced',
  'user_erased',
  // What an op can meet.
  'clock_ahead',
  'stamp_reused',
  'tag_reused',
  'stale_op',
  'change_refused',
  'quota_exceeded',
  // The state of the service.
  'overloaded',
  'outcome_unknown',
  'shutting_down',
  'database_unavailable',
  'storage_failed',
  'internal',
  // Start and operation.
  'schema_too_new',
  'schema_outdated',
  'extension_missing',
  'data_directory_in_use',
  'data_directory_unusable',
  'configuration_invalid',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface CuepointErrorOptions {
  readonly cause?: unknown;
  /** The input's field that was wrong, as a JSON pointer or a name. */
  readonly field?: string;
  /** When the caller may try again, in ms from now. */
  readonly retryAfterMs?: number;
  /** The name of a limit and its value. */
  readonly limit?: { readonly name: string; readonly value: number };
  /** The service's wall clock in ms, told to a client whose clock is ahead. [HLC4] */
  readonly serverTimeMs?: number;
}

/** An expected failure: bad input, a bad network, a limit. A bug of ours is never one of these. */
export class CuepointError extends Error {
  override readonly name = 'CuepointError';
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly limit: { readonly name: string; readonly value: number } | undefined;
  readonly serverTimeMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: CuepointErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.field = options.field;
    this.retryAfterMs = options.retryAfterMs;
    this.limit = options.limit;
    this.serverTimeMs = options.serverTimeMs;
  }
}

export function isCuepointError(error: unknown, code?: ErrorCode): error is CuepointError {
  return error instanceof CuepointError && (code === undefined || error.code === code);
}
