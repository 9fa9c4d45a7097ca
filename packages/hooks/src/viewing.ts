import type { HookEvent } from './hook-event.ts';

/**
 * One viewing of one file on a server, whatever the order and number of its events: what its play is named by. [HOK3]
 *
 * Times are in ms since the epoch. `at` is by the sender's clock where it tells one, else when it arrived here.
 */
export interface Viewing {
  readonly playbackId: string;
  readonly device: string | null;
  /** Of the newest event. */
  readonly atMs: number;
  /** Whether that is the sender's word. */
  readonly isTold: boolean;
  readonly positionSeconds: number | null;
  readonly durationSeconds: number;
  readonly state: 'playing' | 'paused' | 'stopped';
  /** When the last act of a person arrived, which everything after it goes on with. [CLM3] */
  readonly actAtMs: number;
  /** When the last stop or end arrived. */
  readonly endedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly finishedSeconds: number | null;
}

export interface ViewingReport {
  /** Undefined: only that it is finished. */
  readonly position:
    | {
        readonly positionSeconds: number;
        readonly durationSeconds: number;
        readonly state: Viewing['state'];
      }
    | undefined;
  readonly playbackId: string;
  readonly device: string | null;
  /** When the act happened that it goes on with; undefined: it is one itself. */
  readonly continuesMs: number | undefined;
  readonly isFinished: boolean;
  /** Of the play. */
  readonly watchedAtMs: number;
}

export type Step =
  | { readonly kind: 'report'; readonly viewing: Viewing; readonly report: ViewingReport }
  /** Nothing is written; `viewing` is where something is to be remembered. */
  | { readonly kind: 'quiet'; readonly reason: QuietReason; readonly viewing?: Viewing };

/** `late`: a newer event was here before · `no_position`: it says nothing of where · `nothing_moved` */
export type QuietReason = 'late' | 'no_position' | 'nothing_moved';

export interface StepContext {
  readonly arrivedMs: number;
  readonly newPlaybackId: () => string;
  /** The viewing of another file that was last on this screen. */
  readonly before?: Viewing | undefined;
}

/** An event without a time of its own that arrives so soon after the end belongs before it. */
export const LATE_MS = 10_000;
/** An event that is older by more than this is not late: the clock of its server was set back. */
const LATE_MAX_MS = 6 * 60 * 60_000;
/** What starts so soon after the end of another file was started by nobody. [CLM5] */
export const AUTOPLAY_MS = 30_000;
/** A tick that is so far from where it should be tells of a seek. */
const SEEK_SECONDS = 30;
/** Where the length is not known. [PLY1] */
const UNKNOWN_LENGTH_MS = 2 * 60 * 60_000;
/** A clock that is so far ahead of this one is not believed for the date of a play. */
const AHEAD_MAX_MS = 60_000;
const FINISHED_PERCENT = 90;

/** What an event makes of the viewing it belongs to. Pure: time and ids are given. */
export function stepViewing(
  stored: Viewing | undefined,
  event: HookEvent,
  context: StepContext,
): Step {
  const { arrivedMs } = context;
  const atMs = event.atMs ?? arrivedMs;
  const viewing = stored === undefined || isNewViewing(stored, event, atMs) ? undefined : stored;
  const positionSeconds = positionOf(event);
  const isFinished = isFinishedBy(viewing, event, positionSeconds);
  if (viewing !== undefined && isLate(viewing, event, positionSeconds, { atMs, arrivedMs })) {
    // That it is seen to its end is no less true.
    return isFinished && viewing.finishedAtMs === null
      ? finishLate(viewing, { atMs, arrivedMs })
      : { kind: 'quiet', reason: 'late' };
  }
  const isOwn = viewing === undefined && startsByItself(event, context, atMs);
  const isAct =
    !isOwn &&
    (viewing === undefined || isActOf(viewing, event, { atMs, positionSeconds, isFinished }));
  const durationSeconds = event.durationSeconds || (viewing?.durationSeconds ?? 0);
  const at = placeAfter(event, { viewing, positionSeconds, durationSeconds, isFinished });
  const next: Viewing = {
    playbackId: viewing?.playbackId ?? context.newPlaybackId(),
    device: event.device ?? viewing?.device ?? null,
    atMs,
    isTold: event.atMs !== undefined,
    positionSeconds: at ?? viewing?.positionSeconds ?? null,
    durationSeconds,
    state: stateAfter(event, viewing),
    actAtMs: isAct
      ? arrivedMs
      : isOwn
        ? (context.before?.actAtMs ?? arrivedMs)
        : (viewing?.actAtMs ?? arrivedMs),
    endedAtMs: event.act === 'stop' || isFinished ? arrivedMs : (viewing?.endedAtMs ?? null),
    finishedAtMs: viewing?.finishedAtMs ?? (isFinished ? atMs : null),
    finishedSeconds: viewing?.finishedSeconds ?? (isFinished ? (at ?? null) : null),
  };
  if (at === undefined && !isFinished)
    return { kind: 'quiet', reason: 'no_position', viewing: next };
  if (viewing !== undefined && movesNothing(viewing, next)) {
    return { kind: 'quiet', reason: 'nothing_moved' };
  }
  return {
    kind: 'report',
    viewing: next,
    report: {
      position:
        at === undefined ? undefined : { positionSeconds: at, durationSeconds, state: next.state },
      playbackId: next.playbackId,
      device: next.device,
      continuesMs: isAct ? undefined : next.actAtMs,
      isFinished: isFinished || isPastEnd(next),
      watchedAtMs: dateOfPlay(next.finishedAtMs ?? atMs, arrivedMs),
    },
  };
}

/** Once it is seen, it begins anew past its running time, and not by what goes on after its end. */
function isNewViewing(stored: Viewing, event: HookEvent, atMs: number): boolean {
  if (stored.finishedAtMs === null) return false;
  const length = event.durationSeconds || stored.durationSeconds;
  const windowMs = length > 0 ? length * 1_000 : UNKNOWN_LENGTH_MS;
  if (atMs - stored.finishedAtMs < windowMs) return false;
  const position = positionOf(event);
  // Somebody presses play again in the credits, a day after.
  const goesOn =
    position !== undefined && stored.finishedSeconds !== null && position >= stored.finishedSeconds;
  return !goesOn;
}

function positionOf({ positionSeconds, percent, durationSeconds }: HookEvent): number | undefined {
  if (positionSeconds !== undefined || percent === undefined || durationSeconds === 0) {
    return positionSeconds;
  }
  return Math.floor((percent * durationSeconds) / 100);
}

function isFinishedBy(
  viewing: Viewing | undefined,
  { finished, durationSeconds }: HookEvent,
  position: number | undefined,
): boolean {
  if (finished !== 'doubtful') return finished === 'yes';
  const last = position ?? viewing?.positionSeconds ?? 0;
  const length = durationSeconds || (viewing?.durationSeconds ?? 0);
  return length > 0 && last * 100 >= length * FINISHED_PERCENT;
}

function isLate(
  viewing: Viewing,
  event: HookEvent,
  position: number | undefined,
  { atMs, arrivedMs }: { readonly atMs: number; readonly arrivedMs: number },
): boolean {
  if (event.atMs !== undefined && viewing.isTold) {
    const behindMs = viewing.atMs - atMs;
    if (behindMs === 0) return viewing.state === 'stopped' && event.act !== 'stop';
    return behindMs > 0 && behindMs <= LATE_MAX_MS;
  }
  if (viewing.endedAtMs === null || arrivedMs - viewing.endedAtMs > LATE_MS) return false;
  return position === undefined || position < (viewing.positionSeconds ?? 0);
}

function finishLate(
  viewing: Viewing,
  { atMs, arrivedMs }: { readonly atMs: number; readonly arrivedMs: number },
): Step {
  const { positionSeconds, durationSeconds, state, playbackId, device, actAtMs } = viewing;
  return {
    kind: 'report',
    viewing: {
      ...viewing,
      finishedAtMs: atMs,
      finishedSeconds: positionSeconds,
      endedAtMs: arrivedMs,
    },
    report: {
      position: positionSeconds === null ? undefined : { positionSeconds, durationSeconds, state },
      playbackId,
      device,
      continuesMs: actAtMs,
      isFinished: true,
      watchedAtMs: dateOfPlay(atMs, arrivedMs),
    },
  };
}

function startsByItself(event: HookEvent, { before }: StepContext, atMs: number): boolean {
  if (event.act !== 'start' || before === undefined || before.finishedAtMs === null) return false;
  // Some servers tell of the next file before the stop of the one before.
  return before.state !== 'stopped' || Math.abs(atMs - before.atMs) <= AUTOPLAY_MS;
}

/** The natural end is no act, nor is a tick; a tick that jumps or pauses tells of one. */
function isActOf(
  viewing: Viewing,
  event: HookEvent,
  {
    atMs,
    positionSeconds,
    isFinished,
  }: {
    readonly atMs: number;
    readonly positionSeconds: number | undefined;
    readonly isFinished: boolean;
  },
): boolean {
  if (event.act === 'finish') return false;
  if (event.act === 'stop') return !isFinished && viewing.state !== 'stopped';
  if (event.act !== 'progress') return true;
  if (event.isPaused !== undefined && event.isPaused !== (viewing.state === 'paused')) return true;
  if (positionSeconds === undefined || viewing.positionSeconds === null) return false;
  const playedSeconds = viewing.state === 'playing' ? Math.max(atMs - viewing.atMs, 0) / 1_000 : 0;
  return Math.abs(positionSeconds - viewing.positionSeconds - playedSeconds) > SEEK_SECONDS;
}

function stateAfter({ act, isPaused }: HookEvent, viewing: Viewing | undefined): Viewing['state'] {
  switch (act) {
    case 'pause':
      return 'paused';
    case 'stop':
      return 'stopped';
    case 'finish':
      return viewing?.state === 'stopped' ? 'stopped' : 'playing';
    case 'start':
    case 'unpause':
    case 'progress':
    case 'mark':
    case 'unmark':
      return isPaused === true ? 'paused' : 'playing';
  }
}

interface Told {
  readonly viewing: Viewing | undefined;
  readonly positionSeconds: number | undefined;
  readonly durationSeconds: number;
  readonly isFinished: boolean;
}

/** Where it is after an event, which may tell no place at all. */
function placeAfter(
  { act, finished, atMs }: HookEvent,
  { viewing, positionSeconds, durationSeconds, isFinished }: Told,
): number | undefined {
  const before = viewing?.positionSeconds ?? undefined;
  if (positionSeconds !== undefined) {
    // Without times nobody knows which of two ends was the later one: the further it is.
    return isFinished && atMs === undefined
      ? Math.max(positionSeconds, before ?? 0)
      : positionSeconds;
  }
  if (finished === 'yes') return durationSeconds > 0 ? durationSeconds : before;
  // What starts may start at the beginning: the next event says. A stop without a position is where it was. [HOK2]
  return act === 'start' || act === 'progress' ? undefined : before;
}

function isPastEnd({ positionSeconds, finishedSeconds }: Viewing): boolean {
  return positionSeconds !== null && finishedSeconds !== null && positionSeconds >= finishedSeconds;
}

function movesNothing(a: Viewing, b: Viewing): boolean {
  return (
    a.positionSeconds === b.positionSeconds &&
    a.state === b.state &&
    a.device === b.device &&
    (a.finishedAtMs === null) === (b.finishedAtMs === null)
  );
}

function dateOfPlay(atMs: number, arrivedMs: number): number {
  return atMs > arrivedMs + AHEAD_MAX_MS ? arrivedMs : atMs;
}
