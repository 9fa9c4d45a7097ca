import type { Database } from './database.ts';
import { bindSchema } from './sql-files.ts';

/**
 * Settles at start which database this is. [CUR2]
 *
 * A dump that was restored into another cluster carries transaction ids that mean nothing here: they may
 * lie ahead of every snapshot and would be sent to every client for ever. They become this transaction's
 * id, the floor starts anew, and cursors from before the move get the whole state.
 *
 * @returns true when the database turned out to be another one than the last time.
 */
export async function prepareIdentity(database: Database): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const sql = (text: string) => transaction.execute(bindSchema(text, database.schema));
    await sql('set local statement_timeout = 0');
    const { rows } = await transaction.execute(
      bindSchema(
        `update cuepoint.sync_state s
         set system_identifier = c.system_identifier,
             incarnation = gen_random_uuid(),
             cursor_floor = '0',
             floor_raised_at = null
         from pg_control_system() c
         where s.system_identifier <> c.system_identifier
         returning 1`,
        database.schema,
      ),
    );
    if (rows.length === 0) return false;
    for (const table of ['user_watchlists', 'user_progress', 'user_erasures']) {
      await sql(
        `update cuepoint.${table} set changed_xid = pg_current_xact_id()
         where changed_xid > pg_current_xact_id()`,
      );
    }
    return true;
  });
}

/**
 * Makes every cursor invalid: after a restore that keeps the system identifier (a copy of the data
 * directory, a snapshot of the volume) clients hold cursors from a future that no longer exists. [CUR2]
 */
export async function renewIncarnation(database: Database): Promise<void> {
  await database.transaction((transaction) =>
    transaction.execute(
      bindSchema('update cuepoint.sync_state set incarnation = gen_random_uuid()', database.schema),
    ),
  );
}
