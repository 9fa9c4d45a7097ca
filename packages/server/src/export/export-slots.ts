import { CuepointError } from '@cuepoint/core';
import { EXPORTS_AT_ONCE_MAX, EXPORTS_OF_USER_AT_ONCE_MAX } from '../limits.ts';

/** Bounds the exports that are on their way: each reads everything of its user. [SEC3] */
export interface ExportSlots {
  /** @returns what gives the slot back; twice is once. @throws CuepointError `rate_limited` or `overloaded` */
  enter(userId: string): () => void;
}

const RETRY_AFTER_MS = 5_000;

export function createExportSlots(): ExportSlots {
  const ofUser = new Map<string, number>();
  let all = 0;
  return {
    enter(userId) {
      const own = ofUser.get(userId) ?? 0;
      if (own >= EXPORTS_OF_USER_AT_ONCE_MAX) {
        throw new CuepointError('rate_limited', 'An export of this user is still on its way.', {
          limit: { name: 'exportsPerUser', value: EXPORTS_OF_USER_AT_ONCE_MAX },
          retryAfterMs: RETRY_AFTER_MS,
        });
      }
      if (all >= EXPORTS_AT_ONCE_MAX) {
        throw new CuepointError('overloaded', 'Too many exports are on their way.', {
          limit: { name: 'exports', value: EXPORTS_AT_ONCE_MAX },
          retryAfterMs: RETRY_AFTER_MS,
        });
      }
      ofUser.set(userId, own + 1);
      all += 1;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        all -= 1;
        const left = (ofUser.get(userId) ?? 1) - 1;
        if (left > 0) ofUser.set(userId, left);
        else ofUser.delete(userId);
      };
    },
  };
}
