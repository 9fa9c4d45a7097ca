import { isFinished } from '@cuepoint/core';
import { ClientError } from '../client-error.ts';
import type { ClientEnvironment } from '../environment.ts';
import type { WatchState } from '../watch-state.ts';
import type { SeenPlace } from './seen-place.ts';

export interface ProgressRecorderDeps {
  readonly state: Pick<WatchState, 'progress' | 'devices'>;
  readonly environment: Pick<ClientEnvironment, 'setTimer'>;
  readonly place: SeenPlace;
  /** The watch state was closed. */
  readonly onClosed: () => void;
}

export interface ProgressRecorderOptions {
  readonly contentId: string;
  readonly tickMs?: number;
}

const TICK_MS = 10_000;
/** Seeks that follow each other within this are one: a thumb that is dragged along. */
const SEEK_SETTLE_MS = 500;
/** Media have frames: within this two places are one. */
export const SAME_PLACE_SECONDS = 1;

/**
 * Writes where a content was seen last: at once what the person did, by a timer what only goes on. [SDK7]
 *
 * Nothing is written before it has begun, and nothing over a stored place that is further than where it began, until
 * somebody really watches or chooses a place.
 */
export class ProgressRecorder {
  readonly #deps: ProgressRecorderDeps;
  readonly #options: ProgressRecorderOptions;
  #hasBegun = false;
  #isPlaying = false;
  /** What is stored is further than where it began. */
  #isHeld = false;
  /** They pressed play, and it does not play yet. */
  #hasWaitingAction = false;
  #pausedState: 'paused' | 'stopped' = 'paused';
  #cancelTick: (() => void) | undefined;
  #cancelSeek: (() => void) | undefined;
  /** A seek of theirs has not arrived yet. */
  #isSeeking = false;

  constructor(deps: ProgressRecorderDeps, options: ProgressRecorderOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** It played, or the person chose a place: places are recorded from now on. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /**
   * @param isChosen whether the person went there themselves.
   * @param startSeconds where the app wanted to begin.
   */
  begin(isChosen: boolean, startSeconds: number | undefined): void {
    const stored = this.#progress.get(this.#options.contentId);
    const place = this.#deps.place.seconds + SAME_PLACE_SECONDS;
    const isWhereTold = startSeconds !== undefined && startSeconds <= place;
    this.#hasBegun = true;
    this.#isHeld =
      !isChosen &&
      stored !== undefined &&
      stored.positionSeconds > place &&
      (stored.isCompleted || !isWhereTold);
    if (!this.#isPlaying) return;
    if (this.#hasWaitingAction) this.#act();
    else this.#report();
    this.#tickLater();
  }

  /** They pressed play. */
  play(): void {
    this.#isPlaying = true;
    this.#pausedState = 'paused';
    this.#hasWaitingAction = !this.#hasBegun;
    if (!this.#hasBegun) return;
    this.#act();
    this.#tickLater();
  }

  /** It plays, whoever asked for it. */
  goOn(): void {
    this.#isPlaying = true;
  }

  /** The pause that comes counts as a stop. */
  stopNext(): void {
    this.#pausedState = 'stopped';
  }

  pause(): void {
    this.halt();
    if (!this.#isStoppedForAnother()) this.#act();
  }

  /** It plays no longer, and that is no act of a person. */
  halt(): void {
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    this.#isPlaying = false;
    this.#hasWaitingAction = false;
  }

  /** The end was seen. */
  complete(): void {
    const end = this.#deps.place.end();
    if (isFinished(end)) this.#isHeld = false;
    this.#write(() => this.#progress.set(this.#options.contentId, end));
  }

  /** A seek of the person's begins. */
  seek(targetSeconds: number, isLoop: boolean): void {
    const isRestart = this.#deps.place.isFinished && targetSeconds < SAME_PLACE_SECONDS;
    // A loop has no end of its own.
    if (isRestart && isLoop) this.complete();
    this.#isHeld = isRestart;
    this.#isSeeking = true;
  }

  /** It has arrived, and another may follow. */
  settleSeek(): void {
    this.#isSeeking = false;
    if (!this.#hasBegun) return;
    this.#cancelSeek?.();
    this.#cancelSeek = this.#deps.environment.setTimer(() => this.#act(), SEEK_SETTLE_MS);
  }

  /** The page may be gone at any moment. */
  hide(): void {
    if (this.#isSeeking || this.#cancelSeek !== undefined) this.#act();
    if (this.#isPlaying) this.#report();
  }

  /** The element shows it no longer: a film that played counts as paused where it was seen last. */
  leave(): void {
    if (this.#cancelSeek !== undefined) this.#act();
    if (this.#isPlaying) this.#report('paused');
    this.end();
    this.#hasBegun = this.#isSeeking = false;
  }

  /** Writes nothing more by itself. */
  end(): void {
    this.halt();
    this.#cancelSeek?.();
    this.#cancelSeek = undefined;
  }

  get #progress(): WatchState['progress'] {
    return this.#deps.state.progress;
  }

  #tickLater(): void {
    this.#cancelTick?.();
    if (!this.#isPlaying) return;
    this.#cancelTick = this.#deps.environment.setTimer(() => {
      this.#report();
      this.#tickLater();
    }, this.#options.tickMs ?? TICK_MS);
  }

  /** What the person did. */
  #act(): void {
    this.#cancelSeek?.();
    this.#cancelSeek = undefined;
    this.#isSeeking = this.#hasWaitingAction = false;
    const state = this.#isPlaying ? 'playing' : this.#pausedState;
    this.#write(() =>
      this.#progress.set(this.#options.contentId, this.#deps.place.position(state)),
    );
  }

  /** What a timer tells. [LWW6] */
  #report(state: 'playing' | 'paused' = 'playing'): void {
    this.#write(() =>
      this.#progress.report(this.#options.contentId, this.#deps.place.position(state)),
    );
  }

  /** Nobody has to unbind a player before signing out: a closed watch state ends the binding. */
  #write(write: () => unknown): void {
    const { place, onClosed } = this.#deps;
    if (!this.#hasBegun || !place.isKnown) return;
    this.#isHeld &&= !place.isBegun;
    if (this.#isHeld) return;
    try {
      write();
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'closed') throw error;
      onClosed();
    }
  }

  /** After a hand-off the source must not beat the target with its stop. */
  #isStoppedForAnother(): boolean {
    if (this.#pausedState !== 'stopped') return false;
    const item = this.#progress.get(this.#options.contentId);
    return item !== undefined && item.deviceId !== this.#deps.state.devices.thisDeviceId;
  }
}
