import {
  claimOf,
  compareTimestamps,
  endFactsOf,
  isFinished,
  requireContentId,
  requirePosition,
  wholePosition,
  type GivenPosition,
  type ListedFacts,
  type PlaybackPosition,
  type Timestamp,
} from '@cuepoint/core';
import type { GivenOp } from './outbox/record-op.ts';
import { maxOf } from './outbox/service-clock.ts';
import { areTwoCuts, isLost, placeOp, placesOf, type DevicePlace } from './places.ts';
import { keyOf } from './replica/op-key.ts';
import { createPart } from './replica/part.ts';
import { progressItem, visibleRegister, type ProgressItem } from './replica/view.ts';
import type { WritableDeps } from './watchlist.ts';

/** Who is back in the first half begins anew: the last scene once more is the same playback. */
const BEGUN_ANEW_PARTS = 2;
/** How often a screen that is silent keeps its place. */
const PLACE_INTERVAL_MS = 60_000;

/** Where the person is in what they watch: a last-writer-wins register a content. [LWW1] */
export interface Progress {
  /** The same object until it changes; `undefined` where there is nothing, or it was cleared. */
  get(contentId: string): ProgressItem | undefined;
  /**
   * Where to go on, in seconds: the position of a content in progress, else 0. [LWW5]
   *
   * @param durationSeconds of the cut that is opened: a position in one whose length differs by 1 % or more is none of this
   * one, and what was kept of this one counts in its place. [CLM8]
   */
  resume(contentId: string, durationSeconds?: number): number;
  /**
   * Where devices were in it beside the place that counts, the furthest first: of a screen that played on, or was put back
   * by another one by more than five minutes. Good for 30 days. `set` takes one of them. [CLM8]
   */
  places(contentId: string): readonly DevicePlace[];
  /**
   * What a person did: play, pause, seek, stop. It takes over at once, from whatever screen. [CLM4] Fractions of seconds
   * are dropped; a duration may be left out.
   *
   * Where it crosses the end of the content, which is its length where nobody knew that before, that is `watched` and one play of the history as well; a report's too, and
   * offline. [PLY3]
   *
   * @throws CuepointError `invalid_content_id`, `invalid_seconds`, `invalid_state`; ClientError `closed`
   */
  set(contentId: string, position: GivenPosition, playback?: Playback): void;
  /**
   * What a timer tells while a content plays, and its natural end: no act, it continues the last one. [CLM3]
   *
   * One that moves nothing writes nothing: a paused TV must not beat the phone that went on. [LWW6] Nor does one while an
   * act is known that is later than the one that it continues: a screen that was left alone goes silent. So does one on which
   * somebody cleared the content, until somebody plays, pauses or seeks there.
   *
   * @returns whether it was written. @throws as `set`
   */
  report(contentId: string, position: GivenPosition, options?: ReportOptions): boolean;
  /** @returns false when there is nothing to clear. @throws as `set` */
  clear(contentId: string): boolean;
  /** All of them, the latest first; the same array until something changes. */
  list(): readonly ProgressItem[];
  /** Calls after each change, of this device or another. @returns what ends it. */
  subscribe(listener: () => void): () => void;
}

/** Which playback it is, and what is known of its end. */
export interface Playback {
  /** A UUID: its end is one play of the history, however often it is told. [PLY1] */
  readonly playId?: string | undefined;
  /** Where the credits begin, in seconds. Default: as the `content` register says. */
  readonly creditsStartSeconds?: number | undefined;
}

export interface ReportOptions extends Playback {
  /** The first report of what began by itself, as the next episode does: it inherits the last act on this device. [CLM5] */
  readonly startedBy?: 'autoplay';
}

export interface ProgressDeps extends WritableDeps {
  readonly deviceId: string;
  readonly uuid: () => string;
  readonly monotonic: () => number;
}

export function createProgress(deps: ProgressDeps): Progress {
  const { store, write } = deps;
  /** What this device's player said last: a remote write in between does not make it news. [LWW6] */
  const lastReports = new Map<string, PlaybackPosition>();
  /** The last act of this run in each content, or what it inherited there, and the entry that told it last. [CLM3] */
  const acts = new Map<string, { readonly claim: Timestamp; readonly entryId: string }>();
  /** Contents whose end this run has told, and of which playback, until they are begun again. [PLY3] */
  const ends = new Map<string, string | undefined>();
  /** When this run kept its place in a content, where it is silent. [CLM8] */
  const placedAtMs = new Map<string, number>();
  let user = store.namespace;
  const { get, list, subscribe } = createPart<ProgressItem>(
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
      ends.clear();
      placedAtMs.clear();
    }
    // As they are written, and as they are restamped. [CLM6]
    for (const { id, op } of change?.put ?? []) {
      if (op.kind !== 'progress.set' || !store.isOfThisRun(id)) continue;
      const contentId = keyOf(op);
      if (id >= (acts.get(contentId)?.entryId ?? '')) {
        acts.set(contentId, { claim: claimOf(op), entryId: id });
      }
    }
  });

  function put(
    contentId: string,
    position: PlaybackPosition,
    playback: Playback | undefined,
    claim?: Timestamp,
  ): void {
    requireContentId(contentId);
    requirePosition(position);
    const before = get(contentId);
    const isKept = before !== undefined && isLost(before, position, deps.deviceId, !claim);
    write(
      { kind: 'progress.set', contentId, ...position, ...(claim && { claim }) },
      ...endOf(contentId, position, playback, claim),
      ...(isKept ? [placeOp(contentId, before.deviceId, before, before.updatedAtMs)] : []),
    );
    lastReports.set(contentId, position);
  }

  /** What crossing the end writes beside the position, once for each playback. [PLY3] */
  function endOf(
    contentId: string,
    position: PlaybackPosition,
    { playId, creditsStartSeconds }: Playback = {},
    claim?: Timestamp,
  ): GivenOp[] {
    const content = visibleRegister(store.replica, 'content', contentId);
    const described = content?.kind === 'register.set' ? (content.value as object | null) : null;
    // What is told of this playback is of its own cut.
    const told = creditsStartSeconds && { creditsStartSeconds, durationSeconds: 0 };
    const facts = { ...described, ...told } as ListedFacts;
    const isAtEnd = (at: PlaybackPosition): boolean =>
      isFinished(at, endFactsOf(facts, at.durationSeconds));
    const { positionSeconds, durationSeconds } = position;
    if (facts.type === 'live') return [];
    const known = get(contentId);
    if (!isAtEnd(position)) {
      // By another screen perhaps, of which the first half need not have come.
      const isOurs = known?.deviceId === deps.deviceId;
      if (!isOurs || positionSeconds * BEGUN_ANEW_PARTS < (durationSeconds || 1))
        ends.delete(contentId);
      return [];
    }
    const before = lastReports.get(contentId) ?? known;
    const isTold = ends.has(contentId) && ends.get(contentId) === playId;
    if (isTold || (before !== undefined && isAtEnd(before))) return [];
    ends.set(contentId, playId);
    const said = { isDated: true, ...(claim && { claim }) } as const;
    return [
      { kind: 'register.set', register: 'watched', key: contentId, value: { at: null }, ...said },
      { kind: 'play.add', contentId, playId: playId ?? deps.uuid(), ...said },
    ];
  }

  /** What a screen that is silent knows, and nobody else. [CLM8] */
  function placeHere(contentId: string, position: PlaybackPosition): GivenOp[] {
    const nowMs = deps.monotonic();
    if (nowMs - (placedAtMs.get(contentId) ?? -PLACE_INTERVAL_MS) < PLACE_INTERVAL_MS) return [];
    placedAtMs.set(contentId, nowMs);
    return [placeOp(contentId, deps.deviceId, position)];
  }

  function places(contentId: string): readonly DevicePlace[] {
    return placesOf(store.replica, contentId, get(contentId), store.clock.nowMs());
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
    resume(contentId, durationSeconds = 0) {
      const item = get(contentId);
      if (item === undefined) return 0;
      const cut = { durationSeconds };
      const [at] = areTwoCuts(item, cut)
        ? places(contentId)
            .filter((place) => !areTwoCuts(place, cut))
            .sort((a, b) => b.atMs - a.atMs)
        : [item];
      return at === undefined || isFinished(at) ? 0 : at.positionSeconds;
    },
    places,
    set: (contentId, position, playback) => put(contentId, wholePosition(position), playback),
    report(contentId, given, { startedBy, ...playback } = {}) {
      const position = wholePosition(given);
      const movesNothing = [get(contentId), lastReports.get(contentId)].some(
        (before) =>
          before?.positionSeconds === position.positionSeconds && before.state === position.state,
      );
      if (movesNothing) return false;
      const winner = visibleRegister(store.replica, 'progress', contentId);
      const stored = winner && claimOf(winner);
      const isSet = winner?.kind === 'progress.set';
      const own = isSet && winner.deviceId === deps.deviceId ? stored : undefined;
      let claim = acts.get(contentId)?.claim ?? own;
      if (winner === undefined || startedBy === 'autoplay') claim = maxOf(claim, lastAct());
      if (stored && (!claim || compareTimestamps(stored, claim) >= +isSet)) {
        // It was played there all the same. [CW7]
        const end = claim ? endOf(contentId, position, playback, claim) : [];
        const said = [...end, ...placeHere(contentId, position)];
        if (said.length > 0) write(...said);
        lastReports.set(contentId, position);
        return false;
      }
      put(contentId, position, playback, claim);
      return true;
    },
    clear,
    list,
    subscribe,
  };
}
