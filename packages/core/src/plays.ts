import { dateToMs, invalidDate, isDay, readDate } from './dates.ts';
import { CuepointError } from './errors.ts';
import { isUuid, normalizeUuid } from './ids.ts';
import type { PlayAddOp, PlayOp } from './op.ts';
import { mergeEntries, type ORSetEntry } from './or-set.ts';
import { stampOf } from './stamp.ts';

/**
 * One play of the history: an entry of an OR-Set whose tag is the play's id. [PLY1]
 *
 * Its content is '' while only a removal of it has arrived.
 */
export interface PlayEntry extends ORSetEntry {
  /** As `readDate` gives it; undefined where nobody knows. [PLY2] */
  readonly watchedAt?: string | undefined;
  readonly source?: string | undefined;
}

/** Folds two entries of one play, as `mergeEntries` has it: the first add stands, a removal wins. */
export function mergePlays(a: PlayEntry, b: PlayEntry): PlayEntry {
  const merged = mergeEntries(a, b);
  if (merged === a) return a;
  const { watchedAt, source } = a.added === null ? b : a;
  return { ...merged, watchedAt, source };
}

/** The entries that an op contributes to, one a play. @throws CuepointError `invalid_play_id` */
export function playsOfOp(op: PlayOp): readonly PlayEntry[] {
  const stamp = stampOf(op);
  if (op.kind === 'play.add') {
    const { contentId, watchedAt, source } = op;
    return [
      { tag: toPlayId(op.playId), contentId, added: stamp, removed: null, watchedAt, source },
    ];
  }
  // Two spellings of an id are one play: a statement meets each row once.
  return [...new Set(op.playIds.map(toPlayId))].map((tag) => ({
    tag,
    contentId: '',
    added: null,
    removed: stamp,
  }));
}

/** The form in which a play's id is stored and compared. @throws CuepointError `invalid_play_id` */
export function toPlayId(playId: string): string {
  if (isUuid(playId)) return normalizeUuid(playId);
  throw new CuepointError('invalid_play_id', 'The id of a play is a UUID.', { field: 'playId' });
}

/** The op with its date in the form that is stored. @throws CuepointError `invalid_date` [PLY2] */
export function requirePlay(op: PlayAddOp): PlayAddOp {
  if (op.watchedAt === undefined) return op;
  const watchedAt = readDate(op.watchedAt);
  if (watchedAt === undefined) throw invalidDate('watchedAt');
  return watchedAt === op.watchedAt ? op : { ...op, watchedAt };
}

/** A play as it was told. */
export interface Play {
  /** UUID, lower case. */
  readonly playId: string;
  readonly contentId: string;
  readonly watchedAt?: string | undefined;
  readonly source?: string | undefined;
}

/** One viewing: a play, and those that tell of the same one. */
export interface Viewing extends Play {
  /** Removing the viewing removes these as well. */
  readonly alsoIds: readonly string[];
}

/** Where the running time of a content is not known. [PLY1] */
export const UNKNOWN_RUNNING_SECONDS = 2 * 60 * 60;

/**
 * Joins plays of one content that tell of one viewing. Reading decides, not writing, so that it is the same on every
 * instance and whatever came first. [PLY1]
 *
 * In the order of time, a play that begins less than the running time after the viewing before it is the same one, and
 * the earlier id stays. Plays of one day without a time are one viewing, and so are plays of which nobody knows when:
 * two of them are two only where one source told of both.
 *
 * @param plays of one content, in any order.
 * @param runningSeconds of the content; 0 or undefined where it is not known.
 * @returns in the order of {@link comparePlays}, the earliest first.
 */
export function joinPlays(
  plays: Iterable<Play>,
  runningSeconds: number = UNKNOWN_RUNNING_SECONDS,
): Viewing[] {
  const windowMs = (runningSeconds > 0 ? runningSeconds : UNKNOWN_RUNNING_SECONDS) * 1000;
  const viewings: (Play & { readonly alsoIds: string[] })[] = [];
  /** Of viewings without an instant, by the day: who told of them. */
  const sourcesByDay = new Map<string, Map<Viewing, Set<string>>>();
  let last: { readonly viewing: { readonly alsoIds: string[] }; readonly atMs: number } | undefined;
  for (const play of [...plays].sort(comparePlays)) {
    const { playId, watchedAt, source } = play;
    const day = watchedAt === undefined ? '' : isDay(watchedAt) ? watchedAt : undefined;
    if (day === undefined) {
      const atMs = dateToMs(watchedAt ?? '');
      if (last !== undefined && atMs - last.atMs < windowMs) last.viewing.alsoIds.push(playId);
      else {
        const viewing = { ...play, alsoIds: [] };
        viewings.push(viewing);
        last = { viewing, atMs };
      }
      continue;
    }
    const sources = sourcesByDay.get(day) ?? new Map<Viewing, Set<string>>();
    sourcesByDay.set(day, sources);
    const same = [...sources].find(([, told]) => source === undefined || !told.has(source));
    if (same === undefined) {
      const viewing = { ...play, alsoIds: [] };
      viewings.push(viewing);
      sources.set(viewing, new Set(source === undefined ? [] : [source]));
    } else {
      (same[0].alsoIds as string[]).push(playId);
      if (source !== undefined) same[1].add(source);
    }
  }
  return viewings;
}

/** The order of history: by time, plays of which nobody knows when before all others; of one time by id. */
export function comparePlays(a: Play, b: Play): number {
  const byTime = playMsOf(a) - playMsOf(b);
  if (byTime !== 0 && !Number.isNaN(byTime)) return byTime;
  if (a.playId === b.playId) return 0;
  return a.playId < b.playId ? -1 : 1;
}

/** Where a play stands in the history, in ms since the epoch; `-Infinity` where nobody knows. */
export function playMsOf({ watchedAt }: Pick<Play, 'watchedAt'>): number {
  return watchedAt === undefined ? -Infinity : dateToMs(watchedAt);
}
