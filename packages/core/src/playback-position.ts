import { SECONDS_MAX } from './ids.ts';

export const PLAYBACK_STATES = ['playing', 'paused', 'stopped'] as const;
export type PlaybackState = (typeof PLAYBACK_STATES)[number];

/** Where one user is in one content. [LWW4] */
export interface PlaybackPosition {
  /** Integer, 0 to 2,147,483,647. May pass the duration: credits, trailers, another cut. */
  readonly positionSeconds: number;
  /** Integer, 0 to 2,147,483,647; 0 means unknown. */
  readonly durationSeconds: number;
  readonly state: PlaybackState;
}

/** From this share of the duration on, a content counts as completed. [LWW5] */
export const COMPLETED_THRESHOLD = 0.9;

/** Position / duration >= 0.9; never with an unknown duration. [LWW5] */
export function isCompleted({ positionSeconds, durationSeconds }: PlaybackPosition): boolean {
  return durationSeconds > 0 && positionSeconds / durationSeconds >= COMPLETED_THRESHOLD;
}

/** Position > 0 and not completed, unknown duration included. [LWW5] */
export function isInProgress(position: PlaybackPosition): boolean {
  return position.positionSeconds > 0 && !isCompleted(position);
}

export function isSeconds(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= SECONDS_MAX;
}

export function equalPositions(a: PlaybackPosition | null, b: PlaybackPosition | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.positionSeconds === b.positionSeconds &&
    a.durationSeconds === b.durationSeconds &&
    a.state === b.state
  );
}
