import { DurabilityTracker } from './durability-tracker.ts';
import { CuepointError } from './errors.ts';
import { LWWRegister, type WriteOutcome } from './lww-register.ts';
import {
  persistThrough,
  requireContentId,
  requireContext,
  type ManagerContext,
} from './manager-context.ts';
import type { ProgressClearOp, ProgressOp, ProgressSetOp } from './op.ts';
import {
  equalPositions,
  isFinished,
  isInProgress,
  isSeconds,
  PLAYBACK_STATES,
  type PlaybackPosition,
} from './playback-position.ts';
import { claimOf, compareStamps, stampOf, type Stamp } from './stamp.ts';
import { compareTimestamps, maxTimestamp, type Timestamp } from './timestamp.ts';

/** A position, or `null` once cleared. [LWW2] */
export type ProgressRegister = LWWRegister<PlaybackPosition | null>;

export interface ProgressItem extends PlaybackPosition {
  readonly contentId: string;
  readonly stamp: Stamp;
}

export interface ReportOptions {
  /** True for what a person did (play, pause, seek, stop); false for a timer's report. */
  readonly userAction: boolean;
  /** The first report of what began by itself, as the next episode does: the last act on this device is its claim. [CLM5] */
  readonly startsByItself?: boolean;
}

export function createProgressRegister(
  position: PlaybackPosition | null,
  stamp: Stamp,
): ProgressRegister {
  return new LWWRegister(position, stamp, equalPositions);
}

/** One user's playback progress in memory, every mutation persisted through the port. */
export class ProgressSync {
  readonly #context: ManagerContext;
  readonly #registersByContentId: Map<string, ProgressRegister>;
  /** What this device's player said last: a remote write in between does not make it news. [LWW6] */
  readonly #lastReportsByContentId = new Map<string, PlaybackPosition>();
  /** The greatest claim of this device: what begins by itself inherits it. [CLM5] */
  #lastAct: Timestamp | undefined;
  readonly #durability = new DurabilityTracker();

  /**
   * @param registers the stored state by content id, empty for a new user; the clock goes on after
   * its stamps. [LWW3]
   */
  constructor(context: ManagerContext, registers: Iterable<[string, ProgressRegister]> = []) {
    this.#context = requireContext(context);
    this.#registersByContentId = new Map(registers);
    const now = context.environment.now();
    for (const register of this.#registersByContentId.values()) {
      context.clock.receive(register.stamp.timestamp, now);
      this.#learnAct(register.stamp);
    }
  }

  get(contentId: string): PlaybackPosition | undefined {
    return this.#registersByContentId.get(contentId)?.value ?? undefined;
  }

  /** Where to go on: the position of a content in progress, else 0. In seconds. [LWW5] */
  resumePosition(contentId: string): number {
    const position = this.get(contentId);
    return position !== undefined && isInProgress(position) ? position.positionSeconds : 0;
  }

  /** The latest first. [LWW5] */
  inProgress(): ProgressItem[] {
    return this.#items(isInProgress);
  }

  /** The latest first. [LWW5] */
  completed(): ProgressItem[] {
    return this.#items((position) => isFinished(position));
  }

  /** The latest first; cleared contents are left out. */
  list(): ProgressItem[] {
    return this.#items(() => true);
  }

  /**
   * Writes what a person did, with a new stamp: past everything that is known, so it takes over at once. [CLM4]
   *
   * @throws CuepointError for seconds or a state out of bounds. [LWW4]
   */
  set(contentId: string, position: PlaybackPosition): ProgressSetOp {
    requireContentId(contentId);
    requirePosition(position);
    return this.#write(contentId, position, undefined);
  }

  /**
   * A player's report. A timer's continues the claim of the act before it. [CLM3]
   *
   * One that moves nothing (same position, same state, no user action) mints no stamp and gives `undefined`: a paused TV
   * must not beat the phone that went on, nor bring back what the phone cleared. [LWW6] Nor does a timer's while another
   * device's act is known that is newer: the screen that was left alone goes silent. [CLM3] Nor after a clear, of this device
   * too: what plays there continues an act before it.
   */
  report(
    contentId: string,
    position: PlaybackPosition,
    { userAction, startsByItself = false }: ReportOptions,
  ): ProgressSetOp | undefined {
    if (userAction) return this.set(contentId, position);
    requireContentId(contentId);
    requirePosition(position);
    const movesNothing = [this.get(contentId), this.#lastReportsByContentId.get(contentId)].some(
      (known) =>
        known !== undefined &&
        known.positionSeconds === position.positionSeconds &&
        known.state === position.state,
    );
    if (movesNothing) return undefined;
    const { value, stamp: stored } = this.#registersByContentId.get(contentId) ?? {};
    const isOwn = stored?.deviceId === this.#context.deviceId && value !== null;
    const own = stored !== undefined && isOwn ? claimOf(stored) : undefined;
    const inherited = startsByItself || stored === undefined ? this.#lastAct : undefined;
    const claim = own && inherited ? maxTimestamp(own, inherited) : (own ?? inherited);
    const isOvertaken = stored !== undefined && own === undefined;
    if (isOvertaken && (claim === undefined || compareTimestamps(claim, claimOf(stored)) <= 0)) {
      return undefined;
    }
    return this.#write(contentId, position, claim);
  }

  /** @returns undefined when there is nothing to clear. [LWW2] */
  clear(contentId: string): ProgressClearOp | undefined {
    requireContentId(contentId);
    if (this.get(contentId) === undefined) return undefined;
    const op: ProgressClearOp = {
      kind: 'progress.clear',
      contentId,
      timestamp: this.#tick(contentId),
      deviceId: this.#context.deviceId,
    };
    this.#fold(op);
    this.#persist(op);
    return op;
  }

  /** Folds in an op of another replica. `conflict`: its stamp was used for something else. [LWW3] */
  applyRemote(op: ProgressOp): WriteOutcome {
    this.#context.clock.receive(op.timestamp, this.#context.environment.now());
    const outcome = this.#fold(op);
    if (outcome === 'applied') this.#persist(op);
    return outcome;
  }

  /**
   * @throws when the port failed or refused a change since the last call. Memory keeps that change all the
   * same: after a refusal only a state that is loaded again is what the store holds.
   */
  whenDurable(): Promise<void> {
    return this.#durability.whenDurable();
  }

  /** @param claim of the act that it continues; undefined for an act. */
  #write(
    contentId: string,
    { positionSeconds, durationSeconds, state }: PlaybackPosition,
    claim: Timestamp | undefined,
  ): ProgressSetOp {
    const timestamp = this.#tick(contentId);
    // An act of this device may be of a clock far ahead: what inherits it is one of its own then. [CLM2]
    const isTick = claim !== undefined && compareTimestamps(claim, timestamp) < 0;
    const op: ProgressSetOp = {
      kind: 'progress.set',
      contentId,
      positionSeconds,
      durationSeconds,
      state,
      timestamp,
      deviceId: this.#context.deviceId,
      ...(isTick ? { claim } : {}),
    };
    this.#lastReportsByContentId.set(contentId, positionOf(op));
    this.#fold(op);
    this.#persist(op);
    return op;
  }

  #learnAct(stamp: Stamp): void {
    if (stamp.deviceId !== this.#context.deviceId) return;
    const claim = claimOf(stamp);
    this.#lastAct = this.#lastAct === undefined ? claim : maxTimestamp(this.#lastAct, claim);
  }

  /** Past the stored winner too, even one from a clock far ahead: the newest intent wins. */
  #tick(contentId: string) {
    const { clock, environment } = this.#context;
    const register = this.#registersByContentId.get(contentId);
    return register === undefined
      ? clock.tick(environment.now())
      : clock.tickPast(register.stamp.timestamp, environment.now());
  }

  #fold(op: ProgressOp): WriteOutcome {
    this.#learnAct(op);
    const register = this.#registersByContentId.get(op.contentId);
    const value = op.kind === 'progress.set' ? positionOf(op) : null;
    if (register !== undefined) return register.write(value, stampOf(op));
    this.#registersByContentId.set(op.contentId, createProgressRegister(value, stampOf(op)));
    return 'applied';
  }

  #persist(op: ProgressOp): void {
    this.#durability.track(() =>
      persistThrough(this.#context, op, (winner) => {
        if (winner.kind === 'progress.set' || winner.kind === 'progress.clear') this.#fold(winner);
      }),
    );
  }

  #items(keep: (position: PlaybackPosition) => boolean): ProgressItem[] {
    const items: ProgressItem[] = [];
    for (const [contentId, register] of this.#registersByContentId) {
      if (register.value !== null && keep(register.value)) {
        items.push({ contentId, ...register.value, stamp: register.stamp });
      }
    }
    return items.sort((a, b) => compareStamps(b.stamp, a.stamp));
  }
}

function positionOf({ positionSeconds, durationSeconds, state }: ProgressSetOp): PlaybackPosition {
  return { positionSeconds, durationSeconds, state };
}

/** @throws CuepointError `invalid_seconds`, `invalid_state` [LWW4] */
export function requirePosition({
  positionSeconds,
  durationSeconds,
  state,
}: PlaybackPosition): void {
  requireSeconds('positionSeconds', positionSeconds);
  requireSeconds('durationSeconds', durationSeconds);
  if (!PLAYBACK_STATES.includes(state)) {
    throw new CuepointError('invalid_state', 'A state is playing, paused or stopped.', {
      field: 'state',
    });
  }
}

/** @throws CuepointError `invalid_seconds` [LWW4] */
export function requireSeconds(field: string, seconds: number): void {
  if (!isSeconds(seconds)) {
    throw new CuepointError('invalid_seconds', `${field} is an integer from 0 to 2147483647.`, {
      field,
    });
  }
}
