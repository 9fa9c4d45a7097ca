import { normalizeUuid, requireUserId } from '@cuepoint/core';

/** The form in which a user id is stored and compared. @throws CuepointError `invalid_user_id` */
export function toUserId(userId: string): string {
  requireUserId(userId);
  return normalizeUuid(userId);
}
