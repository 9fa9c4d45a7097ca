import {
  CuepointError,
  isInProgress,
  requireContentId,
  requirePosition,
  wholePosition,
  type GivenPosition,
  type PlaybackPosition,
} from '@cuepoint/core';
import { createPart } from './replica/part.ts';
import { progressItem, type ProgressItem } from './replica/view.ts';
import type { WritableDeps } from './watchlist.ts';

/** Where the person is in what they watch: a last-writer-wins register a content. [LWW1] */
export interface Progress {
  /** The same object until it changes; `undefined` where there is nothing, or it was cleared. */
  get(contentId: string): ProgressItem | undefined;
  /** Where to go on, in seconds: the position of a content in progress, else 0. [LWW5] */
  resume(contentId: string): number;
  /**
   * What a person did: play, pause, seek, stop. Fractions of seconds are dropped; a duration may be left out.
   *
   * @throws CuepointError `invalid_content_id`, `invalid_seconds`, `invalid_state`; ClientError `closed`
   */
  set(contentId: string, position: GivenPosition): void;
  /**
   * What a timer tells while a content plays. One that moves nothing writes nothing: a paused TV must not beat
   * the phone that went on. [LWW6]
   *
   * @returns whether it was written. @throws as `set`
   */
  report(contentId: string, position: GivenPosition): boolean;
  /** @returns false when there is nothing to clear. @throws as `set` */
  clear(contentId: string): boolean;
  /**
   * Sets the position to the end.
   *
   * @param durationSeconds needed where no device has told it. @throws CuepointError `invalid_seconds` without one
   */
  markWatched(contentId: string, durationSeconds?: number): void;
  /** Clears it: a content that was never begun. @returns false when it was not begun. */
  markUnwatched(contentId: string): boolean;
  /** Begun and not completed, the latest first; the same array until something changes. [LWW5] */
  inProgress(): readonly ProgressItem[];
  /** Seen to the end, by the rule of `isCompleted`; the latest first. [LWW5] */
  completed(): readonly ProgressItem[];
  /** All of them, the latest first. */
  list(): readonly ProgressItem[];
  /** Calls after each change, of this device or another. @returns what ends it. */
  subscribe(listener: () => void): () => void;
}

export function createProgress({ store, write }: WritableDeps): Progress {
  /** What this device's player said last: a remote write in between does not make it news. [LWW6] */
  const lastReports = new Map<string, PlaybackPosition>();
  let user = store.namespace;
  const { get, listOf, subscribe } = createPart<ProgressItem>(
    store,
    'progress',
    progressItem,
    ({ updatedAtMs }) => updatedAtMs,
  );
  store.onChanged(() => {
    if (user === store.namespace) return;
    user = store.namespace;
    lastReports.clear();
  });

  function set(contentId: string, position: GivenPosition): void {
    requireContentId(contentId);
    const whole = wholePosition(position);
    requirePosition(whole);
    write({ kind: 'progress.set', contentId, ...whole });
    lastReports.set(contentId, whole);
  }

  function clear(contentId: string): boolean {
    requireContentId(contentId);
    if (get(contentId) === undefined) return false;
    write({ kind: 'progress.clear', contentId });
    return true;
  }

  return {
    get,
    resume(contentId) {
      const item = get(contentId);
      return item !== undefined && isInProgress(item) ? item.positionSeconds : 0;
    },
    set,
    report(contentId, given) {
      const position = wholePosition(given);
      const movesNothing = [get(contentId), lastReports.get(contentId)].some(
        (before) =>
          before?.positionSeconds === position.positionSeconds && before.state === position.state,
      );
      if (!movesNothing) set(contentId, position);
      return !movesNothing;
    },
    clear,
    markWatched(contentId, durationSeconds) {
      const duration = durationSeconds ?? get(contentId)?.durationSeconds ?? 0;
      if (duration === 0) {
        throw new CuepointError(
          'invalid_seconds',
          'The duration of this content is not known yet: pass it to markWatched.',
          { field: 'durationSeconds' },
        );
      }
      set(contentId, {
        positionSeconds: duration,
        durationSeconds: duration,
        state: 'stopped',
      });
    },
    markUnwatched: clear,
    inProgress: listOf(isInProgress),
    completed: listOf(({ isCompleted }) => isCompleted),
    list: listOf(() => true),
    subscribe,
  };
}
