import { joinPlays, msToDate, type Play } from '@cuepoint/core';
import type { WatchedName } from '../list-ports.ts';
import type { Seen } from './watched.ts';

/** Plays that begin further apart are no one viewing, however long the content is. */
const CLOSE_MS = 24 * 60 * 60_000;

/**
 * What all names of a content tell together; undefined for what is not watched: unmarked on purpose, though it was played.
 * Something that is marked was watched once at least. [PLY1] [PLY4]
 */
export function joinWatched(
  names: readonly WatchedName[],
  runningSeconds: number | undefined,
): Seen | undefined {
  const plays = playsOf(names);
  const mark = latestMark(names);
  if (mark === undefined ? plays.length === 0 : !mark.isWatched) return undefined;
  if (plays.length === 0) return { plays: 1, lastMs: mark?.atMs };
  let lastMs: number | undefined;
  for (const { atMs } of plays) {
    if (atMs !== undefined && (lastMs === undefined || atMs > lastMs)) lastMs = atMs;
  }
  if (plays.length === 1) return { plays: 1, lastMs };
  return { plays: joinPlays(plays.map(toPlay), runningSeconds).length, lastMs };
}

type WatchedPlay = WatchedName['plays'][number];

/** Which of two plays of one moment is the earlier one counts for nothing here. */
function toPlay({ atMs, isDay, source }: WatchedPlay, index: number): Play {
  const date = atMs === undefined ? undefined : msToDate(atMs);
  const watchedAt = isDay ? date?.slice(0, 10) : date;
  return { playId: String(index), contentId: '', watchedAt, source };
}

/** Whether the running time decides how many viewings there were. [PLY1] */
export function hasClosePlays(names: readonly WatchedName[]): boolean {
  const plays = playsOf(names);
  if (plays.length < 2) return false;
  const times = plays.map(({ atMs = -Infinity }) => atMs).toSorted((a, b) => a - b);
  return times.some((ms, index) => index > 0 && ms - (times[index - 1] ?? ms) < CLOSE_MS);
}

/** The plays among these that tell of the viewing of another one. [PLY1] */
export function playsToldAgain(
  plays: readonly Play[],
  runningSecondsOf: (contentId: string) => number | undefined,
): string[] {
  const playsByContent = new Map<string, Play[]>();
  for (const play of plays) {
    const told = playsByContent.get(play.contentId);
    if (told === undefined) playsByContent.set(play.contentId, [play]);
    else told.push(play);
  }
  return [...playsByContent].flatMap(([contentId, told]) =>
    joinPlays(told, runningSecondsOf(contentId)).flatMap(({ alsoIds }) => alsoIds),
  );
}

function playsOf(names: readonly WatchedName[]): WatchedName['plays'] {
  const [first] = names;
  return names.length === 1 && first ? first.plays : names.flatMap(({ plays }) => plays);
}

function latestMark(names: readonly WatchedName[]): WatchedName['mark'] {
  let latest: WatchedName['mark'];
  for (const { mark } of names) {
    if (mark !== undefined && (latest === undefined || mark.claimMs > latest.claimMs))
      latest = mark;
  }
  return latest;
}
