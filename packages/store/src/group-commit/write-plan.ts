import type { Timestamp } from '@cuepoint/core';
import { plainArray } from '../array-literal.ts';
import type { BoundStatement, QueryResult } from '../database.ts';
import type { Dialect } from '../dialect.ts';
import { createHashOrder } from '../distribution/hash-order.ts';
import type { AnyRow, Guard, MarkOf, Written } from './lane.ts';
import { ofCounters } from '../sql-files.ts';
import { valuesStatements } from './values-statements.ts';

/** The rows of one lane in a batch, merged by key and sorted. */
export interface LaneGroup {
  readonly lane: AnyRow['lane'];
  readonly rows: readonly AnyRow[];
}

type Results = readonly QueryResult<unknown>[];

/**
 * The statements of one transaction: some that go first, and those that write.
 *
 * By xid and in arrays nothing goes first. Counters are raised first, in the order of the users and before any
 * other lock: two transactions never deadlock. [SQL4] A list of values can look into no table, so what its
 * rows must not pass is read first as well, behind a lock that an erasure waits for: the counters' own, or
 * that of the tables.
 */
export interface WritePlan {
  readonly first: readonly BoundStatement[];
  /** Whether the writing statements can travel with the first ones. */
  readonly isOneTrip: boolean;
  /** @param first results of the first statements; empty where it is one trip. */
  writes(first: Results): readonly BoundStatement[];
  /** @param results of all statements. @returns what is told of each group, in their order. */
  outcomes(results: Results): readonly Written[];
}

export function planWrite(
  groups: readonly LaneGroup[],
  nowMs: number,
  dialect: Dialect,
): WritePlan {
  return dialect.batch === 'values'
    ? planValues(groups, nowMs, dialect)
    : planArrays(groups, nowMs, dialect);
}

function planArrays(groups: readonly LaneGroup[], nowMs: number, dialect: Dialect): WritePlan {
  const users = dialect.catchUp === 'counter' ? usersOf(groups) : [];
  const first = users.length === 0 ? [] : markStatements(users, dialect);
  return {
    first,
    isOneTrip: true,
    writes: () => groups.map((group) => arraysStatement(group, nowMs, dialect)),
    outcomes(results) {
      const markOf = first.length === 0 ? undefined : readMarks(results.slice(0, first.length));
      return groups.map((_group, index): Written => {
        const rows = results[first.length + index]?.rows ?? [];
        return { dialect, results: [rows], markOf };
      });
    },
  };
}

function planValues(sorted: readonly LaneGroup[], nowMs: number, dialect: Dialect): WritePlan {
  // Citus locks the rows of a list shard by shard, and a shard is a range of hashes. In any other order two lists that follow
  // one another could lock two users the other way round than another instance's do. [SQL4]
  const compareUsers = createHashOrder();
  const groups = sorted.map(({ lane, rows }) => ({
    lane,
    rows: rows.toSorted((a, b) => compareUsers(a.userId, b.userId)),
  }));
  const users = usersOf(groups).toSorted(compareUsers);
  const floored = usersOf(groups.filter(({ lane }) => lane.hasFloor));
  const marks = users.length === 0 ? [] : markStatements(users, dialect);
  const guards = users.length === 0 ? [] : guardStatements(users, floored);
  const first = [...marks, ...guards];
  let statements: readonly (readonly BoundStatement[])[] = [];
  return {
    first,
    isOneTrip: first.length === 0,
    writes(results) {
      const markOf = readMarks(results.slice(0, marks.length));
      const guardOf = readGuards(results.slice(marks.length));
      statements = groups.map((group) => listStatements(group, nowMs, markOf, guardOf, dialect));
      return statements.flat();
    },
    outcomes(results) {
      let start = first.length;
      return statements.map((own): Written => {
        const ownResults = results.slice(start, start + own.length).map(({ rows }) => rows);
        start += own.length;
        return { dialect, results: ownResults, markOf: undefined };
      });
    },
  };
}

/** One statement over arrays, in the dialect's words. */
export function arraysStatement(
  { lane, rows }: LaneGroup,
  nowMs: number,
  dialect: Dialect,
): BoundStatement {
  const statement = lane.statement(rows, nowMs);
  return dialect.catchUp === 'counter' && lane.isCaughtUp ? inCounters(statement) : statement;
}

function inCounters({ name, params }: BoundStatement): BoundStatement {
  return { name: ofCounters(name), params };
}

/** The rows that no guard refuses, as lists of values. */
export function listStatements(
  { lane, rows }: LaneGroup,
  nowMs: number,
  markOf: MarkOf,
  guardOf: GuardOf,
  dialect: Dialect,
): readonly BoundStatement[] {
  const passing = rows.filter(({ userId, value }) => {
    const guard = guardOf(userId);
    return guard === undefined || !lane.isRefused(value, guard);
  });
  const statements = lane.valuesStatements(passing, nowMs, markOf);
  return dialect.catchUp === 'counter' && lane.isCaughtUp ? statements.map(inCounters) : statements;
}

/** Sorted, each once. */
function usersOf(groups: readonly LaneGroup[]): readonly string[] {
  const users = new Set<string>();
  for (const { lane, rows } of groups) {
    if (lane.isCaughtUp) for (const { userId } of rows) users.add(userId);
  }
  return [...users].sort();
}

/**
 * Gives the transaction its mark for each of the users.
 *
 * @param users sorted.
 */
export function markStatements(
  users: readonly string[],
  { catchUp, batch }: Dialect,
): readonly BoundStatement[] {
  if (catchUp === 'xid') {
    return [
      { name: 'lock-marked-tables', params: [] },
      { name: 'read-xid', params: [] },
    ];
  }
  if (batch === 'values') {
    return valuesStatements(
      'raise-versions-values',
      users.map((userId) => [userId]),
    );
  }
  return [{ name: 'raise-versions', params: [plainArray(users)] }];
}

/** By user; without one, by transaction for all users. */
export function readMarks(results: Results): MarkOf {
  const rows = results.flatMap((result) => result.rows) as {
    readonly user_id?: string;
    readonly mark: string;
  }[];
  const [first] = rows;
  if (first !== undefined && first.user_id === undefined) return () => first.mark;
  const markByUser = new Map(rows.map((row) => [row.user_id, row.mark]));
  return (userId) => markByUser.get(userId);
}

export type GuardOf = (userId: string) => Guard | undefined;

/** @param floored the users whose floor is asked for as well. */
export function guardStatements(
  users: readonly string[],
  floored: readonly string[],
): readonly BoundStatement[] {
  const erasures = { name: 'read-erasures', params: [plainArray(users)] };
  if (floored.length === 0) return [erasures];
  return [erasures, { name: 'read-floors', params: [plainArray(floored)] }];
}

export function readGuards([erasures, floors]: Results): GuardOf {
  const guards = new Map<string, { erasedPhysical?: number; collected?: Timestamp }>();
  const guardOf = (userId: string) => {
    const guard = guards.get(userId) ?? {};
    guards.set(userId, guard);
    return guard;
  };
  for (const row of (erasures?.rows ?? []) as { user_id: string; erased_physical: number }[]) {
    guardOf(row.user_id).erasedPhysical = row.erased_physical;
  }
  for (const row of (floors?.rows ?? []) as ({ user_id: string } & Timestamp)[]) {
    guardOf(row.user_id).collected = { physical: row.physical, logical: row.logical };
  }
  return (userId) => {
    const guard = guards.get(userId);
    return guard && { erasedPhysical: guard.erasedPhysical, collected: guard.collected };
  };
}
