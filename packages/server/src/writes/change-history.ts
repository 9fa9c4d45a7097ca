import {
  nameOfPlay,
  PLAY_ID_NAMESPACE,
  requirePlay,
  TAGS_PER_REMOVE_MAX,
  toPlayId,
  type OpResult,
  type PlayAddOp,
  type PlayRemoveOp,
  type Timestamp,
} from '@cuepoint/core';
import { v5 as uuidV5 } from 'uuid';
import { submitUnstamped } from './submit-unstamped.ts';
import type { WriteDeps } from './write-deps.ts';

export interface PlayWrite {
  readonly userId: string;
  readonly deviceId: string;
  readonly contentId: string;
  /** An instant or a day; undefined where nobody knows. [PLY2] */
  readonly watchedAt: string | undefined;
  readonly source: string | undefined;
  readonly playId?: string | undefined;
  readonly playbackId?: string | undefined;
}

const NO_TIME: Timestamp = { physical: 0, logical: 0 };

/**
 * Adds one play. With an id of it, or of its playback, a retry adds none. [PLY1]
 *
 * @throws CuepointError `invalid_date`, `invalid_play_id`, `tag_reused` where the id is of another play.
 */
export async function addPlay(
  deps: WriteDeps,
  { userId, deviceId, contentId, watchedAt, source, playId, playbackId }: PlayWrite,
): Promise<{ readonly result: Exclude<OpResult['result'], 'rejected'>; readonly op: PlayAddOp }> {
  const id =
    playId === undefined
      ? playbackId === undefined
        ? deps.randomUuid()
        : uuidV5(nameOfPlay(contentId, playbackId), PLAY_ID_NAMESPACE)
      : toPlayId(playId);
  const play = requirePlay({
    kind: 'play.add',
    contentId,
    playId: id,
    ...(watchedAt === undefined ? {} : { watchedAt }),
    ...(source === undefined ? {} : { source }),
    timestamp: NO_TIME,
    deviceId,
  });
  const submitted = await submitUnstamped<PlayAddOp, never>(
    deps,
    { userId, arrivedMs: deps.now() },
    async () => {
      const { floor } = await deps.repository.readHeights(userId, []);
      return { floors: [floor], toOp: (timestamp) => ({ ...play, timestamp }) };
    },
  );
  if ('answer' in submitted) return submitted.answer;
  return { result: submitted.result.result, op: submitted.op };
}

/** Removes plays, as many in one change as it holds. */
export async function removePlays(
  deps: WriteDeps,
  { userId, deviceId, playIds }: { userId: string; deviceId: string; playIds: readonly string[] },
): Promise<void> {
  for (let start = 0; start < playIds.length; start += TAGS_PER_REMOVE_MAX) {
    const ids = playIds.slice(start, start + TAGS_PER_REMOVE_MAX);
    await submitUnstamped<PlayRemoveOp, never>(
      deps,
      { userId, arrivedMs: deps.now() },
      async () => {
        const op: PlayRemoveOp = {
          kind: 'play.remove',
          playIds: ids,
          timestamp: NO_TIME,
          deviceId,
        };
        const heights = await deps.repository.readHeights(userId, [op]);
        return {
          floors: [heights.floor, heights.of(op)],
          toOp: (timestamp) => ({ ...op, timestamp }),
        };
      },
    );
  }
}
