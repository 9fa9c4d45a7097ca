import {
  CuepointError,
  isInProgress,
  requireContentId,
  requirePosition,
  type PlaybackPosition,
} from '@cuepoint/core';
import { progressItem, progressItems, type ProgressItem } from './replica/view.ts';
import { keepSame, keepSameList, Listeners, Snapshot } from './subscribable.ts';
import type { WritableDeps } from './watchlist.ts';

/** Where the person is in what they watch: a last-writer-wins register a content. [LWW1] */
export interface Progress {
  /** The same object until it changes; `undefined` where there is nothing, or it was cleared. */
  get(contentId: string): ProgressItem | undefined;
  /** Where to go on, in seconds: the position of a content in progress, else 0. [LWW5] */
  resume(contentId: string): number;
  /**
   * What a person did: play, pause, seek, stop.
   *
   * @throws CuepointError `invalid_content_id`, `invalid_seconds`, `invalid_state`; ClientError `closed`
   */
  set(contentId: string, position: PlaybackPosition): void;
  /**
   * What a timer tells while a content plays. One that moves nothing writes nothing: a paused TV must not beat
   * the phone that went on. [LWW6]
   *
   * @returns whether it was written. @throws as `set`
   */
  report(contentId: string, position: PlaybackPosition): boolean;
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
  /** Begun and not completed, the latest first; the same array until one of them changes. [LWW5] */
  inProgress(): readonly ProgressItem[];
  /** From 90 % on, the latest first. [LWW5] */
  completed(): readonly ProgressItem[];
  /** All of them, the latest first. */
  list(): readonly ProgressItem[];
  /** Calls after each change, of this device or another. @returns what ends it. */
  subscribe(listener: () => void): () => void;
}

interface Snapshots {
  readonly all: readonly ProgressItem[];
  readonly inProgress: readonly ProgressItem[];
  readonly completed: readonly ProgressItem[];
  readonly byContentId: ReadonlyMap<string, ProgressItem>;
}

export function createProgress({ store, write }: WritableDeps): Progress {
  const listeners = new Listeners();
  /** What this device's player said last: a remote write in between does not make it news. [LWW6] */
  const lastReports = new Map<string, PlaybackPosition>();
  let known: Snapshots = { all: [], inProgress: [], completed: [], byContentId: new Map() };
  const snapshot = new Snapshot((): Snapshots => {
    const all = progressItems(store.replica).map((item) =>
      keepSame(known.byContentId.get(item.contentId), item),
    );
    const completed = all.filter((item) => item.isCompleted);
    known = {
      all: keepSameList(known.all, all),
      inProgress: keepSameList(known.inProgress, all.filter(isInProgress)),
      completed: keepSameList(known.completed, completed),
      byContentId: new Map(all.map((item) => [item.contentId, item])),
    };
    return known;
  });
  store.onChanged(({ progress }) => {
    if (!progress) return;
    snapshot.expire();
    listeners.notify();
  });
  const get = (contentId: string) => snapshot.get().byContentId.get(contentId);

  function set(contentId: string, position: PlaybackPosition): void {
    requireContentId(contentId);
    requirePosition(position);
    const { positionSeconds, durationSeconds, state } = position;
    write({ kind: 'progress.set', contentId, positionSeconds, durationSeconds, state });
    lastReports.set(contentId, { positionSeconds, durationSeconds, state });
  }

  function clear(contentId: string): boolean {
    requireContentId(contentId);
    if (progressItem(store.replica, contentId) === undefined) return false;
    write({ kind: 'progress.clear', contentId });
    return true;
  }

  return {
    get,
    resume(contentId) {
      const item = progressItem(store.replica, contentId);
      return item !== undefined && isInProgress(item) ? item.positionSeconds : 0;
    },
    set,
    report(contentId, position) {
      const movesNothing = [
        progressItem(store.replica, contentId),
        lastReports.get(contentId),
      ].some(
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
    inProgress: () => snapshot.get().inProgress,
    completed: () => snapshot.get().completed,
    list: () => snapshot.get().all,
    subscribe: listeners.subscribe,
  };
}
