/** Contents of the model: what they are called in calls, and what is known of how long they are. */
export interface ModelContent {
  readonly name: string;
  /** In a scrobble. */
  readonly played: object;
  /** In a list of a body. */
  readonly listed: object;
  readonly list: 'movies' | 'shows';
  /** 0: nobody knows. */
  readonly lengthSeconds: number;
}

interface Told {
  /** As it comes back in `/sync/playback`; 0 is no place. */
  readonly percent: number;
  /** When the person acted. */
  readonly atMs: number;
}

/** Whether it counts as watched, and since which moment somebody said so. */
interface Mark {
  readonly isWatched: boolean;
  readonly claimMs: number;
}

interface ContentState {
  place?: Told | undefined;
  mark?: Mark | undefined;
  readonly playsMs: Set<number>;
  isListed: boolean;
}

/** What a person did by Trakt's API, in words of plain maps: what the service shows is held against it. */
export class TraktModel {
  readonly #states = new Map<string, ContentState>();
  /** What was started last, until it is paused, stopped or forgotten. */
  #playing: ModelContent | undefined;

  stateOf({ name }: ModelContent): ContentState {
    const known = this.#states.get(name);
    if (known !== undefined) return known;
    const made: ContentState = { playsMs: new Set(), isListed: false };
    this.#states.set(name, made);
    return made;
  }

  place(content: ModelContent, percent: number, atMs: number): void {
    this.#playing = this.#playing === content ? undefined : this.#playing;
    this.stateOf(content).place = { percent: asStored(content, percent), atMs };
  }

  /** What is opened over another one stops that: the person was there until now. */
  start(content: ModelContent, percent: number, atMs: number): void {
    const before = this.#playing;
    const stopped = before === undefined || before === content ? undefined : this.stateOf(before);
    if (stopped?.place !== undefined) stopped.place = { ...stopped.place, atMs };
    this.place(content, percent, atMs);
    this.#playing = content;
  }

  /** @returns false where it is the end that was told before. */
  end(content: ModelContent, percent: number, atMs: number): boolean {
    const state = this.stateOf(content);
    const { place, mark } = state;
    const windowMs = (content.lengthSeconds || 7_200) * 1_000;
    const isSince = mark !== undefined && place !== undefined && place.atMs > mark.claimMs;
    if (mark?.isWatched === true && !isSince && atMs - mark.claimMs < windowMs) return false;
    if (this.#playing === content) this.#playing = undefined;
    state.playsMs.add(atMs);
    state.mark = { isWatched: true, claimMs: atMs };
    // Of a place in seconds it is known where it ended; a percent without a length is over.
    state.place =
      content.lengthSeconds > 0 ? { percent: asStored(content, percent), atMs } : undefined;
    return true;
  }

  /** @returns whether it is new. */
  add(content: ModelContent, watchedMs: number, nowMs: number): boolean {
    const state = this.stateOf(content);
    if (state.playsMs.has(watchedMs)) return false;
    state.playsMs.add(watchedMs);
    // Where it was taken back, telling of a new viewing is an act of now; else it claims the moment of which it tells.
    const claimMs = state.mark?.isWatched === false ? nowMs : watchedMs;
    if (state.mark === undefined || claimMs > state.mark.claimMs)
      state.mark = { isWatched: true, claimMs };
    return true;
  }

  removeAll(content: ModelContent, nowMs: number): number {
    const state = this.stateOf(content);
    const count = state.playsMs.size;
    state.playsMs.clear();
    if (state.mark?.isWatched === true) state.mark = { isWatched: false, claimMs: nowMs };
    return count;
  }

  removePlay(content: ModelContent, watchedMs: number, nowMs: number): void {
    const state = this.stateOf(content);
    state.playsMs.delete(watchedMs);
    if (state.playsMs.size === 0) this.removeAll(content, nowMs);
  }

  /** @returns whether there was one, shown or not. */
  forgetPlace(content: ModelContent): boolean {
    const state = this.stateOf(content);
    if (this.#playing === content) this.#playing = undefined;
    const had = state.place !== undefined;
    state.place = undefined;
    return had;
  }

  /** The percent that `/sync/playback` has. */
  shownPercent(content: ModelContent): number | undefined {
    const { place, mark } = this.stateOf(content);
    if (place === undefined || place.percent === 0 || isPastEnd(content, place)) return undefined;
    return mark?.isWatched === true && mark.claimMs >= place.atMs ? undefined : place.percent;
  }
}

/** From nine tenths on, and of what is longer than an hour with five minutes left. [CW3] */
function isPastEnd({ lengthSeconds }: ModelContent, { percent }: Told): boolean {
  if (lengthSeconds === 0 || percent < 90) return false;
  return lengthSeconds <= 3_600 || ((100 - percent) * lengthSeconds) / 100 <= 300;
}

/** A place of a known length is kept in whole seconds. */
function asStored({ lengthSeconds }: ModelContent, percent: number): number {
  if (lengthSeconds === 0) return percent;
  return (100 * Math.floor((percent * lengthSeconds) / 100)) / lengthSeconds;
}
