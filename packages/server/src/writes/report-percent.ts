import {
  claimOf,
  compareTimestamps,
  msToDate,
  nameOfPlayFrom,
  PLAY_ID_NAMESPACE,
  stampOf,
  UNKNOWN_RUNNING_SECONDS,
  type Op,
  type PlaybackState,
  type RegisterSetOp,
} from '@cuepoint/core';
import type { StoredRegister, WriteContext } from '@cuepoint/store';
import { v5 as uuidV5 } from 'uuid';
import { reportPlayback, storedSet } from './report-playback.ts';
import { newsOfFacts, toOps, type AlongsideRegister, type SaidFacts } from './say-facts.ts';
import { submitUnstamped } from './submit-unstamped.ts';
import type { WriteDeps } from './write-deps.ts';

/** Where a playback is, told in percent by a program that may not know how long the content is. */
export interface PercentReport {
  readonly userId: string;
  readonly deviceId: string;
  readonly contentId: string;
  /** 0 to 100. */
  readonly percent: number;
  readonly state: PlaybackState;
  /** The writer says that it was seen to its end; without it nothing is, whatever the place. */
  readonly isEnded: boolean;
  /** As far as the reporter's side knows it; 0: unknown. */
  readonly lengthSeconds: number;
  readonly said: SaidFacts;
  readonly source: string;
}

export type PercentOutcome =
  /** `lengthSeconds`: of the content, as it was used; 0: unknown. */
  | { readonly kind: 'stored'; readonly lengthSeconds: number }
  /** It is at its end since then, and nothing was played of it since: the same end, told again. */
  | { readonly kind: 'already'; readonly watchedAt: string; readonly forSeconds: number };

/**
 * A place in a content of which nobody knows how long it is: `{percent, state}` by content, as it was told. Where the length is
 * known it is a position, as everybody's. The later of both counts. [TRK4]
 */
export const PERCENT_REGISTER = 'x-trakt-percent';
/** What a device plays: `{contentId}` by device. A program that opens one film over another tells nothing of the first one's end. */
const PLAYING_REGISTER = 'x-trakt-playing';

/**
 * Stores a place in one batch with all that belongs to it: what the writer says of the content, at its end that it is watched and
 * one play. A start ends what the same device played before, at its last place. [TRK3] [TRK4]
 */
export async function reportPercent(
  deps: WriteDeps,
  report: PercentReport,
): Promise<PercentOutcome> {
  const { userId, contentId, isEnded } = report;
  const [news, playing] = await Promise.all([
    newsOfFacts(deps.repository, userId, report.said),
    report.state === 'playing' ? endPlaybackBefore(deps, report) : [],
  ]);
  const alongside = [...news, ...playing];
  const already = isEnded ? await readEnd(deps, report) : undefined;
  if (already !== undefined) return already;
  const lengthSeconds =
    report.lengthSeconds || (await storePercent(deps, report, alongside)).lengthSeconds;
  if (lengthSeconds === 0) return { kind: 'stored', lengthSeconds };
  await reportPlayback(deps, {
    userId,
    deviceId: report.deviceId,
    isAnonymous: false,
    contentId,
    position: {
      positionSeconds: Math.floor((report.percent * lengthSeconds) / 100),
      durationSeconds: lengthSeconds,
      state: report.state,
    },
    passive: false,
    isFinished: isEnded,
    endsByWord: true,
    alongside,
    source: report.source,
  });
  return { kind: 'stored', lengthSeconds };
}

/** @returns the length where one is stored of the content: then nothing was written. */
async function storePercent(
  deps: WriteDeps,
  report: PercentReport,
  alongside: readonly AlongsideRegister[],
): Promise<{ readonly lengthSeconds: number }> {
  const { userId, deviceId, contentId, percent, state, isEnded, source } = report;
  const arrivedMs = deps.now();
  const submitted = await submitUnstamped<RegisterSetOp, { lengthSeconds: number }>(
    deps,
    { userId, arrivedMs },
    async () => {
      const [context, stored] = await readPlaces(deps, userId, contentId);
      const lengthSeconds = storedSet(context, contentId)?.durationSeconds ?? 0;
      if (lengthSeconds > 0) return { answer: { lengthSeconds } };
      const playId = uuidV5(nameOfPlayFrom(contentId, stored?.stamp), PLAY_ID_NAMESPACE);
      return {
        floors: [stored?.stamp.timestamp, context.progress?.stamp.timestamp, context.erasureFloor],
        toOp: (timestamp) => ({
          kind: 'register.set',
          register: PERCENT_REGISTER,
          key: contentId,
          value: isEnded ? null : { percent, state },
          timestamp,
          deviceId,
        }),
        withOp: (op) => [
          ...toOps(alongside, op),
          ...(isEnded ? endOps(op, { contentId, playId, source, arrivedMs }) : []),
        ],
      };
    },
  );
  return 'answer' in submitted ? submitted.answer : { lengthSeconds: 0 };
}

function readPlaces(
  { repository }: Pick<WriteDeps, 'repository'>,
  userId: string,
  contentId: string,
): Promise<[WriteContext, StoredRegister | undefined]> {
  return Promise.all([
    repository.readWriteContext(userId, contentId),
    repository.readRegister(userId, PERCENT_REGISTER, contentId),
  ]);
}

function endOps(
  op: RegisterSetOp,
  {
    contentId,
    playId,
    source,
    arrivedMs,
  }: { contentId: string; playId: string; source: string; arrivedMs: number },
): readonly Op[] {
  const at = msToDate(Math.floor(arrivedMs));
  return [
    { kind: 'play.add', contentId, playId, watchedAt: at, source, ...stampOf(op) },
    { kind: 'register.set', register: 'watched', key: contentId, value: { at }, ...stampOf(op) },
  ];
}

/** The end that is told was told before: nothing of the content was played since. */
async function readEnd(
  deps: WriteDeps,
  { userId, contentId, lengthSeconds }: PercentReport,
): Promise<PercentOutcome | undefined> {
  const { repository, awaitDatabase, now } = deps;
  const [[{ progress }, percent], watched] = await awaitDatabase(() =>
    Promise.all([
      readPlaces(deps, userId, contentId),
      repository.readRegister(userId, 'watched', contentId),
    ]),
  );
  if (watched === undefined || watched.value === null) return undefined;
  const claim = claimOf(watched.stamp);
  const isPlayedSince = [progress, percent].some(
    (place) => place !== undefined && compareTimestamps(claimOf(place.stamp), claim) > 0,
  );
  const forSeconds = lengthSeconds || UNKNOWN_RUNNING_SECONDS;
  const isRecent = Math.abs(now() - claim.physical) < forSeconds * 1_000;
  if (isPlayedSince || !isRecent) return undefined;
  return { kind: 'already', watchedAt: msToDate(claim.physical), forSeconds };
}

/**
 * What this device played, and nobody stopped, is stopped where it was told last.
 *
 * @returns what is written with the start of the next one.
 */
async function endPlaybackBefore(
  deps: WriteDeps,
  { userId, deviceId, contentId, source }: PercentReport,
): Promise<readonly AlongsideRegister[]> {
  const { repository, awaitDatabase } = deps;
  const stored = await awaitDatabase(() =>
    repository.readRegister(userId, PLAYING_REGISTER, deviceId),
  );
  const last = (stored?.value as { readonly contentId?: string } | null | undefined)?.contentId;
  if (last === contentId) return [];
  if (last !== undefined) {
    const [context, percent] = await awaitDatabase(() => readPlaces(deps, userId, last));
    const position = storedSet(context, last);
    const isOwn = (place: { readonly deviceId: string; readonly state: string }) =>
      place.deviceId === deviceId && place.state === 'playing';
    if (position !== undefined && isOwn(position)) {
      const { positionSeconds, durationSeconds } = position;
      await reportPlayback(deps, {
        userId,
        deviceId,
        isAnonymous: false,
        contentId: last,
        position: { positionSeconds, durationSeconds, state: 'stopped' },
        passive: false,
        source,
      });
    }
    const told = percent?.value as { readonly percent: number; readonly state: string } | null;
    if (percent !== undefined && told !== null) {
      if (isOwn({ deviceId: percent.stamp.deviceId, state: told.state })) {
        const ended = { state: 'stopped', percent: told.percent, isEnded: false } as const;
        const report = { userId, deviceId, contentId: last, lengthSeconds: 0, said: [], source };
        await storePercent(deps, { ...report, ...ended }, []);
      }
    }
  }
  return [{ register: PLAYING_REGISTER, key: deviceId, value: { contentId } }];
}
