import {
  finishedFrom,
  isSameCut,
  type EndFacts,
  type PlaybackPosition,
} from '../playback-position.ts';
import { claimOf, compareStamps, type Stamp } from '../stamp.ts';
import { compareTimestamps, type Timestamp } from '../timestamp.ts';
import type { ContinueWatchingPolicy, ListedFacts, Written } from './viewer.ts';

export interface WatchStatus {
  /** One of three, so that nothing is half watched and watched at once. */
  readonly status: 'unwatched' | 'in_progress' | 'watched';
  /** Watched at any time, be it before a rewatch. */
  readonly wasWatched: boolean;
  /** Where to go on; 0 for what is watched. */
  readonly positionSeconds: number;
  /** 0 where it is unknown. */
  readonly durationSeconds: number;
  readonly begunFromSeconds: number;
  /** Infinity where no end is known. */
  readonly finishedFromSeconds: number;
  /** Whether that is where its credits begin. */
  readonly isByCredits: boolean;
  /** The greatest stamp of what was done with it: its claim is when. */
  readonly engaged: Stamp | undefined;
}

export interface StatusInput {
  readonly progress: Written<PlaybackPosition | null> | undefined;
  readonly watched: Written<unknown> | undefined;
  readonly facts: ListedFacts | undefined;
  /** When this pass began: what was watched before counts no more. [CW6] */
  readonly since?: Timestamp | undefined;
}

/** Whether a content is watched, in progress, or neither. [CW3] [CW6] [CW7] */
export function watchStatus(
  { progress, watched, facts, since }: StatusInput,
  policy: ContinueWatchingPolicy,
): WatchStatus {
  const position = progress?.value ?? undefined;
  const placed = position && progress?.stamp;
  const marked = watched !== undefined && watched.value !== null ? watched.stamp : undefined;
  const durationSeconds = position?.durationSeconds || facts?.durationSeconds || 0;
  const ending = endFactsOf(facts, durationSeconds);
  const begunFromSeconds = begunFrom(policy, facts, durationSeconds);
  const finishedFromSeconds = finishedFrom(durationSeconds, ending);
  const seconds = position?.positionSeconds ?? 0;
  const isPastEnd = position !== undefined && seconds >= finishedFromSeconds;
  // Whichever a person did later counts: playing it, or marking it, be it as not watched. [CW7]
  const isMarkNewer =
    watched !== undefined &&
    placed !== undefined &&
    compareTimestamps(claimOf(watched.stamp), claimOf(placed)) >= 0;
  const isEndCounted = isPastEnd && (!isMarkNewer || marked !== undefined);
  const isPlaceCounted =
    !isPastEnd && isInPass(placed, since) && (!isMarkNewer || marked === undefined);
  const isWatched = isInPass(marked, since) || (isEndCounted && isInPass(placed, since));
  const isInProgress = isPlaceCounted && seconds > 0 && seconds >= begunFromSeconds;
  return {
    status: isInProgress ? 'in_progress' : isWatched ? 'watched' : 'unwatched',
    wasWatched: marked !== undefined || isEndCounted,
    positionSeconds: isInProgress || (isPlaceCounted && !isWatched) ? seconds : 0,
    durationSeconds,
    begunFromSeconds,
    finishedFromSeconds,
    isByCredits: ending?.creditsStartSeconds !== undefined,
    engaged: laterStamp(placed, marked),
  };
}

function isInPass(stamp: Stamp | undefined, since: Timestamp | undefined): boolean {
  if (stamp === undefined) return false;
  return since === undefined || compareTimestamps(claimOf(stamp), since) > 0;
}

/** What is known of its end, for a copy of this length: another cut has its credits elsewhere. */
export function endFactsOf(
  facts: ListedFacts | undefined,
  durationSeconds: number,
): EndFacts | undefined {
  if (facts === undefined) return undefined;
  const { type, creditsStartSeconds, durationSeconds: described = 0 } = facts;
  const isEpisode = type === 'episode';
  return creditsStartSeconds !== undefined && isSameCut(described, durationSeconds)
    ? { isEpisode, creditsStartSeconds }
    : { isEpisode };
}

export function laterStamp(a: Stamp | undefined, b: Stamp | undefined): Stamp | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareStamps(a, b) < 0 ? b : a;
}

function begunFrom(
  { filmBegunSeconds, filmBegunShare, episodeBegunSeconds }: ContinueWatchingPolicy,
  facts: ListedFacts | undefined,
  durationSeconds: number,
): number {
  if (facts?.type === 'episode') return episodeBegunSeconds;
  return durationSeconds === 0
    ? filmBegunSeconds
    : Math.min(filmBegunSeconds, filmBegunShare * durationSeconds);
}
