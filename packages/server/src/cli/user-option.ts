import { CuepointError, isUuid, normalizeUuid } from '@cuepoint/core';

/** @throws CuepointError `invalid_user_id` */
export function parseUserId(text: string): string {
  if (isUuid(text)) return normalizeUuid(text);
  throw new CuepointError('invalid_user_id', '--user takes a UUID.', { field: 'user' });
}
