import type { Timestamp } from '@cuepoint/core';
import type { BoundStatement, Queryable } from '../database.ts';
import type { Dialect } from '../dialect.ts';
import type { Submission } from './submission.ts';

/** A change and the caller who waits for it. */
export interface Contribution<Value, Outcome> {
  readonly value: Value;
  readonly submission: Submission<Outcome>;
}

/** What one batch writes to one key: the fold of what its contributors want. [GC3] */
export interface PendingRow<Value, Outcome> {
  readonly lane: Lane<Value, Outcome>;
  readonly key: string;
  readonly userId: string;
  value: Value;
  /** In the order of their arrival. */
  readonly contributions: Contribution<Value, Outcome>[];
  bytes: number;
  /** When its first contributor came; a debounced row leaves at the latest `maxWaitMs` after. [GC4] */
  readonly firstAtMs: number;
}

/** The mark of a user's changed rows in one transaction: its id, or the user's version. [CUR1] */
export type MarkOf = (userId: string) => string | undefined;

/** What is never stored again of a user. */
export interface Guard {
  /** Nothing stamped up to here, in ms: the user was erased then. */
  readonly erasedPhysical: number | undefined;
  /** No add up to here. [CUR4] */
  readonly collected: Timestamp | undefined;
}

/** What a committed batch tells of the rows of one lane. */
export interface Written {
  readonly dialect: Dialect;
  /** What each of the lane's statements returned. */
  readonly results: readonly (readonly unknown[])[];
  /** Undefined where the statements return the mark themselves. */
  readonly markOf: MarkOf | undefined;
}

/**
 * One kind of row: how two changes to one key become one, how a batch of them becomes a statement, and
 * what each contributor is told.
 */
export interface Lane<Value, Outcome> {
  readonly name: string;
  /** Place of its statement in a transaction; the erasure of a user locks its tables in this order as well. */
  readonly order: number;
  /** Whether the option to debounce holds its rows back. [GC4] */
  readonly debounced: boolean;
  /** Two changes to one key as one; equal changes give the first. */
  fold(first: Value, second: Value): Value;
  /** Estimated size in memory and on the wire, in bytes. [GC5] */
  weigh(value: Value): number;
  /** Whether devices catch up on these rows, so that writing one raises the counter of its user. [CUR1] */
  readonly isCaughtUp: boolean;
  /** Whether the collected floor refuses some of these rows. [CUR4] */
  readonly hasFloor: boolean;
  /** @param rows merged by key and sorted. [SQL4] */
  statement(rows: readonly PendingRow<Value, Outcome>[], nowMs: number): BoundStatement;
  /**
   * The same as lists of values, which can look into no table: `rows` are those that no guard refuses.
   *
   * @param markOf of every row of a lane that devices catch up on.
   */
  valuesStatements(
    rows: readonly PendingRow<Value, Outcome>[],
    nowMs: number,
    markOf: MarkOf,
  ): readonly BoundStatement[];
  /** What `statement` checks in the tables of erasures and floors. */
  isRefused(value: Value, guard: Guard): boolean;
  /**
   * Tells every contributor its outcome, after the commit.
   *
   * @param reader for what the statement's own result does not tell: who a loser lost to.
   */
  settle(
    rows: readonly PendingRow<Value, Outcome>[],
    written: Written,
    reader: Queryable,
  ): Promise<void>;
  /** The database refuses this change whatever is tried. [GC6] */
  refuse(contribution: Contribution<Value, Outcome>, cause: unknown): void;
}

/** Any lane's row: the shard moves rows without looking into them. */
// oxlint-disable-next-line typescript/no-explicit-any -- existential: value and outcome belong to the row's own lane
export type AnyRow = PendingRow<any, any>;

/** By code unit of (user, key): the same in every process, so that two writers never deadlock. [SQL4] */
export function compareRows(a: AnyRow, b: AnyRow): number {
  if (a.userId !== b.userId) return a.userId < b.userId ? -1 : 1;
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}
