import { invalidDate, readDate, requireContentId } from '@cuepoint/core';
import { perState } from './parts/per-state.ts';
import { createRegisterPart, type Said } from './parts/register-part.ts';

/** What a person has seen to its end, or marked so. Starting again takes nothing of it away. [PLY4] */
export interface Watched {
  has(contentId: string): boolean;
  /** The same object until it changes. */
  get(contentId: string): WatchedItem | undefined;
  /** The latest first; the same array until something changes. */
  list(): readonly WatchedItem[];
  /**
   * It is off Continue Watching then, unless somebody begins it again. History is not written: see `historyOf`.
   *
   * @throws CuepointError `invalid_content_id`, `invalid_date`; ClientError `closed`
   */
  mark(contentId: string, options?: MarkOptions): void;
  /** Its position stays, and its history. @returns false where it is not marked. @throws ClientError `closed` */
  unmark(contentId: string): boolean;
  /** Calls after each change, of this device or another. @returns what ends it. */
  subscribe(listener: () => void): () => void;
}

export interface MarkOptions {
  /** When it was watched: an instant as RFC 3339 has it, or a day; `null` where nobody knows. Left out: now. [PLY2] */
  readonly at?: string | null;
}

export interface WatchedItem extends Said {
  readonly contentId: string;
  /** An instant in UTC, or a day; `null` where nobody knows. */
  readonly at: string | null;
}

export const watchedOf = perState((door): Watched => {
  const { write } = door;
  const { get, list, clear, subscribe } = createRegisterPart(
    door,
    'watched',
    (contentId, value) => ({ at: null, ...(value as Partial<Pick<WatchedItem, 'at'>>), contentId }),
  );
  return {
    has: (contentId) => get(contentId) !== undefined,
    get,
    list,
    mark(contentId, { at: given } = {}) {
      requireContentId(contentId);
      const date = given == null ? null : readDate(given);
      if (date === undefined) throw invalidDate('at');
      write({
        kind: 'register.set',
        register: 'watched',
        key: contentId,
        value: { at: date },
        ...(given === undefined && { isDated: true }),
      });
    },
    unmark: clear,
    subscribe,
  };
});
