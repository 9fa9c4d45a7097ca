import { isFinished, type PlaybackPosition, type PlaybackState } from '@cuepoint/core';
import { playIdOf } from './play-id.ts';
import { ClientError } from '../client-error.ts';
import type { ClientEnvironment } from '../environment.ts';
import type { Playback } from '../progress.ts';
import type { ProgressItem } from '../replica/view.ts';
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
  readonly startedBy?: 'person' | 'autoplay';
  readonly playbackId?: string;
  readonly creditsStartSeconds?: number;
}

const TICK_MS = 10_000;
/** Seeks that follow each other within this are one: a thumb that is dragged along. */
const SEEK_SETTLE_MS = 500;
/** Media have frames: within this two places are one. */
export const SAME_PLACE_SECONDS = 1;
/** Players jump over gaps in their buffer while they play; people go further. */
const GAP_SECONDS = 3;

/**
 * Writes where a content was seen last: at once what the person did, by a timer what only goes on. [SDK7] What a player does
 * by itself is no act: it goes on with the last one. [CLM3] [CLM5]
 *
 * Nothing is written before it has begun, and nothing over a stored place that is further than where it began, until
 * somebody really watches or chooses a place.
 */
export class ProgressRecorder {
  readonly #deps: ProgressRecorderDeps;
  readonly #options: ProgressRecorderOptions;
  readonly #playback: Playback;
  #hasBegun = false;
  #isPlaying = false;
  /** What is stored is further than where it began. */
  #held: { readonly item: ProgressItem; hasAct: boolean } | undefined;
  /** They pressed play, and it does not play yet. */
  #hasWaitingAction = false;
  /** It was never begun, and nobody presses play: the last title has ended. */
  #startsByItself: boolean;
  /** The player stopped it for a purpose of its own, and goes on by itself. */
  #goesOnByItself: boolean;
  #pausedState: 'paused' | 'stopped' = 'paused';
  #cancelTick: (() => void) | undefined;
  #cancelSeek: (() => void) | undefined;
  /** A seek has not arrived yet. */
  #isSeeking = false;
  /** One of those that follow each other was theirs. */
  #isSeekTheirs = false;
  #isHidden = false;

  constructor(deps: ProgressRecorderDeps, options: ProgressRecorderOptions) {
    this.#deps = deps;
    this.#options = options;
    const { contentId, playbackId, creditsStartSeconds } = options;
    this.#playback = {
      creditsStartSeconds,
      playId: playbackId && playIdOf(contentId, playbackId),
    };
    this.#startsByItself = this.#goesOnByItself = options.startedBy === 'autoplay';
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
    const isFurther = stored !== undefined && stored.positionSeconds > place;
    this.#hold(!isChosen && isFurther && (stored.isCompleted || !isWhereTold));
    if (!this.#isPlaying) return;
    this.#goesOnByItself = false;
    if (this.#hasWaitingAction) this.#act();
    else this.#report();
    this.#tickLater();
  }

  /** They pressed play, or it goes on by itself. */
  play(): void {
    this.found();
    this.#pausedState = 'paused';
    if (!this.#hasBegun) return;
    this.#goesOnByItself = false;
    if (this.#hasWaitingAction) this.#act();
    else this.#report();
    this.#tickLater();
  }

  /** It plays, whoever asked for it. */
  goOn(): void {
    this.#isPlaying = true;
  }

  /** It was found playing, and not by a binding before: they had pressed play. */
  found(): void {
    this.goOn();
    this.#hasWaitingAction = !this.#goesOnByItself;
  }

  /** The pause that comes counts as a stop. */
  stopNext(): void {
    this.#pausedState = 'stopped';
  }

  /** They paused it. Where nobody looks the system did, as it goes to sleep. */
  pause(): void {
    this.halt();
    if (this.#isStoppedForAnother()) return;
    if (this.#isHidden) this.#report('paused');
    else this.#act();
  }

  /** The player paused it, for an advertisement, and goes on by itself. */
  interrupt(): void {
    this.#goesOnByItself = this.#isPlaying;
    this.halt();
    this.#report('paused');
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
    if (isFinished(end)) this.#held = undefined;
    this.#write(end, false);
  }

  /** A seek begins: theirs, the next round of a loop, or a jump over a gap. */
  seek(targetSeconds: number, isLoop: boolean): void {
    const { place } = this.#deps;
    const isRestart = place.isFinished && targetSeconds < SAME_PLACE_SECONDS;
    const isJump = this.#isPlaying && Math.abs(targetSeconds - place.seconds) < GAP_SECONDS;
    // A loop has no end of its own.
    if (isRestart && isLoop) this.complete();
    this.#hold(isRestart);
    this.#isSeeking = true;
    this.#isSeekTheirs ||= !isJump && !(isRestart && isLoop) && !this.#goesOnByItself;
  }

  /** It has arrived, and another may follow. */
  settleSeek(): void {
    this.#isSeeking = false;
    if (!this.#hasBegun) return;
    this.#cancelSeek?.();
    this.#cancelSeek = this.#deps.environment.setTimer(() => this.#endSeek(), SEEK_SETTLE_MS);
  }

  /** The page may be gone at any moment. */
  hide(): void {
    this.#isHidden = true;
    if (this.#isSeeking || this.#cancelSeek !== undefined) this.#endSeek();
    if (this.#isPlaying) this.#report();
  }

  /** Somebody looks again. */
  show(): void {
    this.#isHidden = false;
  }

  /** The element shows it no longer: a film that played counts as paused where it was seen last. */
  leave(): void {
    if (this.#cancelSeek !== undefined) this.#endSeek();
    if (this.#isPlaying) this.#report('paused');
    this.#goesOnByItself ||= this.#isPlaying && this.#hasBegun;
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

  /** What is stored stays, until somebody really watches. */
  #hold(isHeld: boolean): void {
    const item = this.#progress.get(this.#options.contentId);
    this.#held = isHeld && item !== undefined ? { item, hasAct: false } : undefined;
  }

  #endSeek(): void {
    if (this.#isSeekTheirs) this.#act();
    else this.#report(this.#isPlaying ? 'playing' : this.#pausedState);
    this.#forgetSeek();
  }

  #forgetSeek(): void {
    this.#cancelSeek?.();
    this.#cancelSeek = undefined;
    this.#isSeeking = this.#isSeekTheirs = false;
  }

  /** What the person did. */
  #act(): void {
    this.#forgetSeek();
    this.#hasWaitingAction = false;
    this.#write(this.#deps.place.position(this.#isPlaying ? 'playing' : this.#pausedState), true);
  }

  /** What goes on by itself. [LWW6] */
  #report(state: PlaybackState = 'playing'): void {
    this.#write(this.#deps.place.position(state), false);
  }

  /** Nobody has to unbind a player before signing out: a closed watch state ends the binding. */
  #write(position: PlaybackPosition, isAct: boolean): void {
    const { place, onClosed } = this.#deps;
    if (!this.#hasBegun || !place.isKnown) return;
    const { contentId } = this.#options;
    const held = this.#held;
    if (held !== undefined && !place.isBegun) {
      held.hasAct ||= isAct;
      return;
    }
    this.#held = undefined;
    // What they did while it was held is done now, unless another screen did something since.
    const isHeldAct = held?.hasAct === true && this.#isUnmoved(held.item);
    const startedBy = this.#startsByItself ? { startedBy: 'autoplay' as const } : {};
    try {
      if (isAct || isHeldAct) this.#progress.set(contentId, position, this.#playback);
      else if (!this.#progress.report(contentId, position, { ...this.#playback, ...startedBy }))
        return;
      this.#startsByItself = false;
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'closed') throw error;
      onClosed();
    }
  }

  /** Whether no other screen did anything since. */
  #isUnmoved({ engagedAtMs }: ProgressItem): boolean {
    const item = this.#progress.get(this.#options.contentId);
    if (item === undefined) return false;
    return this.#isHere(item) || item.engagedAtMs === engagedAtMs;
  }

  #isHere({ deviceId }: ProgressItem): boolean {
    return deviceId === this.#deps.state.devices.thisDeviceId;
  }

  /** After a hand-off the source must not beat the target with its stop. */
  #isStoppedForAnother(): boolean {
    if (this.#pausedState !== 'stopped') return false;
    const item = this.#progress.get(this.#options.contentId);
    return item !== undefined && !this.#isHere(item);
  }
}
