import type { Op } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import { RATE_KEYS_MAX } from '../limits.ts';
import type { AwaitDatabase } from './await-database.ts';

/** Bounds how many rows a user may have. What writes to a row that is there is always taken. [SEC3] */
export interface RowQuota {
  /** Of one user; 0 for no bound. */
  readonly rowsMax: number;
  /**
   * Which of these ops would make a row that the user has no room for. It answers at once, and counts none, until the user is
   * known to be full: so the quota may be passed by what is written while rows are counted.
   */
  findExcess(userId: string, ops: readonly Op[]): ReadonlySet<Op> | Promise<ReadonlySet<Op>>;
}

export interface RowQuotaDeps {
  readonly repository: Pick<SyncRepository, 'countRows' | 'readHeights'>;
  /** For what is read of a full user before they write. */
  readonly awaitDatabase: AwaitDatabase;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Monotonic, in ms. */
  readonly now: () => number;
}

/** What is remembered of a user. */
interface Room {
  /** Rows that ops may make before the next count. */
  left: number;
  isFull: boolean;
  countedAtMs: number;
  counting: Promise<void> | undefined;
}

/** New rows after which a user's rows are counted at the soonest. */
const COUNT_AFTER_ROWS = 1_000;
/** Of the room that a user has left; the rest is for what other instances take meanwhile. */
const COUNT_AFTER_SHARE = 1 / 8;
/** How often it is looked whether a full user has room again. */
const RECOUNT_MS = 10_000;

const NONE: ReadonlySet<Op> = new Set();

export const NO_QUOTA: RowQuota = { rowsMax: 0, findExcess: () => NONE };

/**
 * Counting rows with each write would cost more than the write. A user's rows are counted once in so many ops as could
 * make one, from a random start: whoever is forgotten, or met by many instances, is counted as often.
 *
 * @param rowsMax of one user, tombstones included; 0 for no quota.
 */
export function createRowQuota(
  { repository, awaitDatabase, random, now }: RowQuotaDeps,
  rowsMax: number,
): RowQuota {
  if (rowsMax === 0) return NO_QUOTA;
  const countAfter = Math.min(COUNT_AFTER_ROWS, Math.ceil(rowsMax / 10));
  /** In the order in which they were first met. */
  const rooms = new Map<string, Room>();

  function roomOf(userId: string): Room {
    const known = rooms.get(userId);
    if (known !== undefined) return known;
    const [oldest] = rooms.keys();
    if (rooms.size >= RATE_KEYS_MAX && oldest !== undefined) rooms.delete(oldest);
    const left = Math.floor(random() * countAfter);
    const room = { left, isFull: false, countedAtMs: 0, counting: undefined };
    rooms.set(userId, room);
    return room;
  }

  function count(userId: string, room: Room): Promise<void> {
    const counting = (room.counting ??= repository
      .countRows(userId, rowsMax)
      .then((rows) => {
        room.isFull = rows >= rowsMax;
        room.left = Math.max(countAfter, Math.floor((rowsMax - rows) * COUNT_AFTER_SHARE));
        room.countedAtMs = now();
      })
      .finally(() => {
        room.counting = undefined;
      }));
    return counting;
  }

  async function findNew(userId: string, ops: readonly Op[], room: Room): Promise<ReadonlySet<Op>> {
    if (now() - room.countedAtMs >= RECOUNT_MS) await count(userId, room);
    if (!room.isFull) return NONE;
    const heights = await repository.readHeights(userId, ops);
    const isStored = (part: Op): boolean => heights.of(part) !== undefined;
    return new Set(ops.filter((op) => !partsOf(op).every(isStored)));
  }

  return {
    rowsMax,
    findExcess(userId, ops) {
      if (ops.length === 0) return NONE;
      const room = roomOf(userId);
      if (room.isFull) return awaitDatabase(() => findNew(userId, ops, room));
      for (const op of ops) room.left -= rowsOf(op);
      // Behind the write: one that fails is tried again with the next.
      if (room.left < 0) count(userId, room).catch(() => undefined);
      return NONE;
    },
  };
}

/** An op for each row that it writes to. */
function partsOf(op: Op): readonly Op[] {
  if (op.kind === 'watchlist.remove') return op.tags.map((tag) => ({ ...op, tags: [tag] }));
  if (op.kind === 'play.remove') return op.playIds.map((playId) => ({ ...op, playIds: [playId] }));
  return [op];
}

function rowsOf(op: Op): number {
  if (op.kind === 'watchlist.remove') return op.tags.length;
  return op.kind === 'play.remove' ? op.playIds.length : 1;
}
