import { claimOf, compareStamps } from '../stamp.ts';
import {
  compareTimestamps,
  maxTimestamp,
  textToTimestamp,
  ZERO_TIMESTAMP,
  type Timestamp,
} from '../timestamp.ts';
import type { Card, HiddenGroup, Verdict, Why } from './card.ts';
import { compareNumbers, findNext, isRegular } from './next-episode.ts';
import type {
  ContinueWatchingPolicy,
  Description,
  ListedFacts,
  ViewerState,
  Written,
} from './viewer.ts';
import { watchStatus, type StatusInput, type WatchStatus } from './watch-status.ts';

export interface ListSource {
  readonly state: ViewerState;
  readonly describe: Description;
  readonly policy: ContinueWatchingPolicy;
}

/**
 * What the list makes of one group.
 *
 * @param names the ids of what is in the group, as they were written, and the group's own.
 * @returns undefined for a group that nobody did anything with.
 */
export function judgeGroup(
  groupId: string,
  names: readonly string[],
  source: ListSource,
  nowMs: number,
): Verdict | undefined {
  const group = readGroup(names, source);
  const { engagedAt, dismissedAt, latest } = group;
  if (engagedAt === undefined) return undefined;
  if (dismissedAt !== undefined && compareTimestamps(dismissedAt, engagedAt) >= 0) {
    const contentId = latest?.contentId ?? groupId;
    const why: Why = { rule: 'CW4', dismissedAt };
    return { groupId, engagedAt, contentId, hiddenBy: 'dismissed', why };
  }
  return judge({ groupId, engagedAt }, group, source.describe, nowMs, false);
}

/** What a group goes on with for somebody who asks, be it dismissed or not begun: then with its first episode. */
export function judgeAsked(
  groupId: string,
  names: readonly string[],
  source: ListSource,
  nowMs: number,
): Verdict {
  const group = readGroup(names, source);
  const { engagedAt = ZERO_TIMESTAMP } = group;
  return judge({ groupId, engagedAt }, group, source.describe, nowMs, true);
}

function judge(
  judged: Judged,
  group: Group,
  describe: Description,
  nowMs: number,
  isAsked: boolean,
): Verdict {
  const { contents, live, latest, since } = group;
  if (latest === undefined && live !== undefined) {
    return { ...judged, contentId: live, hiddenBy: 'live', why: { rule: 'CW10' } };
  }
  const inProgress = latestOf(contents, isInProgress);
  if (inProgress !== undefined) {
    return cardInProgress(judged.groupId, judged.engagedAt, inProgress);
  }
  const after = latestOf(contents, isWatchedEpisode);
  const isDue = isAsked || after !== undefined || since !== undefined;
  const next = isDue ? judgeNext(judged, group, after, describe, nowMs) : undefined;
  return next ?? hideRest(judged, group);
}

type Judged = Pick<Verdict, 'groupId' | 'engagedAt' | 'changesAtMs'>;

interface Content {
  readonly contentId: string;
  readonly facts: ListedFacts | undefined;
  readonly is: WatchStatus;
}

interface Group {
  /** But for those that never enter. [CW10] */
  readonly contents: readonly Content[];
  readonly latest: Content | undefined;
  readonly live: string | undefined;
  /** Undefined where nobody did anything. */
  readonly engagedAt: Timestamp | undefined;
  readonly dismissedAt: Timestamp | undefined;
  /** When the pass began that counts; undefined for the first. [CW6] */
  readonly since: Timestamp | undefined;
}

interface Said extends Pick<StatusInput, 'progress' | 'watched'> {
  readonly contentId: string;
}

function readGroup(names: readonly string[], { state, describe, policy }: ListSource): Group {
  let dismissed: Written<unknown> | undefined;
  let rewatch: Written<unknown> | undefined;
  const all: Said[] = [];
  let isAliased = false;
  // After a clock was set back two names may carry one stamp. Sorted, the same one counts on every screen.
  for (const name of [...names].sort()) {
    // Of its contents too: what was dismissed before its series was known stays so.
    dismissed = laterOf(dismissed, state.register('dismissed', name));
    rewatch = laterOf(rewatch, state.register('rewatch', name));
    const progress = state.progress(name);
    const watched = state.register('watched', name);
    if (progress === undefined && watched === undefined) continue;
    const contentId = describe.canonical(name);
    if (contentId !== name) isAliased = true;
    all.push({ contentId, progress, watched });
  }
  const since = sinceOf(rewatch);
  let engagedAt = since && rewatch && claimOf(rewatch.stamp);
  let live: string | undefined;
  const contents: Content[] = [];
  for (const { contentId, progress, watched } of isAliased ? joined(all) : all) {
    const facts = describe.facts(contentId);
    const is = watchStatus({ progress, watched, facts, since }, policy);
    if (is.engaged === undefined) continue;
    const claim = claimOf(is.engaged);
    engagedAt = engagedAt === undefined ? claim : maxTimestamp(engagedAt, claim);
    if (facts?.type === 'live') live = live === undefined || contentId < live ? contentId : live;
    else contents.push({ contentId, facts, is });
  }
  const dismissedAt = dismissed?.value ? claimOf(dismissed.stamp) : undefined;
  return { contents, latest: latestOf(contents), live, engagedAt, dismissedAt, since };
}

/** What was said under several names of one content, as if it had been one. */
function joined(all: readonly Said[]): Iterable<Said> {
  const saidById = new Map<string, Said>();
  for (const said of all) {
    const { contentId, progress, watched } = said;
    const others = saidById.get(contentId);
    saidById.set(contentId, {
      contentId,
      progress: laterOf(others?.progress, progress),
      watched: laterOf(others?.watched, watched),
    });
  }
  return saidById.values();
}

/** [CW3] */
function cardInProgress(groupId: string, engagedAt: Timestamp, { contentId, is }: Content): Card {
  const { begunFromSeconds, finishedFromSeconds, isByCredits, wasWatched } = is;
  const { positionSeconds, durationSeconds } = is;
  const isEndKnown = finishedFromSeconds !== Infinity;
  return {
    groupId,
    engagedAt,
    contentId,
    positionSeconds,
    durationSeconds,
    reason: wasWatched ? 'rewatch' : 'in_progress',
    isRewatch: wasWatched,
    why: isEndKnown
      ? { rule: 'CW3', begunFromSeconds, finishedFromSeconds, isByCredits }
      : { rule: 'CW3', begunFromSeconds },
  };
}

/** What comes after what is watched, or what a rewatch begins with. [CW5] [CW6] */
function judgeNext(
  judged: Judged,
  { contents, since }: Group,
  after: Content | undefined,
  describe: Description,
  nowMs: number,
): Verdict | undefined {
  const begin: Why | undefined =
    after === undefined && since !== undefined ? { rule: 'CW6', since } : undefined;
  const film = contents.find(({ contentId }) => contentId === judged.groupId);
  if (begin && film?.is.status === 'unwatched' && film.facts?.type !== 'series') {
    const { positionSeconds, durationSeconds } = film.is;
    const content = { contentId: film.contentId, positionSeconds, durationSeconds };
    return { ...judged, ...content, reason: 'rewatch', isRewatch: true, why: begin };
  }
  const statusById = new Map<string, WatchStatus>();
  for (const { contentId, is } of contents) statusById.set(contentId, is);
  const next = findNext(judged.groupId, after?.facts, statusById, describe, nowMs);
  if (next === undefined) return undefined;
  const { contentId, facts, isReleased, releasedAtMs, changesAtMs } = next;
  const { releasedAt } = facts;
  const why: Why = begin ?? {
    rule: 'CW5',
    ...(after === undefined ? {} : { after: after.contentId }),
    ...(releasedAt === undefined ? {} : { releasedAt }),
  };
  const changing = changesAtMs === Infinity ? judged : { ...judged, changesAtMs };
  if (!isReleased) return { ...changing, contentId, hiddenBy: 'not_released', why };
  const known = statusById.get(contentId);
  const engaged = after?.is.engaged;
  const isNew = engaged !== undefined && releasedAtMs > claimOf(engaged).physical;
  return {
    ...changing,
    contentId,
    positionSeconds: known?.positionSeconds ?? 0,
    durationSeconds: known?.durationSeconds ?? facts.durationSeconds ?? 0,
    reason: isNew ? 'new_episode' : 'next_episode',
    isRewatch: begin !== undefined || known?.wasWatched === true,
    why,
  };
}

function hideRest({ groupId, engagedAt }: Judged, { contents, latest }: Group): HiddenGroup {
  const watched = latestOf(contents, isSeenBefore);
  const watchedLast = watched?.is.engaged;
  if (watched !== undefined && watchedLast !== undefined) {
    const { contentId } = watched;
    const why: Why = { rule: 'CW7', watchedAt: claimOf(watchedLast) };
    return { groupId, engagedAt, contentId, hiddenBy: 'watched', why };
  }
  const { contentId = groupId, is } = latest ?? {};
  const why: Why = { rule: 'CW3', begunFromSeconds: is?.begunFromSeconds ?? 0 };
  return { groupId, engagedAt, contentId, hiddenBy: 'not_begun', why };
}

function isInProgress({ is }: Content): boolean {
  return is.status === 'in_progress';
}

function isWatchedEpisode({ is, facts }: Content): boolean {
  return is.status === 'watched' && isRegular(facts);
}

function isSeenBefore({ is }: Content): boolean {
  return is.wasWatched;
}

/** The latest engaged; one that began by itself under the same act is later. */
function latestOf(
  contents: readonly Content[],
  isMeant?: (content: Content) => boolean,
): Content | undefined {
  let latest: Content | undefined;
  for (const content of contents) {
    if (isMeant !== undefined && !isMeant(content)) continue;
    if (latest === undefined || compareEngaged(content, latest) > 0) latest = content;
  }
  return latest;
}

function compareEngaged(a: Content, b: Content): number {
  const [stamp, other] = [a.is.engaged, b.is.engaged];
  return (
    (stamp && other && compareStamps(stamp, other)) ||
    compareNumbers(a.facts ?? NO_NUMBERS, b.facts ?? NO_NUMBERS) ||
    (a.contentId < b.contentId ? -1 : 1)
  );
}

const NO_NUMBERS: ListedFacts = { type: 'video' };

/** Several names of one content: whichever was written last, as if it had one name. [REG1] */
function laterOf<T>(a: Written<T> | undefined, b: Written<T> | undefined): Written<T> | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareStamps(a.stamp, b.stamp) < 0 ? b : a;
}

function sinceOf(rewatch: Written<unknown> | undefined): Timestamp | undefined {
  const value = rewatch?.value as { since?: unknown } | null | undefined;
  return typeof value?.since === 'string' ? textToTimestamp(value.since) : undefined;
}
