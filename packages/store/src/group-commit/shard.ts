import { CuepointError } from '@cuepoint/core';
import { classifyError, sqlStateOf } from '../sql-state.ts';
import { Backlog, type BatchBounds } from './backlog.ts';
import { fullJitterDelayMs } from './back-off.ts';
import type { BatchWriter, CommittedBatch } from './batch-writer.ts';
import type { AnyRow, Lane } from './lane.ts';
import type { GroupCommitObserver, GroupCommitOptions } from './options.ts';
import { Submission } from './submission.ts';
import type { CancelTimer, SetTimer } from './timers.ts';

/** Batches whose callers are still being told, at most: they are outside of the backlog's bounds. [GC5] */
const UNSETTLED_BATCHES_MAX = 2;
/** Attempts to read what a committed batch met. */
const TELL_ATTEMPTS_MAX = 8;
/** A database that is back gets the batch within this part of an ack timeout. [OPS1] */
const BACK_OFFS_PER_ACK_TIMEOUT = 4;

export interface ShardDeps {
  readonly writer: BatchWriter;
  /** Monotonic, in ms. [OPS2] */
  readonly now: () => number;
  readonly random: () => number;
  readonly setTimer: SetTimer;
  readonly observer: GroupCommitObserver;
}

/** Where a change goes and what it is. */
export interface Placement<Value, Outcome> {
  readonly lane: Lane<Value, Outcome>;
  readonly userId: string;
  readonly key: string;
  readonly value: Value;
}

/**
 * Commits the changes of its users, one batch at a time.
 *
 * While a commit is in flight new changes gather; when it ends they are the next batch. A lone change
 * leaves in the turn of the event loop in which it came. [GC2] A caller's promise settles only after the
 * commit that holds its change. [GC1] The next batch is on its way before the callers of the last one
 * hear of theirs, so that the database works while they are answered.
 *
 * Why batch: a commit costs one flush of the disk however many rows it carries. Source: DeWitt et al.,
 * "Implementation techniques for main memory database systems", SIGMOD 1984 (group commit).
 */
export class Shard {
  readonly #backlog = new Backlog();
  readonly #deps: ShardDeps;
  readonly #options: GroupCommitOptions;
  /** Batches that are not settled: one whose commit is in flight, and those whose callers are being told. */
  readonly #unsettled = new Set<readonly AnyRow[]>();
  /** Each ends one wait between two attempts. */
  readonly #backOffs = new Set<() => void>();
  #isWaking = false;
  #isCommitting = false;
  #stopping = false;
  #abandoned = false;
  #lastCommitMs = 1;
  #cancelSweep: CancelTimer | undefined;
  #cancelRelease: CancelTimer | undefined;
  #idleWaiters: (() => void)[] = [];

  constructor(deps: ShardDeps, options: GroupCommitOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  get changes(): number {
    return this.#backlog.changes;
  }

  get bytes(): number {
    return this.#backlog.bytes;
  }

  /** What is not settled of one of its users. */
  usedBy(userId: string): { readonly changes: number; readonly bytes: number } {
    return this.#backlog.usedBy(userId);
  }

  get inFlightRows(): number {
    let rows = 0;
    for (const batch of this.#unsettled) rows += batch.length;
    return rows;
  }

  /**
   * Adds a change of one or more rows to the next batch.
   *
   * @returns a promise that rejects with `outcome_unknown` after `ackTimeoutMs`; the change stays queued. [GC5]
   */
  submit<Value, Outcome>(
    placements: readonly Placement<Value, Outcome>[],
    combine?: (a: Outcome, b: Outcome) => Outcome,
  ): Promise<Outcome> {
    const submission = new Submission<Outcome>(this.#deps.now(), placements.length, combine);
    for (const { lane, userId, key, value } of placements) {
      this.#backlog.add(lane, userId, key, { value, submission }, this.#debounceOf(lane));
    }
    this.#wake();
    this.#scheduleSweep();
    return submission.promise;
  }

  /** How long a refused caller should wait: what the backlog ahead of it will take, in ms. [GC5] */
  retryAfterMs(userId?: string): number {
    const bounds = this.#bounds(Number.POSITIVE_INFINITY);
    const own = userId === undefined ? 0 : this.usedBy(userId).changes;
    const batches = Math.ceil(
      Math.max(this.#backlog.changes / bounds.maxRows, own / this.#backlog.shareOf(bounds)),
    );
    return Math.min(30_000, Math.max(100, Math.ceil(batches * this.#lastCommitMs)));
  }

  /** Commits what is there; rejects with `shutting_down` what `abandon` cuts off. [GC7] */
  stop(): Promise<void> {
    this.#stopping = true;
    this.#backlog.release(Number.POSITIVE_INFINITY);
    this.#wake();
    return this.#whenIdle();
  }

  /** Gives up on everything that is not acknowledged. [GC7] */
  abandon(): void {
    this.#abandoned = true;
    const error = new CuepointError(
      'shutting_down',
      'The service stopped before the commit was known; send the change again.',
    );
    for (const row of this.#unsettledRows()) rejectRow(row, error);
    this.#backlog.release(Number.POSITIVE_INFINITY);
    this.#backlog.done(this.#backlog.take(EVERYTHING));
    for (const wakeUp of this.#backOffs) wakeUp();
    this.#settleIdle();
  }

  #wake(): void {
    if (this.#isWaking || this.#isCommitting || this.#abandoned) return;
    this.#isWaking = true;
    // Changes of the same turn of the event loop share a batch.
    queueMicrotask(() => {
      this.#isWaking = false;
      this.#next(firstBatchRows(this.#backlog.readyRows));
    });
  }

  /** Sends what gathered, unless a commit is in flight or too many batches wait to be told. */
  #next(maxRows = Number.POSITIVE_INFINITY): void {
    if (this.#abandoned || this.#isCommitting) return;
    if (this.#unsettled.size >= UNSETTLED_BATCHES_MAX) return;
    const rows = this.#backlog.take(this.#bounds(maxRows));
    if (rows.length > 0) {
      void this.#settle(rows);
      return;
    }
    this.#scheduleRelease();
    this.#settleIdle();
  }

  #bounds(maxRows: number): BatchBounds {
    const { batchMaxRows, batchMaxRowsPerUser, batchMaxRowsShared } = this.#options;
    return {
      maxRows: Math.min(maxRows, batchMaxRows),
      maxRowsPerUser: batchMaxRowsPerUser,
      maxRowsShared: batchMaxRowsShared,
    };
  }

  async #settle(rows: readonly AnyRow[]): Promise<void> {
    this.#isCommitting = true;
    let isHandedOver = false;
    // Before a caller hears of its ack: who sends again at once finds the room that it left.
    const handOver = () => {
      if (isHandedOver) return;
      isHandedOver = true;
      this.#isCommitting = false;
      this.#backlog.done(rows);
      this.#next();
    };
    this.#unsettled.add(rows);
    await this.#commit(rows, handOver);
    this.#unsettled.delete(rows);
    handOver();
    this.#next();
    this.#settleIdle();
  }

  /**
   * Retries, splits or refuses until every row of the batch is settled. [GC6]
   *
   * @param onCommitted called as soon as the batch as a whole is committed.
   */
  async #commit(rows: readonly AnyRow[], onCommitted?: () => void): Promise<void> {
    for (let attempt = 1; !this.#abandoned; attempt += 1) {
      let batch: CommittedBatch;
      try {
        batch = await this.#write(rows);
      } catch (error) {
        switch (classifyError(error)) {
          case 'retryable':
            await this.#backOff(attempt, error);
            continue;
          case 'poison':
            return this.#isolate(rows, error);
          case 'fatal':
            for (const row of rows) rejectRow(row, toFatalError(error));
            return undefined;
        }
      }
      onCommitted?.();
      return this.#tell(rows, batch);
    }
    return undefined;
  }

  async #write(rows: readonly AnyRow[]): Promise<CommittedBatch> {
    const { now, observer, writer } = this.#deps;
    const startedAtMs = now();
    const batch = await writer.commit(rows);
    const durationMs = now() - startedAtMs;
    this.#lastCommitMs = Math.max(1, durationMs);
    const changes = rows.reduce((sum, row) => sum + row.contributions.length, 0);
    observer.committed?.({ rows: rows.length, changes, folded: changes - rows.length, durationMs });
    return batch;
  }

  /**
   * The rows are committed, so whatever fails now they are never written again: a later batch may have
   * replaced them. Who cannot be told what it met hears that its outcome is unknown.
   */
  async #tell(rows: readonly AnyRow[], batch: CommittedBatch): Promise<void> {
    for (let attempt = 1; attempt <= TELL_ATTEMPTS_MAX && !this.#abandoned; attempt += 1) {
      try {
        return await batch.tell();
      } catch (error) {
        if (classifyError(error) === 'fatal') break;
        await this.#backOff(attempt, error);
      }
    }
    const error = new CuepointError(
      'outcome_unknown',
      'The change is stored; what it met could not be read. Sending it again is safe.',
      { retryAfterMs: this.retryAfterMs() },
    );
    for (const row of rows) rejectRow(row, error);
    return undefined;
  }

  /** Splits a batch until the row that the database refuses is alone; only its callers hear of it. */
  async #isolate(rows: readonly AnyRow[], cause: unknown): Promise<void> {
    const [first] = rows;
    if (first === undefined) return;
    if (rows.length > 1) {
      const middle = Math.ceil(rows.length / 2);
      await this.#commit(rows.slice(0, middle));
      await this.#commit(rows.slice(middle));
    } else if (first.contributions.length > 1) {
      // What the refused winner had folded away is tried without it. [GC3]
      for (const row of unfold(first)) await this.#commit([row]);
    } else {
      this.#deps.observer.poisoned?.({ sqlState: sqlStateOf(cause) });
      for (const contribution of first.contributions) first.lane.refuse(contribution, cause);
    }
  }

  #backOff(attempt: number, cause: unknown): Promise<void> {
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#deps.observer.retried?.({ code: sqlStateOf(cause) ?? 'connection', reason });
    return new Promise((resolve) => {
      const wakeUp = () => {
        cancel();
        this.#backOffs.delete(wakeUp);
        resolve();
      };
      const maxMs = this.#options.ackTimeoutMs / BACK_OFFS_PER_ACK_TIMEOUT;
      const delayMs = fullJitterDelayMs(attempt, this.#deps.random(), maxMs);
      const cancel = this.#deps.setTimer(wakeUp, delayMs);
      this.#backOffs.add(wakeUp);
    });
  }

  /** Quiet time per key, with a longest wait; it only ever delays the ack. [GC4] */
  #debounceOf(lane: AnyRow['lane']): ((firstAtMs: number) => number) | undefined {
    const { progressDebounceMs, progressDebounceMaxMs } = this.#options;
    if (progressDebounceMs <= 0 || this.#stopping || !lane.debounced) return undefined;
    const quietUntilMs = this.#deps.now() + progressDebounceMs;
    return (firstAtMs) => Math.min(quietUntilMs, firstAtMs + progressDebounceMaxMs);
  }

  /** One timer a shard; a row leaves up to a quarter of the quiet time late. */
  #scheduleRelease(): void {
    if (this.#backlog.heldRows === 0 || this.#cancelRelease !== undefined) return;
    this.#cancelRelease = this.#deps.setTimer(() => {
      this.#cancelRelease = undefined;
      this.#backlog.release(this.#deps.now());
      this.#wake();
    }, this.#options.progressDebounceMs / 4);
  }

  /** One timer a shard, four looks an ack timeout: a timer for each caller would cost more than its commit. */
  #scheduleSweep(): void {
    if (this.#cancelSweep !== undefined) return;
    this.#cancelSweep = this.#deps.setTimer(
      () => {
        this.#cancelSweep = undefined;
        this.#sweep();
        if (!this.#isSettled()) this.#scheduleSweep();
      },
      this.#options.ackTimeoutMs / 4,
      { keepsAlive: false },
    );
  }

  #sweep(): void {
    const latest = this.#deps.now() - this.#options.ackTimeoutMs;
    const error = new CuepointError(
      'outcome_unknown',
      'The database did not confirm in time. The change stays queued; sending it again is safe.',
      { retryAfterMs: this.retryAfterMs() },
    );
    for (const row of this.#unsettledRows()) {
      for (const { submission } of row.contributions) {
        if (submission.enqueuedAtMs <= latest) submission.reject(error);
      }
    }
  }

  *#unsettledRows(): Generator<AnyRow> {
    for (const rows of this.#unsettled) yield* rows;
    yield* this.#backlog.waiting();
  }

  #isSettled(): boolean {
    return this.#backlog.changes === 0 && this.#unsettled.size === 0;
  }

  #whenIdle(): Promise<void> {
    if (this.#isSettled()) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  #settleIdle(): void {
    if (!this.#abandoned && !this.#isSettled()) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
    if (this.#stopping) {
      this.#cancelSweep?.();
      this.#cancelRelease?.();
    }
  }
}

const EVERYTHING: BatchBounds = {
  maxRows: Number.POSITIVE_INFINITY,
  maxRowsPerUser: Number.POSITIVE_INFINITY,
  maxRowsShared: Number.POSITIVE_INFINITY,
};

/** A burst of so many rows leaves an idle shard in halves. */
const HALVED_FROM_ROWS = 500;

/**
 * Callers who send again when they are answered would all be in one batch for ever, and the database
 * would wait while they are answered. Of two halves one is always on its way.
 */
function firstBatchRows(readyRows: number): number {
  return readyRows < HALVED_FROM_ROWS ? readyRows : Math.ceil(readyRows / 2);
}

function toFatalError(error: unknown): CuepointError {
  if (error instanceof CuepointError) return error;
  return new CuepointError(
    'internal',
    'The commit failed for a reason that Cuepoint did not expect.',
    {
      cause: error,
    },
  );
}

function rejectRow(row: AnyRow, error: CuepointError): void {
  for (const { submission } of row.contributions) submission.reject(error);
}

/** One row for each contributor, in the order of their arrival. */
function unfold(row: AnyRow): AnyRow[] {
  return row.contributions.map((contribution) => ({
    ...row,
    value: contribution.value,
    contributions: [contribution],
  }));
}
