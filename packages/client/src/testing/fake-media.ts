import type { MediaElementLike } from '../video/media-element.ts';

/** A media element that does what a test says, with the events of a browser in their order, at once. */
export class FakeMedia extends EventTarget implements MediaElementLike {
  duration = Number.NaN;
  paused = true;
  ended = false;
  readyState = 0;
  currentSrc = 'film';
  muted = false;
  /** What the next `play` rejects with. */
  playError: Error | undefined;
  /** Where it is false the volume belongs to the system, as on iOS. */
  canSetVolume = true;
  /** Seeks end when the test says so. */
  holdsSeeks = false;
  /** A server without ranges: seeks end where it was. */
  refusesSeeks = false;
  loop = false;
  /** What was played of it, where the test says so. */
  declare played?: { readonly length: number; start(index: number): number };
  /** Every assignment to `currentTime`. */
  readonly seeks: number[] = [];
  #currentTime = 0;
  #volume = 1;
  #listeners = 0;
  readonly #events: string[] = [];
  #isTelling = false;

  get currentTime(): number {
    return this.#currentTime;
  }

  set currentTime(seconds: number) {
    if (!this.refusesSeeks) this.#currentTime = seconds;
    this.ended = false;
    this.seeks.push(seconds);
    this.tell('seeking');
    if (!this.holdsSeeks) this.endSeek();
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
    this.tell('timeupdate');
    this.tell('pause');
  }

  endSeek(): void {
    this.tell('timeupdate');
    this.tell('seeked');
  }

  /** The metadata has come, and the first frame. */
  load(duration: number): void {
    this.loadMetadata(duration);
    this.loadData();
  }

  loadMetadata(duration: number): void {
    this.duration = duration;
    this.readyState = 1;
    this.tell('loadedmetadata');
  }

  loadData(): void {
    this.readyState = 4;
    this.tell('loadeddata');
    if (!this.paused) this.tell('playing');
  }

  /** It is to load something else. */
  empty(): void {
    this.quietlyEmpty();
    this.tell('emptied');
  }

  /** As long as the event waits for its turn. */
  quietlyEmpty(): void {
    this.duration = Number.NaN;
    this.readyState = 0;
    this.vanish();
  }

  /** Out of the page, or unloaded: its events come when nobody listens any more. */
  vanish(): void {
    this.#currentTime = 0;
    this.paused = true;
    this.ended = false;
  }

  /** Playback has come to this second. */
  playTo(seconds: number): void {
    this.#currentTime = seconds;
    this.tell('timeupdate');
  }

  /** It played to its end. */
  playToEnd(): void {
    this.playTo(this.duration - 0.2);
    this.end();
  }

  /** As browsers end a medium, one that broke off too: they read its duration then. */
  end(): void {
    this.#currentTime = this.duration;
    this.paused = true;
    this.ended = true;
    this.tell('timeupdate');
    this.tell('pause');
    this.tell('ended');
  }

  /** Events that a handler causes come after the one that it handles. */
  tell(type: string): void {
    this.#events.push(type);
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      this.dispatchEvent(new Event(next));
    }
    this.#isTelling = false;
  }
}
