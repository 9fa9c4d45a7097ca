import { CuepointError, type ErrorCode } from '@cuepoint/core';

/** RFC 9457, with a stable code. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly field?: string;
  readonly limit?: { readonly name: string; readonly value: number };
  readonly retryAfterMs?: number;
  /** The service's wall clock in ms, for a client whose clock is ahead. [HLC4] */
  readonly serverTime?: number;
  readonly traceId: string;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

const FIELD_LENGTH_MAX = 200;

/** The HTTP status of each code and the title that people read. */
const KINDS: Readonly<Record<ErrorCode, readonly [status: number, title: string]>> = {
  invalid_request: [400, 'The request is not valid'],
  invalid_content_id: [400, 'The content id is not valid'],
  invalid_device_id: [400, 'The device id is not valid'],
  invalid_user_id: [400, 'The user id is not a UUID'],
  invalid_tag: [400, 'The tag is not a UUID'],
  invalid_timestamp: [400, 'The timestamp is not valid'],
  invalid_claim: [400, 'The claim is not valid'],
  invalid_seconds: [400, 'The seconds are not valid'],
  invalid_state: [400, 'The playback state is not known'],
  invalid_device: [400, 'The device is not valid'],
  invalid_register: [400, 'The register is not known'],
  invalid_register_key: [400, 'The key of the register is not valid'],
  invalid_register_value: [400, 'The value of the register is not valid'],
  invalid_play_id: [400, 'The id of the play is not a UUID'],
  invalid_date: [400, 'The date is not valid'],
  invalid_source: [400, 'The source is not valid'],
  invalid_cursor: [400, 'The cursor is not valid'],
  invalid_content: [400, 'The content is not valid'],
  alias_taken: [409, 'The alias is of another content'],
  alias_cycle: [409, 'The alias would be one of itself'],
  not_found: [404, 'Nothing is there'],
  method_not_allowed: [405, 'The method is not allowed here'],
  unsupported_media_type: [415, 'The media type is not supported'],
  payload_too_large: [413, 'The body is too large'],
  limit_exceeded: [400, 'A limit is exceeded'],
  rate_limited: [429, 'Too many requests'],
  unauthenticated: [401, 'A valid token is needed'],
  forbidden: [403, 'The token does not allow this'],
  device_mismatch: [403, 'The token is of another device'],
  device_revoked: [403, 'The device is revoked'],
  origin_refused: [403, 'The origin is refused'],
  upgrade_required: [426, 'A WebSocket is needed here'],
  protocol_unsupported: [400, 'The protocol version is not spoken here'],
  hello_required: [401, 'A session begins with hello'],
  session_silent: [408, 'The session was silent for too long'],
  device_replaced: [409, 'A newer session of the device took over'],
  user_erased: [410, 'The user was erased'],
  clock_ahead: [409, 'The timestamp is too far ahead'],
  stamp_reused: [409, 'The stamp was used for another write'],
  tag_reused: [409, 'The tag belongs to another add'],
  stale_op: [409, 'The change is older than what was collected'],
  change_refused: [422, 'The change cannot be stored'],
  quota_exceeded: [403, 'The quota is used up'],
  overloaded: [503, 'The service is overloaded'],
  outcome_unknown: [503, 'The outcome is not known yet'],
  shutting_down: [503, 'The service is shutting down'],
  database_unavailable: [503, 'The database is not available'],
  storage_failed: [503, 'The storage failed'],
  internal: [500, 'The service failed'],
  schema_too_new: [503, 'The database schema is too new'],
  schema_outdated: [503, 'The database schema is outdated'],
  extension_missing: [503, 'The database lacks an extension'],
  data_directory_in_use: [503, 'The data directory is in use'],
  data_directory_unusable: [503, 'The data directory is unusable'],
  configuration_invalid: [500, 'The configuration is not valid'],
};

export function statusOfCode(code: ErrorCode): number {
  return KINDS[code][0];
}

export function toProblem(error: CuepointError, traceId: string): Problem {
  const { code, field, limit, retryAfterMs, serverTimeMs } = error;
  const [status, title] = KINDS[code];
  return {
    type: `urn:cuepoint:problem:${code}`,
    title,
    status,
    // What went wrong inside is for the log, not for the caller.
    detail: status >= 500 && code === 'internal' ? title : error.message,
    code,
    ...(field === undefined ? {} : { field: field.slice(0, FIELD_LENGTH_MAX) }),
    ...(limit === undefined ? {} : { limit }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }),
    ...(serverTimeMs === undefined ? {} : { serverTime: serverTimeMs }),
    traceId,
  };
}
