import type { Database, Queryable } from '../database.ts';
import { readSql } from '../sql-files.ts';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Sort Key'?: readonly string[];
  readonly Plans?: readonly PlanNode[];
}

interface Call {
  readonly name: string;
  readonly params: readonly unknown[];
}

/** What a read cost, as `explain (analyze)` counts it for each statement that it ran. */
export interface ReadCost {
  /** Rows of users and of the catalogue that were looked at in one statement, the most and all together. */
  readonly most: number;
  readonly all: number;
  readonly statements: number;
}

/**
 * Runs a read, then each of its statements once more under `explain (analyze)`.
 *
 * @param read gets a database that is the given one.
 */
export async function costOf(
  database: Database,
  read: (database: Database) => Promise<unknown>,
): Promise<ReadCost> {
  const calls: Call[] = [];
  await read(recording(database, calls));
  const costs: number[] = [];
  for (const { name, params } of calls) {
    const text = readSql(name, database.schema).trim().replace(/;$/, '');
    const { rows } = await database.execute<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
      `explain (analyze, format json) ${text}`,
      params,
    );
    const [plan] = rows[0]?.['QUERY PLAN'] ?? [];
    if (plan === undefined) throw new Error(`${name} has no plan`);
    costs.push(rowsLookedAt(plan.Plan));
  }
  return {
    most: Math.max(0, ...costs),
    all: costs.reduce((sum, cost) => sum + cost, 0),
    statements: costs.length,
  };
}

function recording(database: Database, calls: Call[]): Database {
  const queryOf =
    (queryable: Queryable): Queryable['query'] =>
    (name, params = []) => {
      calls.push({ name, params });
      return queryable.query(name, params);
    };
  const transaction: Database['transaction'] = (work, options) =>
    database.transaction((inner) => {
      const execute: Queryable['execute'] = (sql, params) => inner.execute(sql, params);
      return work({ query: queryOf(inner), execute });
    }, options);
  return new Proxy(database, {
    get: (target, name): unknown => {
      if (name === 'query') return queryOf(database);
      if (name === 'transaction') return transaction;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/** What every scan gave, and what it read and threw away. */
function rowsLookedAt(node: PlanNode): number {
  const below = (node.Plans ?? []).reduce((sum, plan) => sum + rowsLookedAt(plan), 0);
  // A bitmap's rows are counted where the heap is read.
  if (!/^(?:user|catalogue)_/.test(node['Relation Name'] ?? '')) return below;
  const discarded =
    (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return below + Math.round((node['Actual Rows'] + discarded) * node['Actual Loops']);
}
