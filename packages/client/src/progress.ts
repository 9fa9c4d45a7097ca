import {
  claimOf,
  compareTimestamps,
  CuepointError,
  isInProgress,
  requireContentId,
  requirePosition,
  wholePosition,
  type GivenPosition,
  type PlaybackPosition,
  type Timestamp,
} from '@cuepoint/core';
import { maxOf } from './outbox/service-clock.ts';
import { keyOf, partOf } from './replica/op-key.ts';
import { createPart } from './replica/part.ts';
import { progressItem, visibleRegister, type ProgressItem } from './replica/view.ts';
import type { WritableDeps } from './watchlist.ts';

/** Where the person is in what they watch: a last-writer-wins register a content. [LWW1] */
export interface Progress {
  /** The same object until it changes; `undefined` where there is nothing, or it was cleared. */
  get(contentId: string): ProgressItem | undefined;
  /** Where to go on, in seconds: the position of a content in progress, else 0. [LWW5] */
  resume(contentId: string): number;
  /**
   * What a person did: play, pause, seek, stop. It takes over at once, from whatever screen. [CLM4] Fractions of seconds
   * are dropped; a duration may be left out.
   *
   * @throws CuepointError `invalid_content_id`, `invalid_seconds`, `invalid_state`; ClientError `closed`
   */
  set(contentId: string, position: GivenPosition): void;
  /**
   * What a timer tells while a content plays, and its natural end: no act, it continues the last one. [CLM3]
   *
   * One that moves nothing writes nothing: a paused TV must not beat the phone that went on. [LWW6] Nor does one while an
   * act is known that is later than the one that it continues: a screen that was left alone goes silent.
   *
   * @returns whether it was written. @throws as `set`
   */
  report(contentId: string, position: GivenPosition, options?: ReportOptions): boolean;
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

export interface ReportOptions {
  /** The first report of what began by itself, as the next episode does: it inherits the last act on this device. [CLM5] */
  readonly startedBy?: 'autoplay';
}

export interface ProgressDeps extends WritableDeps {
  readonly deviceId: string;
}

export function createProgress(deps: ProgressDeps): Progress {
  const { store, write } = deps;
  /** What this device's player said last: a remote write in between does not make it news. [LWW6] */
  const lastReports = new Map<string, PlaybackPosition>();
  /** The last act of this run in each content, or what it inherited there, and the entry that told it last. [CLM3] */
  const acts = new Map<string, { readonly claim: Timestamp; readonly entryId: string }>();
  let user = store.namespace;
  const { get, listOf, subscribe } = createPart<ProgressItem>(
    store,
    'progress',
    progressItem,
    ({ engagedAtMs }) => engagedAtMs,
  );
  store.onChanged((_, change) => {
    if (user !== store.namespace) {
      user = store.namespace;
      lastReports.clear();
      acts.clear();
    }
    // As they are written, and as they are restamped. [CLM6]
    for (const { id, op } of change?.put ?? []) {
      if (partOf(op) !== 'progress' || !store.isOfThisRun(id)) continue;
      const contentId = keyOf(op);
      if (id >= (acts.get(contentId)?.entryId ?? '')) {
        acts.set(contentId, { claim: claimOf(op), entryId: id });
      }
    }
  });

  function put(contentId: string, position: PlaybackPosition, claim?: Timestamp): void {
    requireContentId(contentId);
    requirePosition(position);
    write({ kind: 'progress.set', contentId, ...position, ...(claim && { claim }) });
    lastReports.set(contentId, position);
  }

  function set(contentId: string, position: GivenPosition): void {
    put(contentId, wholePosition(position));
  }

  /** The last act of this run, or of one before it. */
  function lastAct(): Timestamp | undefined {
    let last: Timestamp | undefined;
    for (const { claim } of acts.values()) last = maxOf(last, claim);
    if (last !== undefined) return last;
    for (const contentId of store.replica.keysOf('progress')) {
      const op = visibleRegister(store.replica, 'progress', contentId);
      if (op?.deviceId === deps.deviceId) last = maxOf(last, claimOf(op));
    }
    return last;
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
    report(contentId, given, { startedBy } = {}) {
      const position = wholePosition(given);
      const movesNothing = [get(contentId), lastReports.get(contentId)].some(
        (before) =>
          before?.positionSeconds === position.positionSeconds && before.state === position.state,
      );
      if (movesNothing) return false;
      const winner = visibleRegister(store.replica, 'progress', contentId);
      const stored = winner && claimOf(winner);
      const own = winner?.deviceId === deps.deviceId ? stored : undefined;
      let claim = acts.get(contentId)?.claim ?? own;
      if (winner === undefined || startedBy === 'autoplay') claim = maxOf(claim, lastAct());
      if (stored && (!claim || compareTimestamps(stored, claim) > 0)) return false;
      put(contentId, position, claim);
      return true;
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
