import type { CuepointError, ErrorMessage } from '@cuepoint/core';

const FIELD_LENGTH_MAX = 256;

/** @param id of the push or the command that failed as a whole. */
export function errorMessage(error: CuepointError, id?: string): ErrorMessage {
  const { code, field, limit, retryAfterMs, serverTimeMs } = error;
  return {
    type: 'error',
    code,
    message: error.message,
    ...(id === undefined ? {} : { id }),
    ...(field === undefined ? {} : { field: field.slice(0, FIELD_LENGTH_MAX) }),
    ...(limit === undefined ? {} : { limit }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }),
    ...(serverTimeMs === undefined ? {} : { serverTime: serverTimeMs }),
  };
}
