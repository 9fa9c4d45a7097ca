import { settleCatchUp } from './catch-up-switch.ts';
import type { Database, Queryable } from './database.ts';
import type { CatchUpName } from './dialect.ts';
import { bindSchema } from './sql-files.ts';

/**
 * Settles at start which database this is, and how devices catch up on it. [CUR1] [CUR2]
 *
 * A dump that was restored into another cluster carries transaction ids that mean nothing here: they may
 * lie ahead of every snapshot and would be sent to every client for ever. They become this transaction's
 * id, the floor starts anew, and cursors from before the move get the whole state. Versions are data of their
 * user: they stay.
 *
 * @returns true when the database turned out to be another one than the last time.
 * @throws CuepointError `configuration_invalid`, `overloaded` of a switch of the catch-up
 */
export async function prepareIdentity(database: Database): Promise<boolean> {
  const isMoved = await database.transaction(async (transaction) => {
    await transaction.execute('set local statement_timeout = 0');
    const { rows } = await transaction.execute<{ catch_up: CatchUpName }>(
      bindSchema(
        `update cuepoint.sync_state
         set system_identifier = $1::bigint,
             incarnation = $2::uuid,
             cursor_floor = '0',
             floor_raised_at = null
         where system_identifier <> $1::bigint
         returning catch_up`,
        database.schema,
      ),
      await freshIdentity(transaction),
    );
    const [moved] = rows;
    if (moved?.catch_up === 'xid') await renewXids(transaction, database.schema);
    return moved !== undefined;
  });
  await settleCatchUp(database);
  return isMoved;
}

/**
 * Makes every cursor invalid: after a restore that keeps the system identifier (a copy of the data
 * directory, a snapshot of the volume) clients hold cursors from a future that no longer exists. [CUR2]
 */
export async function renewIncarnation(database: Database): Promise<void> {
  await database.transaction(async (transaction) => {
    const [, incarnation] = await freshIdentity(transaction);
    await transaction.execute(
      bindSchema('update cuepoint.sync_state set incarnation = $1::uuid', database.schema),
      [incarnation],
    );
  });
}

/**
 * This cluster's system identifier and an incarnation that never was.
 *
 * Read by themselves: a distributed database would have each of its nodes answer for itself.
 */
async function freshIdentity(transaction: Queryable): Promise<[string, string]> {
  const { rows } = await transaction.execute<{ system_identifier: string; incarnation: string }>(
    `select system_identifier::text as system_identifier, gen_random_uuid()::text as incarnation
     from pg_control_system()`,
    [],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('a cluster has a system identifier');
  return [row.system_identifier, row.incarnation];
}

async function renewXids(transaction: Queryable, schema: string): Promise<void> {
  for (const table of ['user_watchlists', 'user_progress', 'user_erasures']) {
    await transaction.execute(
      bindSchema(
        `update cuepoint.${table} set changed_xid = pg_current_xact_id()
         where changed_xid > pg_current_xact_id()`,
        schema,
      ),
    );
  }
}
