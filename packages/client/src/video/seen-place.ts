import { isFinished, SECONDS_MAX, type PlaybackPosition } from '@cuepoint/core';
import { hasMetadata, type MediaElementLike } from './media-element.ts';

/** What the time of a medium means for the content that it shows. */
export interface MediaTimeline {
  /** Where the app knows it better than the element; by default what the element says. In seconds. */
  readonly durationSeconds?: number;
  /** Whether the element shows an advertisement now: nothing of it is recorded, and nobody is sent elsewhere. */
  readonly isAd?: () => boolean;
  /** The second of the content at a second of the medium; `undefined` where that shows something else. */
  readonly toContentTime?: (mediaSeconds: number) => number | undefined;
  /** The way back, for resuming and for the commands of other devices. */
  readonly toMediaTime?: (contentSeconds: number) => number;
  /** Nothing of a live stream is recorded, and none is resumed. An element of endless duration is one by itself. */
  readonly live?: boolean | (() => boolean);
}

/** How far before its end a content may have been seen last, and `ended` is its end. Media tell their time four times a second. */
const NEAR_END_SECONDS = 10;
/** A duration that grows by more is of a stream that is still made: nobody knows its end. */
const GROWTH_MAX_SECONDS = 5;
/** From here on somebody who began again watches, and does not only look. */
const BEGUN_SECONDS = 120;
const BEGUN_SHARE = 0.03;

/**
 * Where a content was seen last. [ENG9]
 *
 * Looked at while it plays, and never in a handler of its end, removal or switch: elements read 0 there, or the end of a
 * file that broke off.
 */
export class SeenPlace {
  readonly #timeline: MediaTimeline;
  #seconds = 0;
  #isKnown = false;
  /** 0 is unknown. */
  #length = 0;
  #shortest = Number.POSITIVE_INFINITY;

  constructor(timeline: MediaTimeline) {
    this.#timeline = timeline;
  }

  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** In seconds of the content, with fractions; 0 before it was ever seen. */
  get seconds(): number {
    return this.#seconds;
  }

  get isFinished(): boolean {
    return isFinished(this.position('paused'));
  }

  /** Past the first two minutes, or three percent. */
  get isBegun(): boolean {
    const begun = Math.min(BEGUN_SECONDS, this.#length * BEGUN_SHARE || BEGUN_SECONDS);
    return this.seconds >= begun;
  }

  /** Whether the element shows nothing of the content that can be recorded. */
  isElsewhere(element: MediaElementLike): boolean {
    const { isAd, live = false, durationSeconds } = this.#timeline;
    if (isAd?.() === true || (typeof live === 'function' ? live() : live)) return true;
    return element.duration === Number.POSITIVE_INFINITY && durationSeconds === undefined;
  }

  look(element: MediaElementLike): void {
    // At its end an element reads its duration, wherever the file broke off.
    if (!hasMetadata(element) || element.ended || this.isElsewhere(element)) return;
    const seconds = this.contentTime(element.currentTime);
    if (seconds === undefined || Number.isNaN(seconds)) return;
    this.#seconds = seconds;
    this.#isKnown = true;
    this.#length = this.lengthOf(element);
  }

  /** Another load of the element: it is not known where that is. */
  forget(): void {
    this.#isKnown = false;
    this.#shortest = Number.POSITIVE_INFINITY;
  }

  contentTime(mediaSeconds: number): number | undefined {
    const { toContentTime } = this.#timeline;
    return toContentTime === undefined ? mediaSeconds : toContentTime(mediaSeconds);
  }

  mediaTime(contentSeconds: number): number {
    return this.#timeline.toMediaTime?.(contentSeconds) ?? contentSeconds;
  }

  /** In whole seconds. [LWW4] */
  position(state: PlaybackPosition['state']): PlaybackPosition {
    return {
      positionSeconds: toSeconds(this.seconds),
      durationSeconds: toSeconds(this.#length),
      state,
    };
  }

  /**
   * What the event of the end says: the end of the content where it was seen near it just before, or the length is not
   * known and so is here; else a file that broke off.
   */
  end(): PlaybackPosition {
    const end = toSeconds(this.#length === 0 ? Math.ceil(this.seconds) : this.#length);
    const isNear = end - this.seconds <= NEAR_END_SECONDS || this.isFinished;
    return isNear
      ? { positionSeconds: end, durationSeconds: end, state: 'stopped' }
      : this.position('paused');
  }

  /** Of the content, in seconds; 0 is unknown. */
  lengthOf({ duration }: MediaElementLike): number {
    const known = this.#timeline.durationSeconds;
    if (known !== undefined) return known;
    const length = this.contentTime(duration) ?? duration;
    if (!Number.isFinite(length)) return 0;
    this.#shortest = Math.min(this.#shortest, length);
    return length - this.#shortest > GROWTH_MAX_SECONDS ? 0 : length;
  }
}

/** 0 for what is not finite. */
function toSeconds(seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.floor(seconds), 0), SECONDS_MAX) : 0;
}
