import { CuepointError, requireContentId } from '@cuepoint/core';
import { perState } from './parts/per-state.ts';
import { createRegisterPart, type Said } from './parts/register-part.ts';

/** What a person thinks of contents and series, from 1 to 10. */
export interface Ratings {
  /** `undefined` where there is none. */
  get(contentId: string): number | undefined;
  /** The latest first; the same array until something changes. */
  list(): readonly RatingItem[];
  /** @throws CuepointError `invalid_content_id`, `invalid_register_value`; ClientError `closed` */
  set(contentId: string, rating: number): void;
  /** @returns false where there is none. @throws ClientError `closed` */
  clear(contentId: string): boolean;
  /** Calls after each change, of this device or another. @returns what ends it. */
  subscribe(listener: () => void): () => void;
}

export interface RatingItem extends Said {
  readonly contentId: string;
  readonly rating: number;
}

const RATING_MAX = 10;

export const ratingsOf = perState((door): Ratings => {
  const { get, list, set, clear, subscribe } = createRegisterPart(
    door,
    'rating',
    (contentId, rating) => (typeof rating === 'number' ? { contentId, rating } : undefined),
  );
  return {
    get: (contentId) => get(contentId)?.rating,
    list,
    set(contentId, rating) {
      requireContentId(contentId);
      if (!Number.isInteger(rating) || rating < 1 || rating > RATING_MAX) {
        throw new CuepointError('invalid_register_value', 'A rating is an integer from 1 to 10.', {
          field: 'value',
        });
      }
      if (get(contentId)?.rating !== rating) set(contentId, rating);
    },
    clear,
    subscribe,
  };
});
