import type { AnyRow, Contribution, Lane } from './lane.ts';

/** How many rows a batch takes. [GC9] */
export interface BatchBounds {
  readonly maxRows: number;
  readonly maxRowsPerUser: number;
  /** Where several users wait, unless {@link ROWS_IN_TURN_MIN} of each are more. */
  readonly maxRowsShared: number;
}

/** What one user has in the backlog; the rows that wait for their turn are a list, in the order in which they came. */
interface UserShare {
  readonly userId: string;
  changes: number;
  bytes: number;
  first: WaitingRow | undefined;
  last: WaitingRow | undefined;
}

/** With what would otherwise be looked up for each row that leaves. */
type WaitingRow = AnyRow & {
  readonly mapKey: string;
  readonly user: UserShare;
  next: WaitingRow | undefined;
};

/**
 * The changes of one shard that wait for a commit, folded by key. [GC3]
 *
 * Users take turns, and a user's rows leave in the order in which they came. [GC9] What it counts includes the batch in
 * flight: a caller whose change has left the queue but is not durable still takes up room. [GC5]
 */
export class Backlog {
  readonly #ready = new Map<string, WaitingRow>();
  readonly #users = new Map<string, UserShare>();
  /** Users with rows that can leave, in the order of their turns. */
  readonly #turns = new Set<UserShare>();
  /** Rows that debouncing holds back, so that taking a batch does not step over them. [GC4] */
  readonly #held = new Map<string, { readonly row: WaitingRow; dueAtMs: number }>();
  #changes = 0;
  #bytes = 0;

  /** Callers whose change is not settled. */
  get changes(): number {
    return this.#changes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Rows that the next batch can take. */
  get readyRows(): number {
    return this.#ready.size;
  }

  get heldRows(): number {
    return this.#held.size;
  }

  /** What is not settled of this user. */
  usedBy(userId: string): { readonly changes: number; readonly bytes: number } {
    return this.#users.get(userId) ?? NOTHING;
  }

  /** @param dueAtMs asked for a row that is held back; `undefined` lets it leave with the next batch. */
  add<Value, Outcome>(
    lane: Lane<Value, Outcome>,
    userId: string,
    key: string,
    contribution: Contribution<Value, Outcome>,
    dueAtMs?: (firstAtMs: number) => number,
  ): void {
    const bytes = lane.weigh(contribution.value);
    const user = this.#userOf(userId);
    const mapKey = `${lane.name} ${userId} ${key}`;
    const held = this.#held.get(mapKey);
    const row = held?.row ?? this.#ready.get(mapKey);
    if (row === undefined) {
      const firstAtMs = contribution.submission.enqueuedAtMs;
      const { value } = contribution;
      const contributions = [contribution];
      const next = undefined;
      const made = {
        lane,
        key,
        userId,
        value,
        contributions,
        bytes,
        firstAtMs,
        mapKey,
        user,
        next,
      };
      if (dueAtMs === undefined) this.#queue(made);
      else this.#held.set(mapKey, { row: made, dueAtMs: dueAtMs(firstAtMs) });
    } else {
      row.value = lane.fold(row.value as Value, contribution.value);
      row.contributions.push(contribution);
      row.bytes += bytes;
      if (held !== undefined && dueAtMs !== undefined) held.dueAtMs = dueAtMs(row.firstAtMs);
    }
    this.#changes += 1;
    this.#bytes += bytes;
    user.changes += 1;
    user.bytes += bytes;
  }

  /** Lets rows that are due by `nowMs` leave with the next batch. */
  release(nowMs: number): void {
    for (const [mapKey, { row, dueAtMs }] of this.#held) {
      if (dueAtMs > nowMs) continue;
      this.#held.delete(mapKey);
      this.#queue(row);
    }
  }

  /** Rows that a user has in the next batch, at most. */
  shareOf({ maxRows, maxRowsPerUser, maxRowsShared }: BatchBounds): number {
    const turns = Math.max(1, this.#turns.size);
    const shared =
      turns > 1 ? Math.max(ROWS_IN_TURN_MIN, Math.ceil(maxRowsShared / turns)) : maxRows;
    return Math.min(Math.ceil(maxRows / turns), maxRowsPerUser, shared);
  }

  /**
   * Takes out rows, of each user as many as of the others where they have them; they count until `done`. [GC9]
   *
   * Source: Nagle, "On packet switches with infinite storage", RFC 970 (fair queueing, round robin by sender).
   */
  take(bounds: BatchBounds): AnyRow[] {
    const { maxRows } = bounds;
    const taken: AnyRow[] = [];
    let turns = this.#turns.size;
    const share = this.shareOf(bounds);
    for (const user of this.#turns) {
      if (turns === 0 || taken.length >= maxRows) break;
      turns -= 1;
      this.#turns.delete(user);
      const end = Math.min(taken.length + share, maxRows);
      while (user.first !== undefined && taken.length < end) {
        const row = user.first;
        user.first = row.next;
        this.#ready.delete(row.mapKey);
        taken.push(row);
      }
      if (user.first !== undefined) this.#turns.add(user);
    }
    return taken;
  }

  /** These rows are settled. */
  done(rows: readonly AnyRow[]): void {
    for (const row of rows) {
      this.#changes -= row.contributions.length;
      this.#bytes -= row.bytes;
      const { user } = row as WaitingRow;
      user.changes -= row.contributions.length;
      user.bytes -= row.bytes;
      if (user.changes === 0) this.#users.delete(user.userId);
    }
  }

  /** Every row that no batch has taken. */
  *waiting(): Generator<AnyRow> {
    yield* this.#ready.values();
    for (const { row } of this.#held.values()) yield row;
  }

  #userOf(userId: string): UserShare {
    let user = this.#users.get(userId);
    if (user === undefined) {
      user = { userId, changes: 0, bytes: 0, first: undefined, last: undefined };
      this.#users.set(userId, user);
    }
    return user;
  }

  #queue(row: WaitingRow): void {
    const { user } = row;
    this.#ready.set(row.mapKey, row);
    if (user.first === undefined) {
      user.first = row;
      this.#turns.add(user);
    } else if (user.last !== undefined) user.last.next = row;
    user.last = row;
  }
}

/** What a user has of a turn, however many take turns: batches of many users stay as large as they were. */
const ROWS_IN_TURN_MIN = 5;

const NOTHING = { changes: 0, bytes: 0 };
