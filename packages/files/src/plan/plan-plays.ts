import { dateToMs, isDay, joinPlays, type Play } from '@cuepoint/core';
import { COUNT_SOURCE, countedPlayId, currentId } from './play-ids.ts';
import type { Known, PlannedOp } from './planned.ts';

/** Zones are from 12 hours behind UTC to 14 ahead: how far around a day's own hours its instants may be. */
const AHEAD_MAX_MS = 14 * 3_600_000;
const BEHIND_MAX_MS = 12 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
/** More viewings of one content than this are not counted up. */
export const COUNT_MAX = 1_000;

export interface PlaysOfContent {
  readonly contentId: string;
  readonly source: string;
  /** With a date each, and an id that is the same at every import. */
  readonly dated: readonly Play[];
  /** How many viewings the source tells of at least, those with a date among them. */
  readonly atLeast: number;
}

export interface PlannedPlays {
  readonly ops: readonly PlannedOp[];
  /** Ids of dated plays that are new here. */
  readonly added: ReadonlySet<string>;
  /** Plays of unknown date that were added to reach the count. */
  readonly counted: number;
}

/**
 * What an import adds to the plays of one content, so that imports of different sources end in one state in whatever
 * order they come, and repeats change nothing. [IMP3]
 *
 * - A play that was ever told under its id is there, or was removed on purpose.
 * - A day of one source is a viewing that other sources may know to the second: it is left out, or gives way, where there
 *   is an instant of another source on that day, one for one. Everything else is told, and reading joins what overlaps.
 * - A viewing whose date comes to be known replaces one of unknown date; a count adds of the latter what is missing.
 *
 * @param zone of the person, in which an instant is on a day; without one any zone may be meant.
 */
export function planPlays(
  { contentId, source, dated, atLeast }: PlaysOfContent,
  known: Known,
  zone: string | undefined,
): PlannedPlays {
  const runningSeconds = known.library.facts(contentId)?.durationSeconds;
  const before = known.plays(contentId);
  const isNew = ({ playId }: Play) => !known.wasTold(playId);
  const instants = dated.filter((play) => !isDay(play.watchedAt ?? ''));
  const days = dated.filter((play) => isDay(play.watchedAt ?? ''));
  const newInstants = instants.filter(isNew);
  const withInstants = [...before, ...newInstants];
  const isOn = createIsOn(zone);

  const covered = coveredDays(days, { source, isOn, plays: withInstants, runningSeconds });
  const newDays = days.filter((play) => isNew(play) && !covered.has(play.playId));
  const gone = replacedDays(before, { source, isOn, newInstants, runningSeconds });

  const added = [...newInstants, ...newDays];
  const kept = before.filter(({ playId }) => !gone.has(playId));
  const after = [...kept, ...added];
  const surplus = Math.max(
    0,
    datedViewings(after, runningSeconds) - datedViewings(before, runningSeconds),
  );
  const counts = countedIn(contentId, before, known).slice(0, surplus);
  const total = viewings(after, runningSeconds) - counts.length;
  // What a source counts twice because it was told twice of one viewing is one.
  const twice = dated.length - datedViewings(dated, runningSeconds);
  const to = Math.min(atLeast - twice, COUNT_MAX);
  const missing = missingCounts(contentId, { from: total, to }, known);

  const removed = [...gone, ...counts];
  const ops: PlannedOp[] = [
    ...added.map((play): PlannedOp => addOp(play)),
    ...missing.map((playId): PlannedOp => addOp({ playId, contentId, source: COUNT_SOURCE })),
    ...(removed.length === 0 ? [] : [{ kind: 'play.remove', playIds: removed } as const]),
  ];
  return { ops, added: new Set(added.map(({ playId }) => playId)), counted: missing.length };
}

function addOp({ playId, contentId, watchedAt, source }: Play): PlannedOp {
  return {
    kind: 'play.add',
    contentId,
    playId,
    ...(watchedAt === undefined ? {} : { watchedAt }),
    ...(source === undefined ? {} : { source }),
  };
}

type IsOn = (instant: string, day: string) => boolean;

function createIsOn(zone: string | undefined): IsOn {
  if (zone === undefined) {
    return (instant, day) => {
      const sinceMs = dateToMs(instant) - dateToMs(day);
      return sinceMs >= -AHEAD_MAX_MS && sinceMs < DAY_MS + BEHIND_MAX_MS;
    };
  }
  // The form of Sweden is that of ISO 8601.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
  return (instant, day) => format.format(dateToMs(instant)) === day;
}

interface Around {
  readonly source: string;
  readonly isOn: IsOn;
  readonly runningSeconds: number | undefined;
}

const isInstant = ({ watchedAt }: Play) => watchedAt !== undefined && !isDay(watchedAt);

/**
 * When each viewing began that other sources know to the second, and this one does not.
 *
 * @param before of which plays a viewing is not to hold any.
 */
function instantsOfOthers(
  plays: readonly Play[],
  { source, runningSeconds }: Omit<Around, 'isOn'>,
  before: readonly Play[] = [],
): string[] {
  const instants = plays.filter(isInstant);
  const held = new Set(before.map(({ playId }) => playId));
  for (const play of instants) if (play.source === source) held.add(play.playId);
  return joinPlays(instants, runningSeconds).flatMap(({ playId, alsoIds, watchedAt = '' }) =>
    [playId, ...alsoIds].some((id) => held.has(id)) ? [] : [watchedAt],
  );
}

const byDayAndId = (a: Play, b: Play) =>
  `${a.watchedAt ?? ''}${a.playId}` < `${b.watchedAt ?? ''}${b.playId}` ? -1 : 1;

/** Of a source's days those that an instant of another source stands for, one for one, the earliest first. */
function coveredDays(
  days: readonly Play[],
  around: Around & { readonly plays: readonly Play[] },
): ReadonlySet<string> {
  const free = instantsOfOthers(around.plays, around);
  const covered = new Set<string>();
  for (const { playId, watchedAt = '' } of days.toSorted(byDayAndId)) {
    const at = free.findIndex((instant) => around.isOn(instant, watchedAt));
    if (at === -1) continue;
    free.splice(at, 1);
    covered.add(playId);
  }
  return covered;
}

/** Days of other sources that give way to instants that are new. */
function replacedDays(
  before: readonly Play[],
  { source, isOn, newInstants, runningSeconds }: Around & { readonly newInstants: readonly Play[] },
): ReadonlySet<string> {
  const gone = new Set<string>();
  const others = new Set(before.flatMap((play) => play.source ?? []));
  for (const other of others) {
    if (other === source) continue;
    const days = before.filter(
      (play) => play.source === other && play.watchedAt !== undefined && isDay(play.watchedAt),
    );
    const around = { source: other, runningSeconds };
    const fresh = instantsOfOthers([...before, ...newInstants], around, before);
    for (const { playId, watchedAt = '' } of days.toSorted(byDayAndId)) {
      const at = fresh.findIndex((instant) => isOn(instant, watchedAt));
      if (at === -1) continue;
      fresh.splice(at, 1);
      gone.add(playId);
    }
  }
  return gone;
}

function viewings(plays: readonly Play[], runningSeconds: number | undefined): number {
  return joinPlays(plays, runningSeconds).length;
}

function datedViewings(plays: readonly Play[], runningSeconds: number | undefined): number {
  return viewings(
    plays.filter(({ watchedAt }) => watchedAt !== undefined),
    runningSeconds,
  );
}

/** Ids of plays that counts added and that are there, by their number. */
function countedIn(contentId: string, plays: readonly Play[], known: Known): string[] {
  const there = new Set(
    plays.flatMap(({ playId, source, watchedAt }) =>
      source === COUNT_SOURCE && watchedAt === undefined ? [playId] : [],
    ),
  );
  const found: string[] = [];
  for (let ordinal = 1; found.length < there.size && ordinal <= COUNT_MAX; ordinal += 1) {
    const playId = currentId(countedPlayId(contentId, ordinal), known.isUndone);
    if (there.has(playId)) found.push(playId);
  }
  return found;
}

function missingCounts(
  contentId: string,
  { from, to }: { readonly from: number; readonly to: number },
  known: Known,
): string[] {
  const ordinals = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index + 1);
  return ordinals
    .map((ordinal) => currentId(countedPlayId(contentId, ordinal), known.isUndone))
    .filter((playId) => !known.wasTold(playId));
}
