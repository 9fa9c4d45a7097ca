import { quoteIdentifier, quoteLiteral } from '../sql-files.ts';
import { SWITCH_TO_COUNTER } from '../catch-up-switch.ts';

/** Each table of users' rows, in the order in which a batch comes to them. [SQL4] */
export const USER_TABLES = [
  'user_versions',
  'user_progress',
  'user_watchlists',
  'user_registers',
  'user_plays',
  'user_devices',
  'user_floors',
  'user_erasures',
] as const;

/** Of no user: each node has a copy, so that a statement on one user's rows finds them beside it. */
const REFERENCE_TABLES = ['sync_state', 'catalogue_contents', 'catalogue_aliases'] as const;

/** Those whose primary key is a number that means nothing to a user. */
const NUMBERED_TABLES = [
  'user_progress',
  'user_watchlists',
  'user_registers',
  'user_plays',
  'user_devices',
] as const;

/** How far a schema is on the way to a distributed one. */
export interface DistributionState {
  readonly isCounting: boolean;
  /** Tables whose primary key begins with `user_id`. */
  readonly keyedByUser: ReadonlySet<string>;
  /** Tables that Citus has distributed, or copied to every node. */
  readonly distributed: ReadonlySet<string>;
}

/**
 * What any engine needs that spreads rows by user: counters, and keys that begin with the user.
 *
 * Texts say `cuepoint.` for the schema. Where everything is done there is nothing left.
 */
export function preparationSteps({
  isCounting,
  keyedByUser,
}: DistributionState): readonly string[] {
  const keys = NUMBERED_TABLES.filter((table) => !keyedByUser.has(table)).map(
    (table) =>
      `alter table cuepoint.${table} drop constraint ${table}_pkey, ` +
      `add constraint ${table}_pkey primary key (user_id, id)`,
  );
  const steps = [...(isCounting ? [] : SWITCH_TO_COUNTER), ...keys];
  return steps.length === 0 ? [] : [LOCK_TABLES, ...steps];
}

/** Readers lock the tables in another order than batches: waiting in the middle could deadlock with both. */
const LOCK_TABLES = `lock table ${USER_TABLES.map((table) => `cuepoint.${table}`).join(', ')} in access exclusive mode`;

/**
 * What Citus does then: all rows of a user on one node, what every statement looks at on each of them.
 *
 * The copies that stay in the coordinator's own tables are deleted: an erasure would not reach them.
 */
export function citusSteps({ distributed }: DistributionState, schema: string): readonly string[] {
  const nameOf = (table: string) => quoteLiteral(`${quoteIdentifier(schema)}.${table}`);
  const [first, ...others] = USER_TABLES;
  const create = (table: string, colocateWith: string) =>
    `select create_distributed_table(${nameOf(table)}, 'user_id', colocate_with => ${colocateWith})`;
  const missing = USER_TABLES.filter((table) => !distributed.has(table));
  const tables = [
    ...(distributed.has(first) ? [] : [create(first, "'none'")]),
    ...others
      .filter((table) => !distributed.has(table))
      .map((table) => create(table, nameOf(first))),
    ...REFERENCE_TABLES.filter((table) => !distributed.has(table)).map(
      (table) => `select create_reference_table(${nameOf(table)})`,
    ),
    ...missing.map(
      (table) => `select truncate_local_data_after_distributing_table(${nameOf(table)})`,
    ),
  ];
  if (tables.length === 0) return [];
  return [
    // Functions and tables in one transaction take turns on the nodes.
    "set local citus.multi_shard_modify_mode = 'sequential'",
    // Queries name it, and run where the rows are.
    `select create_distributed_function(${nameOf('is_completed(integer, integer)')})`,
    ...tables,
  ];
}
