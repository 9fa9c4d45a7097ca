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

/** What is known of a content beside its length. */
export interface EndFacts {
  /** Where its credits begin, in seconds. */
  readonly creditsStartSeconds?: number;
  readonly isEpisode?: boolean;
}

/** Nine tenths of what is longer than this may leave more than its credits. */
const LONG_SECONDS = 3_600;
const LONG_LEFT_SECONDS = 300;
/** Less than three minutes. */
const EPISODE_LEFT_SECONDS = 179;

/**
 * From how many whole seconds on a content counts as seen to its end. [LWW5] [CW3]
 *
 * From its credits on where they are known. Else from nine tenths of a known duration on, and for what is longer than
 * an hour only with five minutes left at most: nine tenths of an audiobook of 100 hours leave ten of them. An episode also
 * with less than three minutes left, once half of it is over. Infinity with an unknown duration.
 */
export function finishedFrom(
  durationSeconds: number,
  { creditsStartSeconds, isEpisode }: EndFacts = {},
): number {
  if (creditsStartSeconds !== undefined) return creditsStartSeconds;
  if (durationSeconds === 0) return Infinity;
  // What is longer than an hour has its last five minutes after nine tenths.
  const end =
    durationSeconds > LONG_SECONDS
      ? durationSeconds - LONG_LEFT_SECONDS
      : Math.ceil((9 * durationSeconds) / 10);
  if (!isEpisode) return end;
  return Math.min(
    end,
    Math.max(durationSeconds - EPISODE_LEFT_SECONDS, Math.ceil(durationSeconds / 2)),
  );
}

/** Whether a content counts as seen to its end: {@link finishedFrom}. [LWW5] */
export function isFinished(
  {
    positionSeconds,
    durationSeconds,
  }: Pick<PlaybackPosition, 'positionSeconds' | 'durationSeconds'>,
  facts?: EndFacts,
): boolean {
  return positionSeconds >= finishedFrom(durationSeconds, facts);
}

/**
 * Whether a position in a copy of one length is a place in a copy of another: another cut goes on elsewhere.
 * True where a length is unknown (0).
 */
export function isSameCut(durationSeconds: number, otherSeconds: number): boolean {
  const isKnown = durationSeconds > 0 && otherSeconds > 0;
  const apart = 100 * Math.abs(durationSeconds - otherSeconds);
  return !(isKnown && apart >= Math.max(durationSeconds, otherSeconds));
}

/** Position > 0 and not finished, unknown duration included. [LWW5] */
export function isInProgress(position: PlaybackPosition): boolean {
  return position.positionSeconds > 0 && !isFinished(position);
}

/** Where a player is: with fractions of seconds, and maybe without a duration. */
export interface GivenPosition {
  readonly positionSeconds: number;
  /** Left out where it is unknown. */
  readonly durationSeconds?: number | undefined;
  readonly state: PlaybackState;
}

/** In whole seconds, as it is stored and compared: a fraction is dropped, an unknown duration is 0. [LWW4] */
export function wholePosition({
  positionSeconds,
  durationSeconds = 0,
  state,
}: GivenPosition): PlaybackPosition {
  return {
    positionSeconds: Math.floor(positionSeconds),
    durationSeconds: Math.floor(durationSeconds),
    state,
  };
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
