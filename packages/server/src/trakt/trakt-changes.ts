import {
  compareTimestamps,
  dateToMs,
  nameOfPlay,
  PLAY_ID_NAMESPACE,
  type JsonValue,
  type Op,
  type OpResult,
  type PlayAddOp,
  type RegisterSetOp,
  type Timestamp,
} from '@cuepoint/core';
import type { TraktChanges, WatchedAdd } from '@cuepoint/trakt';
import { v5 as uuidV5 } from 'uuid';
import { removePlays } from '../writes/change-history.ts';
import { addToWatchlist, removeFromWatchlist } from '../writes/change-watchlist.ts';
import { setRegister, type RegisterDeps } from '../writes/set-register.ts';
import { rejectionError, submitOp } from '../writes/submit-op.ts';
import { stampPast } from '../writes/submit-unstamped.ts';

/** How often one and the same viewing may have been removed and told again. */
const TOLD_AGAIN_MAX = 16;

interface Writer {
  readonly userId: string;
  readonly deviceId: string;
}

/** What clients of Trakt's API change, as acts of the person. */
export function createTraktChanges(deps: RegisterDeps): TraktChanges {
  const { repository, awaitDatabase } = deps;

  /** One stamp for all, which are of different keys: they share commits. */
  async function submitAll(
    { userId, deviceId }: Writer,
    toOps: (stamp: { readonly timestamp: Timestamp; readonly deviceId: string }) => readonly Op[],
  ) {
    const { floor } = await awaitDatabase(() => repository.readHeights(userId, []));
    const ops = toOps({ timestamp: stampPast(deps.now(), [floor]), deviceId });
    const excess = await deps.quota.findExcess(userId, ops);
    for (const op of ops) {
      if (excess.has(op))
        throw rejectionError(deps, { result: 'rejected', code: 'quota_exceeded' }, op);
    }
    return Promise.all(
      ops.map(async (op) => {
        const result = await submitOp(deps, userId, op);
        if (result.result === 'rejected') throw rejectionError(deps, result, op);
        return { op, result };
      }),
    );
  }

  /** A viewing that is there was told after that, by a call that broke off before it took it back: a retry does. [TRK3] */
  async function saidAfter(userId: string, doubted: readonly Doubted[]): Promise<RegisterSetOp[]> {
    if (doubted.length === 0) return [];
    const plays = doubted.map(({ play }) => play);
    const heights = await awaitDatabase(() => repository.readHeights(userId, plays));
    return doubted.flatMap(({ play, mark, winner }) => {
      const saidAt = heights.of(play);
      return saidAt !== undefined && compareTimestamps(saidAt, winner.timestamp) > 0 ? [mark] : [];
    });
  }

  return {
    async addWatched(caller, adds) {
      const isNew = adds.map(() => false);
      const takenBack: RegisterSetOp[] = [];
      const doubted: Doubted[] = [];
      let left = [...adds.entries()];
      for (let turn = 0; left.length > 0 && turn < TOLD_AGAIN_MAX; turn += 1) {
        const plays = new Map<Op, number>();
        const results = await submitAll(caller, (stamp) =>
          left.flatMap(([index, add]) => {
            const play = playOf(add, turn, stamp);
            plays.set(play, index);
            return [play, markOf(add, stamp)];
          }),
        );
        const removed = new Set<number>();
        for (const [at, { op, result }] of results.entries()) {
          const index = plays.get(op);
          if (index === undefined) continue;
          const mark = results[at + 1];
          const winner = mark && takenBackBy(mark.result);
          if (winner !== undefined) {
            // It was taken back since: who tells of a new viewing takes that back in turn, now.
            const markOp = mark?.op as RegisterSetOp;
            if (result.result === 'applied') takenBack.push(markOp);
            if (result.result === 'duplicate') doubted.push({ play: op, mark: markOp, winner });
          }
          if (result.result === 'applied') isNew[index] = true;
          // It was removed on purpose, and is told once more: a removed id never comes back. [ORS3]
          if (result.result === 'superseded') removed.add(index);
        }
        left = left.filter(([index]) => removed.has(index));
      }
      takenBack.push(...(await saidAfter(caller.userId, doubted)));
      for (const { key, value } of takenBack) {
        await setRegister(deps, { ...caller, kind: 'watched', key, value });
      }
      return isNew;
    },

    removePlays: ({ userId, deviceId }, playIds) =>
      removePlays(deps, { userId, deviceId, playIds }),

    async viewingOf({ userId }, playId) {
      const viewing = await awaitDatabase(() => repository.readViewing(userId, playId));
      return viewing === undefined ? [] : [viewing.playId, ...viewing.alsoIds];
    },

    async describe(caller, said) {
      if (said.length === 0) return;
      await submitAll(caller, (stamp) =>
        said.map(([key, value]): RegisterSetOp => ({
          kind: 'register.set',
          register: 'content',
          key,
          value: value as JsonValue,
          ...stamp,
        })),
      );
    },

    async addToWatchlist({ userId, deviceId }, contentId) {
      await addToWatchlist(deps, { userId, deviceId, contentId });
    },
    async removeFromWatchlist({ userId, deviceId }, contentId) {
      await removeFromWatchlist(deps, { userId, deviceId, contentId });
    },
    async say({ userId, deviceId }, kind, key, value) {
      await setRegister(deps, { userId, deviceId, kind, key, value });
    },
  };
}

/** A viewing that was told before, and a mark that says less than that it is not watched. */
interface Doubted {
  readonly play: Op;
  readonly mark: RegisterSetOp;
  readonly winner: RegisterSetOp;
}

/** Who said later that it is not watched. */
function takenBackBy(result: OpResult): RegisterSetOp | undefined {
  if (result.result !== 'superseded' || result.winner?.kind !== 'register.set') return undefined;
  return result.winner.value === null ? result.winner : undefined;
}

type Stamped = { readonly timestamp: Timestamp; readonly deviceId: string };

/** @param turn how often it was removed before. [TRK3] */
function playOf(
  { contentId, watchedAt, playbackId, source }: WatchedAdd,
  turn: number,
  stamp: Stamped,
): PlayAddOp {
  const id = turn === 0 ? playbackId : `${playbackId} again ${turn}`;
  return {
    kind: 'play.add',
    contentId,
    playId: uuidV5(nameOfPlay(contentId, id), PLAY_ID_NAMESPACE),
    ...(watchedAt === undefined ? {} : { watchedAt }),
    source,
    ...stamp,
  };
}

/**
 * It claims the moment that it tells of, as an import does: a library that is brought in moves nothing that the person did since. What
 * has no date claims the least moment there is. [CLM1]
 */
function markOf({ contentId, watchedAt }: WatchedAdd, stamp: Stamped): RegisterSetOp {
  const claim: Timestamp = {
    physical: watchedAt === undefined ? 0 : Math.max(0, dateToMs(watchedAt)),
    logical: 0,
  };
  return {
    kind: 'register.set',
    register: 'watched',
    key: contentId,
    value: { at: watchedAt ?? null },
    ...stamp,
    ...(compareTimestamps(claim, stamp.timestamp) < 0 ? { claim } : {}),
  };
}
