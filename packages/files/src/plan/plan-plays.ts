import { dateToMs, isDay, joinPlays, type Play } from '@cuepoint/core';
import { againId, COUNT_SOURCE, countedPlayId, currentId } from './play-ids.ts';
import type { Known, PlannedOp } from './planned.ts';

/** Zones are from 12 hours behind UTC to 14 ahead: how far around a day's own hours its instants may be. */
const AHEAD_MAX_MS = 14 * 3_600_000;
const BEHIND_MAX_MS = 12 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
/** More viewings of one content than this are not counted up. */
export const COUNT_MAX = 1_000;

export interface PlaysOfContent {
  readonly contentId: string;
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
 * What an import adds to the plays of one content. What is seen is made of everything that was ever told, by the same rules
 * whatever was told first: so imports end in one state in whatever order they come, and repeats change nothing. [IMP3]
 *
 * - A play that was ever told under its id is there, has given way, or was removed on purpose.
 * - A day of one source is a viewing that other sources may know to the second: it gives way where there is an instant of
 *   another source on that day, one for one, and is back where the rules leave it none. Reading joins what overlaps.
 * - A count of n stands for the viewings past those with a date, up to the n-th.
 *
 * What gives way is told and removed: it is remembered, and not seen.
 *
 * @param zone of the person, in which an instant is on a day; without one any zone may be meant.
 */
export function planPlays(
  { contentId, dated, atLeast }: PlaysOfContent,
  known: Known,
  zone: string | undefined,
): PlannedPlays {
  const runningSeconds = known.library.facts(contentId)?.durationSeconds;
  const before = known.plays(contentId);
  const hidden = known.hidden(contentId);
  const isNew = ({ playId }: Play) => !known.wasTold(playId);
  const told = dated.filter(isNew);
  const all = [...before, ...hidden, ...told].filter(isDated);
  const gone = daysOfInstants(all, { isOn: createIsOn(zone), runningSeconds });

  const seen = all.filter(({ playId }) => !gone.has(playId));
  const newIds = new Set(told.map(({ playId }) => playId));
  const hiddenIds = new Set(hidden.map(({ playId }) => playId));
  const back = seen.filter(({ playId }) => hiddenIds.has(playId));
  const removed = all.filter(({ playId }) => gone.has(playId) && !hiddenIds.has(playId));

  // What a source counts twice because it was told twice of one viewing is one.
  const twice = dated.length - viewings(dated, runningSeconds);
  const counts = planCounts(contentId, known, {
    from: viewings(seen, runningSeconds),
    to: Math.min(atLeast - twice, COUNT_MAX),
  });
  const playIds = [...removed.map(({ playId }) => playId), ...counts.removed];
  const ops: PlannedOp[] = [
    ...told.map((play): PlannedOp => addOp(play)),
    ...back.map((play): PlannedOp => addOp({ ...play, playId: againId(play.playId) })),
    ...counts.added.map((playId): PlannedOp => addOp({ playId, contentId, source: COUNT_SOURCE })),
    ...(playIds.length === 0 ? [] : [{ kind: 'play.remove', playIds } as const]),
  ];
  const added = seen.filter(({ playId }) => newIds.has(playId)).map(({ playId }) => playId);
  return { ops, added: new Set(added), counted: counts.counted };
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
  readonly isOn: IsOn;
  readonly runningSeconds: number | undefined;
}

const isDated = ({ watchedAt }: Play) => watchedAt !== undefined;
const isInstant = ({ watchedAt }: Play) => watchedAt !== undefined && !isDay(watchedAt);

const byDayAndId = (a: Play, b: Play) =>
  `${a.watchedAt ?? ''}${a.playId}` < `${b.watchedAt ?? ''}${b.playId}` ? -1 : 1;

/** Of each source's days those that an instant of another source stands for, one for one, the earliest first. */
function daysOfInstants(plays: readonly Play[], { isOn, runningSeconds }: Around): Set<string> {
  const gone = new Set<string>();
  const days = plays.filter(
    ({ source, watchedAt = '' }) => source !== undefined && isDay(watchedAt),
  );
  if (days.length === 0) return gone;
  const instants = plays.filter(isInstant);
  const joined = joinPlays(instants, runningSeconds);
  for (const source of new Set(days.map((day) => day.source))) {
    // When each viewing began that others know to the second, and this one does not.
    const own = new Set(instants.flatMap((play) => (play.source === source ? [play.playId] : [])));
    const free = joined.flatMap(({ playId, alsoIds, watchedAt = '' }) =>
      [playId, ...alsoIds].some((id) => own.has(id)) ? [] : [watchedAt],
    );
    for (const { playId, watchedAt = '' } of days
      .filter((day) => day.source === source)
      .toSorted(byDayAndId)) {
      const at = free.findIndex((instant) => isOn(instant, watchedAt));
      if (at === -1) continue;
      free.splice(at, 1);
      gone.add(playId);
    }
  }
  return gone;
}

function viewings(plays: readonly Play[], runningSeconds: number | undefined): number {
  return joinPlays(plays, runningSeconds).length;
}

interface Counts {
  /** Viewings with a date: the counts up to here give way. */
  readonly from: number;
  /** The greatest that the source tells. */
  readonly to: number;
}

function planCounts(contentId: string, known: Known, { from, to }: Counts) {
  const there = countsThere(contentId, known);
  const most = Math.max(to, ...there.keys());
  const idOf = (ordinal: number) => currentId(countedPlayId(contentId, ordinal), known.isUndone);
  const added: string[] = [];
  const removed: string[] = [];
  for (const [ordinal, { playId, isHidden }] of there) {
    if (ordinal <= from && !isHidden) removed.push(playId);
  }
  for (let ordinal = from + 1; ordinal <= most; ordinal += 1) {
    const one = there.get(ordinal);
    const playId = idOf(ordinal);
    if (one?.isHidden === true) added.push(againId(one.playId));
    else if (one === undefined && !known.wasTold(playId)) added.push(playId);
  }
  const counted = added.length;
  // A count that is reached is told all the same: an instant that joins two viewings may leave them fewer.
  if (to > 0 && to <= from && most === to && !there.has(to)) {
    const playId = idOf(to);
    if (!known.wasTold(playId)) {
      added.push(playId);
      removed.push(playId);
    }
  }
  return { added, removed, counted };
}

/** Plays that counts added, by their number: those that are seen, and those that gave way. */
function countsThere(contentId: string, known: Known) {
  const isCount = ({ source, watchedAt }: Play) =>
    source === COUNT_SOURCE && watchedAt === undefined;
  const seen = known.plays(contentId).filter(isCount);
  const gone = known.hidden(contentId).filter(isCount);
  const hiddenById = new Map([
    ...seen.map(({ playId }) => [playId, false] as const),
    ...gone.map(({ playId }) => [playId, true] as const),
  ]);
  const found = new Map<number, { readonly playId: string; readonly isHidden: boolean }>();
  for (let ordinal = 1; found.size < hiddenById.size && ordinal <= COUNT_MAX; ordinal += 1) {
    const playId = currentId(countedPlayId(contentId, ordinal), known.isUndone);
    const isHidden = hiddenById.get(playId);
    if (isHidden !== undefined) found.set(ordinal, { playId, isHidden });
  }
  return found;
}
