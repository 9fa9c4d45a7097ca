import { claimOf, compareStamps } from '../stamp.ts';
import {
  compareTimestamps,
  maxTimestamp,
  textToTimestamp,
  ZERO_TIMESTAMP,
  type Timestamp,
} from '../timestamp.ts';
import type { Card, HiddenGroup, HiddenReason, Verdict, Why } from './card.ts';
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
  names: Iterable<string>,
  source: ListSource,
  nowMs: number,
): Verdict | undefined {
  const group = readGroup(names, source);
  const { engagedAt, dismissedAt, latest } = group;
  if (engagedAt === undefined) return undefined;
  const judged: Judged = { groupId, engagedAt };
  if (dismissedAt !== undefined && compareTimestamps(dismissedAt, engagedAt) >= 0) {
    const contentId = latest?.contentId ?? groupId;
    return hide(judged, contentId, 'dismissed', { rule: 'CW4', dismissedAt });
  }
  return judge(judged, group, source.describe, nowMs, false);
}

/** What a group goes on with for somebody who asks, be it dismissed or not begun: then with its first episode. */
export function judgeAsked(
  groupId: string,
  names: Iterable<string>,
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
    return hide(judged, live, 'live', { rule: 'CW10' });
  }
  const inProgress = latestOf(contents, ({ status }) => status === 'in_progress');
  if (inProgress !== undefined) return cardInProgress(judged, inProgress);
  const after = latestOf(contents, (content) => isWatched(content) && isRegular(content.facts));
  const isDue = isAsked || after !== undefined || since !== undefined;
  const next = isDue ? judgeNext(judged, group, after, describe, nowMs) : undefined;
  return next ?? hideRest(judged, group);
}

type Judged = Pick<Verdict, 'groupId' | 'engagedAt' | 'changesAtMs'>;

interface Content extends WatchStatus {
  readonly contentId: string;
  readonly facts: ListedFacts | undefined;
}
type Contents = ReadonlyMap<string, Content>;

interface Group {
  /** But for those that never enter. [CW10] */
  readonly contents: Contents;
  readonly latest: Content | undefined;
  readonly live: string | undefined;
  /** Undefined where nobody did anything. */
  readonly engagedAt: Timestamp | undefined;
  readonly dismissedAt: Timestamp | undefined;
  /** When the pass began that counts; undefined for the first. [CW6] */
  readonly since: Timestamp | undefined;
}

function readGroup(names: Iterable<string>, source: ListSource): Group {
  const { state, describe, policy } = source;
  let dismissed: Written<unknown> | undefined;
  let rewatch: Written<unknown> | undefined;
  const written = new Map<string, Pick<StatusInput, 'progress' | 'watched'>>();
  for (const name of names) {
    // Of its contents too: what was dismissed before its series was known stays so.
    dismissed = laterOf(dismissed, state.register('dismissed', name));
    rewatch = laterOf(rewatch, state.register('rewatch', name));
    const contentId = describe.canonical(name);
    const others = written.get(contentId);
    written.set(contentId, {
      progress: laterOf(others?.progress, state.progress(name)),
      watched: laterOf(others?.watched, state.register('watched', name)),
    });
  }
  const since = sinceOf(rewatch);
  let engagedAt = since && rewatch && claimOf(rewatch.stamp);
  let live: string | undefined;
  const contents = new Map<string, Content>();
  for (const [contentId, { progress, watched }] of written) {
    const facts = describe.facts(contentId);
    const status = watchStatus({ progress, watched, facts, since }, policy);
    if (status.engaged === undefined) continue;
    const claim = claimOf(status.engaged);
    engagedAt = engagedAt === undefined ? claim : maxTimestamp(engagedAt, claim);
    if (facts?.type === 'live') live = live === undefined || contentId < live ? contentId : live;
    else contents.set(contentId, { ...status, contentId, facts });
  }
  const dismissedAt = dismissed?.value ? claimOf(dismissed.stamp) : undefined;
  return { contents, latest: latestOf(contents), live, engagedAt, dismissedAt, since };
}

/** [CW3] */
function cardInProgress(judged: Judged, content: Content): Card {
  const { begunFromSeconds, finishedFromSeconds, isByCredits, wasWatched } = content;
  const isEndKnown = finishedFromSeconds !== Infinity;
  const why: Why = {
    rule: 'CW3',
    begunFromSeconds,
    ...(isEndKnown ? { finishedFromSeconds, isByCredits } : {}),
  };
  const reason = wasWatched ? 'rewatch' : 'in_progress';
  return cardOf(judged, content, { reason, isRewatch: wasWatched, why });
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
  const film = contents.get(judged.groupId);
  if (begin && film?.status === 'unwatched' && film.facts?.type !== 'series') {
    return cardOf(judged, film, { reason: 'rewatch', isRewatch: true, why: begin });
  }
  const next = findNext(judged.groupId, after?.facts, contents, describe, nowMs);
  if (next === undefined) return undefined;
  const { contentId, facts, isReleased, releasedAtMs, changesAtMs } = next;
  const { releasedAt } = facts;
  const why: Why = begin ?? {
    rule: 'CW5',
    ...(after === undefined ? {} : { after: after.contentId }),
    ...(releasedAt === undefined ? {} : { releasedAt }),
  };
  const changing = changesAtMs === Infinity ? judged : { ...judged, changesAtMs };
  if (!isReleased) return hide(changing, contentId, 'not_released', why);
  const known = contents.get(contentId);
  const { positionSeconds = 0, durationSeconds = facts.durationSeconds ?? 0 } = known ?? {};
  const isRewatch = begin !== undefined || known?.wasWatched === true;
  const isNew = after?.engaged !== undefined && releasedAtMs > claimOf(after.engaged).physical;
  const reason = isNew ? 'new_episode' : 'next_episode';
  const content = { contentId, positionSeconds, durationSeconds };
  return cardOf(changing, content, { reason, isRewatch, why });
}

function hideRest(judged: Judged, { contents, latest }: Group): HiddenGroup {
  const watched = latestOf(contents, (content) => isWatched(content) || content.wasWatched);
  if (watched?.engaged !== undefined) {
    const watchedAt = claimOf(watched.engaged);
    return hide(judged, watched.contentId, 'watched', { rule: 'CW7', watchedAt });
  }
  const { contentId = judged.groupId, begunFromSeconds = 0 } = latest ?? {};
  return hide(judged, contentId, 'not_begun', { rule: 'CW3', begunFromSeconds });
}

function isWatched({ status }: Content): boolean {
  return status === 'watched';
}

/** The latest engaged; one that began by itself under the same act is later. */
function latestOf(
  contents: Contents,
  isMeant: (content: Content) => boolean = () => true,
): Content | undefined {
  let latest: Content | undefined;
  for (const content of contents.values()) {
    if (!isMeant(content)) continue;
    if (latest === undefined || compareEngaged(content, latest) > 0) latest = content;
  }
  return latest;
}

function compareEngaged(a: Content, b: Content): number {
  const byStamp =
    a.engaged === undefined || b.engaged === undefined ? 0 : compareStamps(a.engaged, b.engaged);
  const byNumber = byStamp || compareNumbers(a.facts ?? NO_NUMBERS, b.facts ?? NO_NUMBERS);
  return byNumber || (a.contentId < b.contentId ? -1 : 1);
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

function cardOf(
  judged: Judged,
  content: Pick<Card, 'contentId' | 'positionSeconds' | 'durationSeconds'>,
  because: Pick<Card, 'reason' | 'isRewatch' | 'why'>,
): Card {
  const { contentId, positionSeconds, durationSeconds } = content;
  return { ...judged, contentId, positionSeconds, durationSeconds, ...because };
}

function hide(judged: Judged, contentId: string, hiddenBy: HiddenReason, why: Why): HiddenGroup {
  return { ...judged, contentId, hiddenBy, why };
}
