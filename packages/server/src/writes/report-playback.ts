import {
  claimOf,
  compareTimestamps,
  endFactsOf,
  equalPositions,
  finishedFrom,
  msToDate,
  nameOfPlay,
  nameOfPlayFrom,
  PLAY_ID_NAMESPACE,
  stampOf,
  type ListedFacts,
  type Op,
  type OpResult,
  type PlaybackPosition,
  type PlayAddOp,
  type ProgressOp,
  type ProgressRegister,
  type ProgressSetOp,
  type Timestamp,
} from '@cuepoint/core';
import type { WriteContext } from '@cuepoint/store';
import { v5 as uuidV5 } from 'uuid';
import { placesTakenBy } from './keep-place.ts';
import { toOps, type AlongsideRegister } from './say-facts.ts';
import { submitOnContent } from './submit-unstamped.ts';
import type { WriteDeps } from './write-deps.ts';

/** Where a playback is, told by somebody who stamps nothing: a plain call, a media server, another program. */
export interface PlaybackReport {
  readonly userId: string;
  readonly deviceId: string;
  /** The writer names no device: any screen may be it. */
  readonly isAnonymous: boolean;
  readonly contentId: string;
  readonly position: PlaybackPosition;
  /** A timer's report, not an action of a person. */
  readonly passive: boolean;
  /** When the act happened that this report goes on with, in ms since the epoch; left out: it is an act itself, or `passive`. [CLM3] */
  readonly continuesMs?: number | undefined;
  /** Seen to its end by the word of the writer, wherever it is. [CW3] */
  readonly isFinished?: boolean | undefined;
  /** The same for every report of one playback, where the writer has one: 1 to 255 code points without control characters. */
  readonly playbackId?: string | undefined;
  /** When it happened, as `readDate` gives it; left out: now. [PLY2] */
  readonly watchedAt?: string | undefined;
  /** The writer says itself when it was seen to its end: where it is says nothing of that. [CW3] */
  readonly endsByWord?: boolean;
  /** Registers that are written with it, in the same batch. */
  readonly alongside?: readonly AlongsideRegister[];
  /** Who says so, 1 to 64 code points. */
  readonly source?: string | undefined;
}

export interface ProgressWriteOutcome {
  readonly result: Exclude<OpResult['result'], 'rejected'>;
  /** What is stored by this write, or was by the same one before. */
  readonly written?: ProgressSetOp;
  readonly winner?: Op;
}

/**
 * Stores where a playback is, just past what is stored. In the same batch, where it crosses the end of the content, that it is
 * watched and one play [PLY3]; what it takes away and somebody may want back, as a place. [CLM8]
 *
 * Whatever is repeated makes no second play: its id is of the playback, or of what is stored when the end is crossed. [PLY1]
 */
export async function reportPlayback(
  deps: WriteDeps,
  report: PlaybackReport,
): Promise<ProgressWriteOutcome> {
  const { userId, contentId, deviceId, position, passive } = report;
  const arrivedMs = deps.now();
  const submitted = await submitOnContent<ProgressSetOp, ProgressWriteOutcome>(
    deps,
    { userId, contentId, arrivedMs },
    async (context) => {
      const { progress } = context;
      const stored = storedSet(context, contentId);
      const isTick = passive || report.continuesMs !== undefined;
      if (
        isTick &&
        report.isFinished !== true &&
        stored !== undefined &&
        movesNothing(report, stored)
      ) {
        return { answer: { result: 'duplicate', written: stored } };
      }
      if (passive && report.isAnonymous && progress !== undefined) {
        // Nobody can tell it from another screen's.
        return { answer: { result: 'superseded', winner: storedOp(progress, contentId) } };
      }
      // A timer's report continues the act that is stored. It never applies over another device's act, over a clear, or over a
      // newer act of its own device, which may still be on its way. [CLM7]
      const claim =
        passive && progress !== undefined
          ? claimOf(progress.stamp)
          : claimContinued(report, progress);
      const ending = await readEnding(deps, report, progress);
      return {
        floors: floorsOf(context, report, arrivedMs),
        options: { passive },
        toOp: (timestamp) => ({
          kind: 'progress.set',
          contentId,
          ...position,
          timestamp,
          deviceId,
          ...(claim !== undefined && compareTimestamps(claim, timestamp) < 0 ? { claim } : {}),
        }),
        withOp: (op) => [
          ...(ending === undefined ? [] : opsOfEnding(op, report, ending, arrivedMs)),
          ...(passive ? [] : placesTakenBy(op, stored, arrivedMs)),
          ...toOps(report.alongside ?? [], op),
        ],
      };
    },
  );
  if ('answer' in submitted) return submitted.answer;
  const { op, result } = submitted;
  return result.result === 'superseded' ? result : { result: result.result, written: op };
}

/** The act that it names, or a later one of its own device that is stored; a clear is none that goes on. [CLM3] */
function claimContinued(
  { continuesMs, deviceId }: PlaybackReport,
  progress: ProgressRegister | undefined,
): Timestamp | undefined {
  if (continuesMs === undefined) return undefined;
  const told: Timestamp = { physical: Math.floor(continuesMs), logical: 0 };
  if (progress === undefined || progress.value === null) return told;
  if (progress.stamp.deviceId !== deviceId) return told;
  const stored = claimOf(progress.stamp);
  return compareTimestamps(stored, told) > 0 ? stored : told;
}

interface Ending {
  readonly playId: string;
  /** Whether the content is watched by it: it was not at its end before, and nobody else took it over. */
  readonly isWatched: boolean;
}

/** Undefined where this position is not past the end, or tells nothing new of it. */
async function readEnding(
  deps: WriteDeps,
  report: PlaybackReport,
  stored: ProgressRegister | undefined,
): Promise<Ending | undefined> {
  const { userId, contentId, position, playbackId, isFinished = false } = report;
  // No pause of it ends it, wherever it is.
  if (report.endsByWord === true && !isFinished) return undefined;
  // Credits are in the second half: what is known of a content is read for that half alone.
  const { positionSeconds, durationSeconds } = position;
  if (!isFinished && (positionSeconds === 0 || 2 * positionSeconds < durationSeconds)) {
    return undefined;
  }
  const { describe } = await deps.repository.readContents(userId, [contentId]);
  const facts = describe.facts(describe.canonical(contentId));
  if (facts?.type === 'live' || !(isFinished || isAtEnd(position, facts))) return undefined;
  const isCrossed = stored === undefined || stored.value === null || !isAtEnd(stored.value, facts);
  const isWatched = (isCrossed || isFinished) && !isOvertaken(report, stored);
  if (!isWatched && playbackId === undefined) return undefined;
  const name =
    playbackId === undefined
      ? nameOfPlayFrom(contentId, stored?.stamp)
      : nameOfPlay(contentId, playbackId);
  return { playId: uuidV5(name, PLAY_ID_NAMESPACE), isWatched };
}

/** Somebody went on elsewhere, where they are not at the end, or cleared it here. */
function isOvertaken(report: PlaybackReport, stored: ProgressRegister | undefined): boolean {
  if (stored === undefined) return false;
  if (stored.value !== null && stored.stamp.deviceId === report.deviceId) return false;
  const claim = claimContinued(report, stored);
  return (
    report.passive || (claim !== undefined && compareTimestamps(claimOf(stored.stamp), claim) > 0)
  );
}

function isAtEnd(position: PlaybackPosition, facts: ListedFacts | undefined): boolean {
  const durationSeconds = position.durationSeconds || facts?.durationSeconds || 0;
  return (
    position.positionSeconds >= finishedFrom(durationSeconds, endFactsOf(facts, durationSeconds))
  );
}

function opsOfEnding(
  op: ProgressSetOp,
  { contentId, watchedAt, source }: PlaybackReport,
  { playId, isWatched }: Ending,
  arrivedMs: number,
): readonly Op[] {
  const at = watchedAt ?? msToDate(Math.floor(arrivedMs));
  const play: PlayAddOp = {
    kind: 'play.add',
    contentId,
    playId,
    watchedAt: at,
    ...(source === undefined ? {} : { source }),
    ...stampOf(op),
  };
  if (!isWatched) return [play];
  return [
    play,
    { kind: 'register.set', register: 'watched', key: contentId, value: { at }, ...stampOf(op) },
  ];
}

export function storedSet(
  { progress }: WriteContext,
  contentId: string,
): ProgressSetOp | undefined {
  const op = progress === undefined ? undefined : storedOp(progress, contentId);
  return op?.kind === 'progress.set' ? op : undefined;
}

function storedOp({ value, stamp }: ProgressRegister, contentId: string): ProgressOp {
  if (value !== null) return { kind: 'progress.set', contentId, ...value, ...stamp };
  const { timestamp, deviceId } = stamp;
  return { kind: 'progress.clear', contentId, timestamp, deviceId };
}

/** The same device says again where it is: such a report mints no stamp. [LWW6] */
function movesNothing({ position, deviceId }: PlaybackReport, stored: ProgressSetOp): boolean {
  return (
    stored.deviceId === deviceId &&
    stored.positionSeconds === position.positionSeconds &&
    stored.state === position.state
  );
}

function floorsOf(
  { progress, erasureFloor }: WriteContext,
  { deviceId, position }: PlaybackReport,
  arrivedMs: number,
): readonly (Timestamp | undefined)[] {
  if (progress === undefined) return [erasureFloor];
  // The same write of the same moment is itself, not a second one.
  const isItself =
    progress.stamp.deviceId === deviceId &&
    compareTimestamps(progress.stamp.timestamp, { physical: Math.floor(arrivedMs), logical: 0 }) ===
      0 &&
    equalPositions(progress.value, position);
  return isItself ? [erasureFloor] : [progress.stamp.timestamp, erasureFloor];
}
