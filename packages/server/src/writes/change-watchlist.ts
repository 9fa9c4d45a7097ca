import {
  isCuepointError,
  normalizeUuid,
  TAGS_PER_REMOVE_MAX,
  type Op,
  type OpResult,
  type ORSetEntry,
  type Stamp,
  type WatchlistAddOp,
  type WatchlistRemoveOp,
} from '@cuepoint/core';
import { submitOnContent } from './submit-unstamped.ts';
import type { WriteDeps } from './write-deps.ts';

export interface WatchlistAdd {
  readonly userId: string;
  readonly deviceId: string;
  readonly contentId: string;
  /** The writer's own tag, so that its retry is known again. */
  readonly tag?: string | undefined;
}

export interface WatchlistAddOutcome {
  readonly result: Exclude<OpResult['result'], 'rejected'>;
  /** The add that stands for this write. */
  readonly added?: { readonly tag: string; readonly stamp: Stamp };
  readonly winner?: Op;
}

/** Mints one tag, unless this device has one that lives, or the given tag is stored. [ORS1] */
export async function addToWatchlist(
  deps: WriteDeps,
  write: WatchlistAdd,
): Promise<WatchlistAddOutcome> {
  const { userId, deviceId, contentId } = write;
  const givenTag = write.tag === undefined ? undefined : normalizeUuid(write.tag);
  const tag = givenTag ?? deps.randomUuid();
  try {
    const submitted = await submitOnContent<WatchlistAddOp, WatchlistAddOutcome>(
      deps,
      { userId, contentId, arrivedMs: deps.now() },
      ({ liveAdds, addFloor, erasureFloor }) => {
        const own = liveAdds.find(
          (entry) =>
            entry.added?.deviceId === deviceId &&
            (givenTag === undefined || entry.tag === givenTag),
        );
        if (own !== undefined) return { answer: duplicateOf(own) };
        return {
          floors: [addFloor, erasureFloor],
          toOp: (timestamp) => ({ kind: 'watchlist.add', contentId, tag, timestamp, deviceId }),
        };
      },
    );
    if ('answer' in submitted) return submitted.answer;
    const { op, result } = submitted;
    return result.result === 'superseded'
      ? result
      : { result: result.result, added: { tag: op.tag, stamp: op } };
  } catch (error) {
    const met = isCuepointError(error, 'tag_reused')
      ? await storedAdd(deps, write, tag)
      : undefined;
    if (met === undefined) throw error;
    return met;
  }
}

/** Removes the tags that are there at this moment, and no others. [ORS2] */
export async function removeFromWatchlist(
  deps: WriteDeps,
  { userId, deviceId, contentId }: { userId: string; deviceId: string; contentId: string },
): Promise<{ result: 'applied' | 'duplicate'; removedTags: readonly string[] }> {
  const removedTags: string[] = [];
  let seen: ReadonlySet<string> | undefined;
  for (;;) {
    const submitted = await submitOnContent<WatchlistRemoveOp, undefined>(
      deps,
      { userId, contentId, arrivedMs: deps.now() },
      ({ liveAdds, erasureFloor }) => {
        seen ??= new Set(liveAdds.map(({ tag }) => tag));
        const left = liveAdds.filter(({ tag }) => seen?.has(tag)).slice(0, TAGS_PER_REMOVE_MAX);
        if (left.length === 0) return { answer: undefined };
        const tags = left.map(({ tag }) => tag);
        return {
          floors: [erasureFloor, ...left.map(({ added }) => added?.timestamp)],
          toOp: (timestamp) => ({ kind: 'watchlist.remove', contentId, tags, timestamp, deviceId }),
        };
      },
    );
    if ('answer' in submitted) break;
    removedTags.push(...submitted.op.tags);
    if (submitted.op.tags.length < TAGS_PER_REMOVE_MAX) break;
  }
  return { result: removedTags.length === 0 ? 'duplicate' : 'applied', removedTags };
}

function duplicateOf({ tag, added }: ORSetEntry): WatchlistAddOutcome {
  return { result: 'duplicate', ...(added === null ? {} : { added: { tag, stamp: added } }) };
}

/**
 * What a retried tag met: its own add that was removed meanwhile, or has just been stored. Its first
 * attempt had another timestamp, so the store alone cannot tell it from a stranger's add.
 */
async function storedAdd(
  { repository }: WriteDeps,
  { userId, deviceId, contentId }: WatchlistAdd,
  tag: string,
): Promise<WatchlistAddOutcome | undefined> {
  const entry = await repository.getWatchlistEntry(userId, tag);
  if (entry?.contentId !== contentId || entry.added?.deviceId !== deviceId) return undefined;
  if (entry.removed === null) return duplicateOf(entry);
  return {
    result: 'superseded',
    winner: { kind: 'watchlist.remove', contentId, tags: [tag], ...entry.removed },
  };
}
