import type { MediaElementLike } from '../video/media-element.ts';

/** A media element that does what a test says, with the events of a browser in their order, at once. */
export class FakeMedia extends EventTarget implements MediaElementLike {
  duration = Number.NaN;
  paused = true;
  ended = false;
  readyState = 0;
  muted = false;
  /** What the next `play` rejects with. */
  playError: Error | undefined;
  /** Where it is false the volume belongs to the system, as on iOS. */
  canSetVolume = true;
  /** Seeks end when the test says so. */
  holdsSeeks = false;
  /** Every assignment to `currentTime`. */
  readonly seeks: number[] = [];
  #currentTime = 0;
  #volume = 1;
  #listeners = 0;

  get currentTime(): number {
    return this.#currentTime;
  }

  set currentTime(seconds: number) {
    this.#currentTime = seconds;
    this.seeks.push(seconds);
    this.tell('seeking');
    if (!this.holdsSeeks) this.tell('seeked');
  }

  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    if (this.canSetVolume) this.#volume = volume;
  }

  /** How many listeners are attached. */
  get listeners(): number {
    return this.#listeners;
  }

  override addEventListener(type: string, listener: () => void): void {
    this.#listeners += 1;
    super.addEventListener(type, listener);
  }

  override removeEventListener(type: string, listener: () => void): void {
    this.#listeners -= 1;
    super.removeEventListener(type, listener);
  }

  async play(): Promise<void> {
    if (this.playError !== undefined) throw this.playError;
    if (!this.paused) return;
    this.paused = false;
    this.ended = false;
    this.tell('play');
    if (this.readyState >= 1) this.tell('playing');
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.tell('pause');
  }

  /** The metadata has come. */
  load(duration: number): void {
    this.duration = duration;
    this.readyState = 4;
    this.tell('loadedmetadata');
    if (!this.paused) this.tell('playing');
  }

  /** It is to load something else. */
  empty(): void {
    this.duration = Number.NaN;
    this.readyState = 0;
    this.#currentTime = 0;
    this.paused = true;
    this.tell('emptied');
  }

  /** Playback has come to this second. */
  playTo(seconds: number): void {
    this.#currentTime = seconds;
  }

  playToEnd(): void {
    this.#currentTime = this.duration;
    this.paused = true;
    this.ended = true;
    this.tell('pause');
    this.tell('ended');
  }

  tell(type: string): void {
    this.dispatchEvent(new Event(type));
  }
}
