import { CuepointError } from '@cuepoint/core';
import type { Database, Queryable } from '../database.ts';
import type { CatchUpName } from '../dialect.ts';
import { withShortLocks, type ShortLocksOptions } from '../short-locks.ts';
import { bindSchema } from '../sql-files.ts';
import { citusSteps, preparationSteps, type DistributionState } from './distribution-steps.ts';

/** Below `deadlock_timeout`: a reader or a batch that holds the other end is let through first. */
const LOCKS: ShortLocksOptions = { lockTimeoutMs: 500, attemptsMax: 40 };

/**
 * Prepares the schema for Citus and distributes it by user, in one transaction: all of it happens or nothing.
 * What is done already is left out, so it can be run again.
 *
 * The tables are locked while their rows move.
 *
 * @returns the statements that it ran.
 * @throws CuepointError `extension_missing` where the database has no Citus; `overloaded` while a long
 * transaction holds the tables.
 */
export async function distribute(database: Database): Promise<readonly string[]> {
  return run(database, async (transaction) => {
    await requireCitus(transaction);
    const state = await readState(transaction, database.schema);
    return [...preparationSteps(state), ...citusSteps(state, database.schema)];
  });
}

/** The part of `distribute` that needs no Citus; for tests on plain PostgreSQL. */
export async function prepareForDistribution(database: Database): Promise<readonly string[]> {
  return run(database, async (transaction) =>
    preparationSteps(await readState(transaction, database.schema)),
  );
}

/** What `distribute` would run now, also where Citus is not there yet. Changes nothing. */
export async function planDistribution(database: Database): Promise<readonly string[]> {
  const state = await database.transaction((transaction) =>
    readState(transaction, database.schema),
  );
  return [...preparationSteps(state), ...citusSteps(state, database.schema)].map((statement) =>
    bindSchema(statement, database.schema),
  );
}

async function run(
  database: Database,
  plan: (transaction: Queryable) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const statements = await withShortLocks(
    database,
    async (transaction) => {
      await transaction.execute('set local statement_timeout = 0');
      await transaction.execute('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [
        `cuepoint.migrate.${database.schema}`,
      ]);
      const steps = (await plan(transaction)).map((step) => bindSchema(step, database.schema));
      for (const step of steps) await transaction.execute(step);
      return steps;
    },
    LOCKS,
  );
  await database.dialect.refresh();
  return statements;
}

async function requireCitus(transaction: Queryable): Promise<void> {
  const { rows } = await transaction.query<{ found: boolean }>('find-citus');
  if (rows[0]?.found === true) return;
  throw new CuepointError(
    'extension_missing',
    'The database has no Citus. Install it on every node, run "create extension citus", add the nodes, and ' +
      'try again. Nothing was changed.',
  );
}

async function readState(transaction: Queryable, schema: string): Promise<DistributionState> {
  const { rows } = await transaction.query<{ catch_up: CatchUpName }>('read-catch-up');
  return {
    isCounting: rows[0]?.catch_up === 'counter',
    keyedByUser: await readNames(transaction, KEYED_BY_USER, schema),
    distributed: (await hasCatalog(transaction))
      ? await readNames(transaction, DISTRIBUTED, schema)
      : new Set(),
  };
}

const KEYED_BY_USER = `
select c.relname as name
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
where k.contype = 'p' and a.attname = 'user_id'
  and c.relnamespace = to_regnamespace(quote_ident($1))`;

/** Citus' own list of its tables; reference tables stand in it too. */
const DISTRIBUTED = `
select c.relname as name
from pg_dist_partition p
join pg_class c on c.oid = p.logicalrelid
where c.relnamespace = to_regnamespace(quote_ident($1))`;

async function hasCatalog(transaction: Queryable): Promise<boolean> {
  const { rows } = await transaction.execute<{ found: boolean }>(
    "select to_regclass('pg_dist_partition') is not null as found",
    [],
  );
  return rows[0]?.found === true;
}

async function readNames(
  transaction: Queryable,
  sql: string,
  schema: string,
): Promise<ReadonlySet<string>> {
  const { rows } = await transaction.execute<{ name: string }>(sql, [schema]);
  return new Set(rows.map(({ name }) => name));
}
