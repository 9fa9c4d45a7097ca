import type { WatchState } from '@cuepoint/client';
import { opToWire } from '@cuepoint/core';
import { filmLine, foldOps, linesOf, liveOf, positionOf, progressLine } from './stored-state.ts';

/** Connected, and everything acknowledged. */
export function isSettled({ status }: WatchState): boolean {
  const { isOnline, pending } = status.get();
  return isOnline && pending === 0;
}

/** What a person sees, as lines that can be compared. */
export function linesShownBy({ watchlist, progress }: WatchState): readonly string[] {
  return [
    ...watchlist.list().map(({ contentId }) => filmLine(contentId)),
    ...progress.list().map((item) => progressLine(item.contentId, positionOf(item))),
  ].sort();
}

/** What it was told is stored, without what was removed: a device lets go of tombstones. [SDK8] */
export function linesKnownBy(state: WatchState): readonly string[] {
  return linesOf(liveOf(foldOps(state.inspect().acknowledged.map(opToWire))));
}

/** One of the list; `undefined` where it is empty. @param random uniform in [0, 1). */
export function anyFilmOf({ watchlist }: WatchState, random: () => number): string | undefined {
  const list = watchlist.list();
  return list[Math.floor(random() * list.length)]?.contentId;
}

/** For an error. */
export function describeConnection(deviceId: string, { status }: WatchState): string {
  const { connection, pending, lastError } = status.get();
  return `${deviceId}: ${connection}, ${pending} pending, last error ${lastError ?? 'none'}`;
}

/** Calls after each change of anything. @returns what ends it. */
export function subscribeToAll(
  { watchlist, progress, status }: WatchState,
  listener: () => void,
): () => void {
  const ends = [watchlist, progress, status].map((part) => part.subscribe(listener));
  return () => {
    for (const end of ends) end();
  };
}
