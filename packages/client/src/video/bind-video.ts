import { requireContentId } from '@cuepoint/core';
import { ClientError } from '../client-error.ts';
import type { Device } from '../devices/devices.ts';
import { platformEnvironment, type ClientEnvironment } from '../environment.ts';
import type { ProgressItem } from '../replica/view.ts';
import { Listeners } from '../subscribable.ts';
import type { WatchState } from '../watch-state.ts';
import { createMediaCommands, type LoadHandler } from './media-commands.ts';
import { hasMetadata, isPlaying, positionOf, type MediaElementLike } from './media-element.ts';

export interface BindVideoOptions {
  readonly contentId: string;
  /** Where the app knows it better than the element; by default what the element says. */
  readonly durationSeconds?: number;
  /** Where to begin in place of the resume position: what a hand-off brought, or 0. In seconds. */
  readonly startSeconds?: number;
  /** How often the position is recorded while it plays, in ms. Default 10,000. */
  readonly tickMs?: number;
  /** Lets the user's other devices play, pause, stop, seek and set the volume of this element. */
  readonly control?: boolean;
  /** With `control`: another device asks to open a content. */
  readonly onLoad?: LoadHandler;
  /** Replaces timers and the page's signals. */
  readonly environment?: Partial<Pick<ClientEnvironment, 'setTimer' | 'onSignal'>>;
}

/** Another device went on in this content. */
export interface RemoteMove {
  readonly item: ProgressItem;
  /** `undefined` where the service has not told of it yet; `item.deviceId` names it in any case. */
  readonly device: Device | undefined;
}

export interface VideoBinding {
  /** Calls each time that another device moved on, whatever this element does. @returns what ends it. */
  onRemoteMoved(listener: (move: RemoteMove) => void): () => void;
  /**
   * Ends every listener and timer. An element that was playing counts as paused from here on. Before the
   * element gets another content: its position is of the old one until then.
   */
  detach(): void;
}

const TICK_MS = 10_000;
/** Seeks that follow each other within this are one: a thumb that is dragged along. */
const SEEK_SETTLE_MS = 500;
/** How far off its target a seek may end: media have frames. */
const SEEK_TOLERANCE_SECONDS = 1;

/**
 * Keeps an element and the progress of its content the same. [SDK7]
 *
 * Begins where the person stopped, on whatever device; records play, pause, seek and end at once, the position
 * every ten seconds of play, and the last one before the page may be gone. A tick that moved nothing writes nothing. [LWW6]
 *
 * @throws CuepointError `invalid_content_id`
 */
export function bindVideo(
  state: Pick<WatchState, 'progress' | 'devices'>,
  element: MediaElementLike,
  options: BindVideoOptions,
): VideoBinding {
  requireContentId(options.contentId);
  const binding = new Binding(state, element, options);
  return {
    onRemoteMoved: binding.remoteMoved.subscribe,
    detach: () => binding.detach(),
  };
}

class Binding {
  readonly remoteMoved = new Listeners<[move: RemoteMove]>();
  readonly #state: Pick<WatchState, 'progress' | 'devices'>;
  readonly #element: MediaElementLike;
  readonly #options: BindVideoOptions;
  readonly #environment: Pick<ClientEnvironment, 'setTimer' | 'onSignal'>;
  readonly #endings: (() => void)[] = [];
  /** Metadata is there: before, a position of 0 is not where the person is. */
  #isReady = false;
  /** The person chose a place, by playing or seeking: it is not taken from them. */
  #hasBegun = false;
  #hasResumed: boolean;
  /** They pressed play before there was anything to play. */
  #hasWaitingAction = false;
  /** The target of a seek of this binding's own, which is no news. */
  #ownSeekTo: number | undefined;
  #pausedState: 'paused' | 'stopped' = 'paused';
  #seen: ProgressItem | undefined;
  #isDetached = false;
  #cancelTick: (() => void) | undefined;
  #cancelSeek: (() => void) | undefined;

  constructor(
    state: Pick<WatchState, 'progress' | 'devices'>,
    element: MediaElementLike,
    options: BindVideoOptions,
  ) {
    this.#state = state;
    this.#element = element;
    this.#options = options;
    this.#environment = { ...platformEnvironment(), ...options.environment };
    this.#hasResumed = options.startSeconds === 0;
    this.#seen = state.progress.get(options.contentId);
    this.#listen();
    if (hasMetadata(element)) this.#onMetadata();
  }

  detach(): void {
    const wasPlaying = this.#isReady && isPlaying(this.#element);
    this.#flushSeek();
    if (this.#isDetached) return;
    this.#end();
    if (!wasPlaying) return;
    this.#guard(() => {
      const { contentId } = this.#options;
      this.#state.progress.report(contentId, { ...this.#position(), state: 'paused' });
    });
  }

  #end(): void {
    this.#isDetached = true;
    for (const end of this.#endings.splice(0)) end();
    this.#stopTicking();
  }

  #listen(): void {
    const { progress, devices } = this.#state;
    const handlers: Readonly<Record<string, () => void>> = {
      loadedmetadata: () => this.#onMetadata(),
      emptied: () => this.#onEmptied(),
      play: () => this.#onPlay(),
      playing: () => {
        this.#hasBegun = true;
      },
      pause: () => this.#onPause(),
      seeking: () => this.#onSeeking(),
      seeked: () => this.#onSeeked(),
      ended: () => this.#onEnded(),
    };
    for (const [type, handler] of Object.entries(handlers)) {
      this.#element.addEventListener(type, handler);
      this.#endings.push(() => this.#element.removeEventListener(type, handler));
    }
    this.#endings.push(
      progress.subscribe(() => this.#onProgress()),
      this.#environment.onSignal((signal) => {
        if (signal === 'hidden') this.#onHidden();
      }),
    );
    if (this.#options.control !== true) return;
    const commands = createMediaCommands(this.#element, {
      environment: this.#environment,
      onLoad: this.#options.onLoad,
      stop: () => this.#stop(),
    });
    this.#endings.push(devices.onCommand(commands));
  }

  #onMetadata(): void {
    this.#isReady = true;
    if (this.#element.currentTime > 0) this.#hasBegun = true;
    this.#resume();
    if (!isPlaying(this.#element)) return;
    if (this.#hasWaitingAction) this.#act();
    else this.#report();
    this.#tickLater();
  }

  /** The element is to load again: what it shows from now on is not where the person is. */
  #onEmptied(): void {
    this.#isReady = false;
    this.#hasBegun = false;
    this.#hasResumed = this.#options.startSeconds !== undefined;
    this.#ownSeekTo = undefined;
    this.#cancelSeek?.();
    this.#cancelSeek = undefined;
    this.#stopTicking();
  }

  #onPlay(): void {
    this.#pausedState = 'paused';
    this.#act();
    if (this.#isReady) this.#tickLater();
  }

  #onPause(): void {
    this.#stopTicking();
    // The end pauses, too, and is told by its own event.
    if (!this.#element.ended && !this.#isStoppedForAnother()) this.#act();
  }

  #onEnded(): void {
    this.#stopTicking();
    this.#act();
  }

  #onSeeking(): void {
    if (!this.#isOwnSeek()) this.#hasBegun = true;
  }

  #onSeeked(): void {
    const isOwn = this.#isOwnSeek();
    this.#ownSeekTo = undefined;
    if (isOwn) return;
    this.#cancelSeek?.();
    this.#cancelSeek = this.#environment.setTimer(() => this.#act(), SEEK_SETTLE_MS);
  }

  /** The page may be gone at any moment. */
  #onHidden(): void {
    this.#flushSeek();
    if (isPlaying(this.#element)) this.#report();
  }

  #onProgress(): void {
    const before = this.#seen;
    const item = this.#state.progress.get(this.#options.contentId);
    this.#seen = item;
    if (item === undefined || item.deviceId === this.#state.devices.thisDeviceId) return;
    if (before !== undefined && isSameMove(before, item)) return;
    // Nothing was begun here yet: it begins there.
    if (this.#resume()) return;
    const device = this.#state.devices.list().find(({ deviceId }) => deviceId === item.deviceId);
    this.remoteMoved.notify({ item, device });
  }

  /** @returns whether the element goes to where the person stopped. */
  #resume(): boolean {
    if (!this.#isReady || this.#hasBegun || this.#hasResumed) return false;
    const { contentId, startSeconds } = this.#options;
    const seconds = startSeconds ?? this.#state.progress.resume(contentId);
    // A cut that is shorter than the one that was begun would end at once.
    if (seconds <= 0 || seconds >= this.#element.duration) return false;
    this.#hasResumed = true;
    this.#ownSeekTo = seconds;
    this.#element.currentTime = seconds;
    return true;
  }

  #isOwnSeek(): boolean {
    const target = this.#ownSeekTo;
    const { currentTime } = this.#element;
    return target !== undefined && Math.abs(currentTime - target) <= SEEK_TOLERANCE_SECONDS;
  }

  /** What another device asked for: after a hand-off the source must not beat the target with its stop. */
  #stop(): void {
    const wasPlaying = isPlaying(this.#element);
    this.#pausedState = 'stopped';
    this.#element.pause();
    // A paused element does not pause again, and tells nothing.
    if (!wasPlaying && !this.#isStoppedForAnother()) this.#act();
  }

  #isStoppedForAnother(): boolean {
    if (this.#pausedState !== 'stopped') return false;
    const item = this.#state.progress.get(this.#options.contentId);
    return item !== undefined && item.deviceId !== this.#state.devices.thisDeviceId;
  }

  #tickLater(): void {
    this.#stopTicking();
    if (this.#isDetached) return;
    this.#cancelTick = this.#environment.setTimer(() => {
      this.#report();
      this.#tickLater();
    }, this.#options.tickMs ?? TICK_MS);
  }

  #stopTicking(): void {
    this.#cancelTick?.();
    this.#cancelTick = undefined;
  }

  #flushSeek(): void {
    if (this.#cancelSeek !== undefined) this.#act();
  }

  /** What the person did. */
  #act(): void {
    this.#cancelSeek?.();
    this.#cancelSeek = undefined;
    this.#hasWaitingAction = !this.#isReady;
    if (!this.#isReady) return;
    this.#guard(() => this.#state.progress.set(this.#options.contentId, this.#position()));
  }

  /** What a timer tells. [LWW6] */
  #report(): void {
    if (!this.#isReady) return;
    this.#guard(() => this.#state.progress.report(this.#options.contentId, this.#position()));
  }

  #position() {
    return positionOf(this.#element, this.#options.durationSeconds, this.#pausedState);
  }

  /** Nobody has to unbind a player before signing out: a closed watch state ends the binding. */
  #guard(write: () => unknown): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'closed') throw error;
      this.#end();
    }
  }
}

function isSameMove(a: ProgressItem, b: ProgressItem): boolean {
  return (
    a.deviceId === b.deviceId &&
    a.updatedAtMs === b.updatedAtMs &&
    a.positionSeconds === b.positionSeconds &&
    a.state === b.state
  );
}
