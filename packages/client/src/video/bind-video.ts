import { requireContentId } from '@cuepoint/core';
import type { Device } from '../devices/devices.ts';
import { platformEnvironment, type ClientEnvironment } from '../environment.ts';
import type { ProgressItem } from '../replica/view.ts';
import { Listeners } from '../subscribable.ts';
import type { WatchState } from '../watch-state.ts';
import { createMediaCommands, type LoadHandler } from './media-commands.ts';
import { hasData, hasMetadata, isPlaying, type MediaElementLike } from './media-element.ts';
import { ProgressRecorder, SAME_PLACE_SECONDS } from './progress-recorder.ts';
import { SeenPlace, type MediaTimeline } from './seen-place.ts';

export interface BindVideoOptions extends MediaTimeline {
  readonly contentId: string;
  /** Where to begin in place of the resume position: what a hand-off brought, or 0. In seconds. */
  readonly startSeconds?: number;
  /**
   * `autoplay`: nobody pressed play, as for the next episode or the next of a playlist. Its reports go on with what a person
   * did last on this device, and are silent where another screen has done more since. [CLM5] Default `person`.
   */
  readonly startedBy?: 'person' | 'autoplay';
  /** Where the credits begin, in seconds of the content: from there on it is watched. [PLY3] */
  readonly creditsStartSeconds?: number;
  /** What the app calls this playback: its end is one play, whatever is loaded anew and whoever tells of it. [PLY1] */
  readonly playbackId?: string;
  /** How often the position is recorded while it plays, in ms. Default 10,000. */
  readonly tickMs?: number;
  /** Lets the user's other devices play, pause, stop, seek and set the volume of this element. */
  readonly control?: boolean;
  /** What the player shows now, such as its address, where `currentSrc` is a `blob:` of its own. */
  readonly source?: () => string | undefined;
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
  /** The player shows the same content in another element from now on. */
  moveTo(element: MediaElementLike): void;
  /** Ends every listener and timer. An element that was playing counts as paused where it was seen last. */
  detach(): void;
}

/** An element that was found having played less than this began by itself, while the app was opening. */
const STARTUP_SECONDS = 5;

/** From here on it is another title that an element shows, unless its source is the same. */
const NEAR_SECONDS = 10;

/** The last binding of each element: there is one at a time, and until the element loads again it shows that one's content. */
const bound = new WeakMap<MediaElementLike, Binding>();

/**
 * Keeps an element and the progress of its content the same. [SDK7]
 *
 * Begins where the person stopped, on whatever device; records play, pause, seek and end at once, the position
 * every ten seconds of play, and the last one before the page may be gone. A tick that moved nothing writes nothing. [LWW6]
 * What it records is what it saw while the content played. [ENG9]
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
    moveTo: (next) => binding.moveTo(next),
    detach: () => binding.detach(),
  };
}

class Binding {
  readonly remoteMoved = new Listeners<[move: RemoteMove]>();
  readonly #state: Pick<WatchState, 'progress' | 'devices'>;
  /** What the element, and what the player showed when the content began. */
  #began: { currentSrc: string | undefined; source: string | undefined } | undefined;
  readonly #options: BindVideoOptions;
  readonly #environment: Pick<ClientEnvironment, 'setTimer' | 'onSignal'>;
  readonly #place: SeenPlace;
  readonly #recorder: ProgressRecorder;
  readonly #endings: (() => void)[] = [];
  readonly #elementEndings: (() => void)[] = [];
  #element!: MediaElementLike;
  #startSeconds: number | undefined;
  /** Where it went to begin. */
  #target: number | undefined;
  /** Metadata of this content is there. */
  #isReady = false;
  /** Its first frame is there: a seek stays where it went. */
  #hasData = false;
  #hasResumed = false;
  /** Players undo what was sought early: the place is looked at once more when it first plays. */
  #hasLookedAgain = false;
  /** It plays what is before the content. */
  #isBeforeContent = false;
  /** The target of a seek of this binding's own, which is no news. In seconds of the medium. */
  #ownSeekTo: number | undefined;
  #seen: ProgressItem | undefined;
  #isDetached = false;

  constructor(
    state: Pick<WatchState, 'progress' | 'devices'>,
    element: MediaElementLike,
    options: BindVideoOptions,
  ) {
    this.#state = state;
    this.#options = options;
    this.#startSeconds = options.startSeconds;
    this.#environment = { ...platformEnvironment(), ...options.environment };
    this.#place = new SeenPlace(options);
    this.#recorder = new ProgressRecorder(
      { state, environment: this.#environment, place: this.#place, onClosed: () => this.#end() },
      options,
    );
    this.#seen = state.progress.get(options.contentId);
    this.#endings.push(
      state.progress.subscribe(() => this.#onProgress()),
      this.#environment.onSignal((signal) => {
        if (signal === 'hidden') this.#onHidden();
        else if (signal === 'visible') this.#recorder.show();
      }),
    );
    this.#attach(element);
  }

  moveTo(element: MediaElementLike): void {
    if (this.#isDetached) return;
    this.#onEmptied();
    this.#attach(element);
  }

  detach(): void {
    if (this.#isDetached) return;
    this.#recorder.leave();
    this.#end();
  }

  #end(): void {
    this.#isDetached = true;
    for (const end of [...this.#endings.splice(0), ...this.#elementEndings.splice(0)]) end();
    this.#recorder.end();
  }

  #attach(element: MediaElementLike): void {
    for (const end of this.#elementEndings.splice(0)) end();
    this.#element = element;
    const handlers: Readonly<Record<string, () => void>> = {
      loadedmetadata: () => this.#onMetadata(),
      loadeddata: () => this.#onMetadata(),
      emptied: () => this.#onEmptied(),
      play: () => this.#recorder.play(),
      playing: () => this.#onPlaying(),
      timeupdate: () => this.#onTime(),
      pause: () => this.#onPause(),
      seeking: () => this.#onSeeking(),
      seeked: () => this.#onSeeked(),
      ended: () => this.#onEnded(),
    };
    for (const type of Object.keys(handlers)) {
      const handler = (): void => handlers[type]?.();
      element.addEventListener(type, handler);
      this.#elementEndings.push(() => element.removeEventListener(type, handler));
    }
    if (this.#options.control === true) {
      const commands = createMediaCommands(element, {
        environment: this.#environment,
        onLoad: this.#options.onLoad,
        mediaTime: (seconds) => this.#place.mediaTime(seconds),
        stop: () => this.#stop(),
      });
      this.#elementEndings.push(this.#state.devices.onCommand(commands));
    }
    const last = bound.get(element);
    bound.set(element, this);
    if (last !== undefined && last !== this && last.#state === this.#state) last.detach();
    if (hasMetadata(element) && !this.#showsThatOf(last)) this.#onFound(this.#goesOnFrom(last));
  }

  /** A player that loads later than it says so: this is the last title. */
  #showsThatOf(last: Binding | undefined): boolean {
    const { contentId, toContentTime } = this.#options;
    if (last === undefined || last.#options.contentId === contentId || toContentTime) return false;
    const { currentSrc } = this.#element;
    return Boolean(currentSrc) && currentSrc === last.#began?.currentSrc;
  }

  /** Bound anew, or in another element: nobody has pressed play for that. */
  #goesOnFrom(last: Binding | undefined): boolean {
    if (this.#began !== undefined) return true;
    if (last === undefined || last.#options.contentId !== this.#options.contentId) return false;
    const seconds = this.#place.contentTime(this.#element.currentTime) ?? 0;
    return Math.abs(seconds - last.#place.seconds) <= NEAR_SECONDS;
  }

  /** It was told to load something else, and nobody detached: only a place near to where it was seen is of this content. */
  #showsAnother(): boolean {
    const source = this.#source();
    const before = this.#began?.source;
    if (!before || !source || source === before || source.startsWith('blob:')) return false;
    const away = this.#element.currentTime - this.#place.mediaTime(this.#place.seconds);
    return this.#options.toContentTime === undefined && Math.abs(away) > NEAR_SECONDS;
  }

  #source(): string | undefined {
    const { source } = this.#options;
    return source === undefined ? this.#element.currentSrc : source();
  }

  /** The element had its metadata when it was bound. */
  #onFound(goesOn: boolean): void {
    const { currentTime, played } = this.#element;
    const isFoundPlaying = isPlaying(this.#element);
    if (isFoundPlaying && goesOn) this.#recorder.goOn();
    else if (isFoundPlaying) this.#recorder.found();
    // Where a player was told to begin nobody has been yet.
    const from = played === undefined ? 0 : played.length === 0 ? currentTime : played.start(0);
    const isChosen = currentTime - from > (isFoundPlaying ? STARTUP_SECONDS : SAME_PLACE_SECONDS);
    if (isChosen) {
      this.#isReady = true;
      this.#begin(true);
    } else {
      this.#onMetadata();
      if (isFoundPlaying && this.#hasData) this.#onPlaying();
    }
  }

  #onMetadata(): void {
    if (this.#showsAnother()) return;
    this.#isReady = true;
    this.#hasData ||= hasData(this.#element);
    this.#resume();
  }

  /** What the element shows from now on is not where the person is, until it has loaded again. */
  #onEmptied(): void {
    this.#recorder.leave();
    this.#place.forget();
    this.#isReady = this.#hasData = this.#hasResumed = this.#hasLookedAgain = false;
    this.#ownSeekTo = this.#target = undefined;
  }

  #onPlaying(): void {
    this.#recorder.goOn();
    if (this.#recorder.hasBegun || !this.#isReady) return;
    this.#isBeforeContent = this.#isElsewhere();
    if (this.#isBeforeContent) return;
    if (!this.#hasLookedAgain) {
      this.#hasLookedAgain = true;
      this.#hasData = true;
      this.#hasResumed = false;
      this.#resume();
    }
    // What is on its way begins where it ends.
    if (this.#ownSeekTo === undefined) this.#begin();
  }

  #onTime(): void {
    // It has gone back to where it was by itself.
    const isBack = !this.#isReady && this.#began !== undefined && hasMetadata(this.#element);
    if (isBack) this.#onMetadata();
    this.#look();
    if ((isBack || this.#isBeforeContent) && this.#recorder.isPlaying) this.#onPlaying();
  }

  /** @param isChosen whether the person went there themselves. */
  #begin(isChosen = false): void {
    this.#began = { currentSrc: this.#element.currentSrc, source: this.#source() };
    this.#look();
    this.#recorder.begin(isChosen, this.#startSeconds);
    this.#startSeconds = undefined;
  }

  #onPause(): void {
    // The end pauses, too, and is told by its own event.
    if (this.#element.ended) this.#recorder.halt();
    else if (this.#isElsewhere()) this.#recorder.interrupt();
    else this.#recorder.pause();
  }

  /** The event alone is no end: a file that breaks off has one, too. [ENG9] */
  #onEnded(): void {
    this.#recorder.halt();
    if (!this.#isElsewhere()) this.#recorder.complete();
  }

  #onSeeking(): void {
    if (this.#isOwnSeek() || !this.#hasData || this.#isElsewhere()) return;
    if (!this.#recorder.hasBegun) {
      // What comes before the own seek has ended is a start of the player's own.
      if (this.#ownSeekTo !== undefined) return;
      this.#begin(true);
    }
    const { currentTime, loop } = this.#element;
    this.#recorder.seek(this.#place.contentTime(currentTime) ?? 0, loop === true);
    this.#look();
  }

  #onSeeked(): void {
    const wasOwn = this.#ownSeekTo !== undefined;
    this.#ownSeekTo = undefined;
    this.#look();
    const { hasBegun, isPlaying: plays } = this.#recorder;
    if (!wasOwn) this.#recorder.settleSeek();
    else if (this.#hasLookedAgain && plays && !hasBegun) this.#begin();
  }

  /** The page may be gone at any moment. */
  #onHidden(): void {
    this.#look();
    this.#recorder.hide();
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

  /** @returns whether the element goes, or will go, to where the person stopped. */
  #resume(): boolean {
    if (!this.#isReady || this.#recorder.hasBegun || this.#hasResumed || this.#isElsewhere())
      return false;
    const { progress } = this.#state;
    const length = this.#place.lengthOf(this.#element);
    const seconds =
      this.#target ?? this.#startSeconds ?? progress.resume(this.#options.contentId, length);
    const target = this.#place.mediaTime(seconds);
    // A cut that is shorter than the one that was begun would end at once.
    if (seconds <= 0 || target >= this.#element.duration) return false;
    if (!this.#hasData) return true;
    this.#hasResumed = true;
    this.#target = seconds;
    if (Math.abs(this.#element.currentTime - target) <= SAME_PLACE_SECONDS) return true;
    this.#ownSeekTo = target;
    this.#element.currentTime = target;
    return true;
  }

  #isOwnSeek(): boolean {
    const target = this.#ownSeekTo;
    const { currentTime } = this.#element;
    return target !== undefined && Math.abs(currentTime - target) <= SAME_PLACE_SECONDS;
  }

  /** What another device asked for: after a hand-off the source must not beat the target with its stop. */
  #stop(): void {
    const wasPlaying = isPlaying(this.#element);
    this.#recorder.stopNext();
    this.#element.pause();
    // A paused element does not pause again, and tells nothing.
    if (!wasPlaying) this.#recorder.pause();
  }

  #isElsewhere(): boolean {
    return this.#place.isElsewhere(this.#element);
  }

  #look(): void {
    // On its way it is where it wants to be, and may not arrive.
    if (this.#isReady && this.#ownSeekTo === undefined) this.#place.look(this.#element);
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
