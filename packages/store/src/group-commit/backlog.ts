import type { AnyRow, Contribution, Lane, PendingRow } from './lane.ts';

/**
 * The changes of one shard that wait for a commit, folded by key. [GC3]
 *
 * Rows leave in the order in which they came. What it counts includes the batch in flight: a caller
 * whose change has left the queue but is not durable still takes up room. [GC5]
 */
export class Backlog {
  readonly #ready = new Map<string, AnyRow>();
  /** Rows that debouncing holds back, so that taking a batch does not step over them. [GC4] */
  readonly #held = new Map<string, { readonly row: AnyRow; dueAtMs: number }>();
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

  /** @param dueAtMs asked for a row that is held back; `undefined` lets it leave with the next batch. */
  add<Value, Outcome>(
    lane: Lane<Value, Outcome>,
    userId: string,
    key: string,
    contribution: Contribution<Value, Outcome>,
    dueAtMs?: (firstAtMs: number) => number,
  ): void {
    const bytes = lane.weigh(contribution.value);
    const mapKey = `${lane.name} ${userId} ${key}`;
    const held = this.#held.get(mapKey);
    let row = (held?.row ?? this.#ready.get(mapKey)) as PendingRow<Value, Outcome> | undefined;
    if (row === undefined) {
      const firstAtMs = contribution.submission.enqueuedAtMs;
      const { value } = contribution;
      row = { lane, key, userId, value, contributions: [contribution], bytes, firstAtMs };
      if (dueAtMs === undefined) this.#ready.set(mapKey, row);
      else this.#held.set(mapKey, { row, dueAtMs: dueAtMs(firstAtMs) });
    } else {
      row.value = lane.fold(row.value, contribution.value);
      row.contributions.push(contribution);
      row.bytes += bytes;
      if (held !== undefined && dueAtMs !== undefined) held.dueAtMs = dueAtMs(row.firstAtMs);
    }
    this.#changes += 1;
    this.#bytes += bytes;
  }

  /** Lets rows that are due by `nowMs` leave with the next batch. */
  release(nowMs: number): void {
    for (const [mapKey, { row, dueAtMs }] of this.#held) {
      if (dueAtMs > nowMs) continue;
      this.#held.delete(mapKey);
      this.#ready.set(mapKey, row);
    }
  }

  /** Takes out the oldest rows; they count until `done`. */
  take(maxRows: number): AnyRow[] {
    const taken: AnyRow[] = [];
    for (const [mapKey, row] of this.#ready) {
      if (taken.length === maxRows) break;
      this.#ready.delete(mapKey);
      taken.push(row);
    }
    return taken;
  }

  /** These rows are settled. */
  done(rows: readonly AnyRow[]): void {
    for (const row of rows) {
      this.#changes -= row.contributions.length;
      this.#bytes -= row.bytes;
    }
  }

  /** Every row that no batch has taken. */
  *waiting(): Generator<AnyRow> {
    yield* this.#ready.values();
    for (const { row } of this.#held.values()) yield row;
  }
}
