import { SECONDS_MAX, type PlaybackPosition } from '@cuepoint/core';

/** As much of a `<video>` or `<audio>` as the binding uses; a player of one's own can look like one. */
export interface MediaElementLike {
  /** In seconds; fractions count. */
  currentTime: number;
  /** In seconds; NaN before the metadata, Infinity for a live stream. */
  readonly duration: number;
  readonly paused: boolean;
  readonly ended: boolean;
  /** 1, `HAVE_METADATA`, and more: the duration is known and a seek works. */
  readonly readyState: number;
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

export function isPlaying({ paused, ended }: MediaElementLike): boolean {
  return !paused && !ended;
}

/**
 * What the element shows, in whole seconds. [LWW4]
 *
 * @param durationSeconds where the app knows it better than the element; 0 and anything not finite is unknown.
 * @param pausedState what a paused element counts as.
 */
export function positionOf(
  element: MediaElementLike,
  durationSeconds: number | undefined,
  pausedState: 'paused' | 'stopped',
): PlaybackPosition {
  const duration = toSeconds(durationSeconds ?? element.duration);
  const position = toSeconds(element.currentTime);
  if (element.ended) {
    return { positionSeconds: duration || position, durationSeconds: duration, state: 'stopped' };
  }
  return {
    positionSeconds: position,
    durationSeconds: duration,
    state: element.paused ? pausedState : 'playing',
  };
}

function toSeconds(seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.floor(seconds), 0), SECONDS_MAX) : 0;
}
