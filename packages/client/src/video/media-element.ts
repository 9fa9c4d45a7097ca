/**
 * As much of a `<video>` or `<audio>` as the binding uses; a player of one's own can look like one, with the events of
 * one: `loadedmetadata`, `loadeddata`, `play`, `playing`, `timeupdate`, `pause`, `seeking`, `seeked`, `ended`, `emptied`.
 */
export interface MediaElementLike {
  /** In seconds; fractions count. */
  currentTime: number;
  /** In seconds; NaN before the metadata, Infinity for a live stream. */
  readonly duration: number;
  readonly paused: boolean;
  readonly ended: boolean;
  readonly loop?: boolean;
  /** What was played of it since it loaded; without it a start of the player's own cannot be told from a person's choice. */
  readonly played?: { readonly length: number; start(index: number): number };
  /** 1, `HAVE_METADATA`, and more: the duration is known and a seek works. */
  readonly readyState: number;
  /** Where the medium comes from; without it a binding cannot tell that the last title is still there. */
  readonly currentSrc?: string;
  /** 0 to 1. */
  volume: number;
  muted: boolean;
  play(): Promise<void>;
  pause(): void;
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

export function hasMetadata({ readyState }: MediaElementLike): boolean {
  return readyState >= 1;
}

/** 2, `HAVE_CURRENT_DATA`: a seek stays where it went. Players undo one that is made before. */
export function hasData({ readyState }: MediaElementLike): boolean {
  return readyState >= 2;
}

export function isPlaying({ paused, ended }: MediaElementLike): boolean {
  return !paused && !ended;
}
