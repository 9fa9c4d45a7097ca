import { CuepointError } from '@cuepoint/core';
import type { Database, Queryable } from './database.ts';
import { withShortLocks } from './short-locks.ts';
import { bindSchema } from './sql-files.ts';

const MARKED_TABLES = [
  'user_progress',
  'user_watchlists',
  'user_registers',
  'user_plays',
  'user_erasures',
] as const;

/**
 * What makes a database catch up by counters. The tables are locked in the order of a batch first. [SQL4]
 *
 * Every statement that marks or compares rows by xid names the column that goes: an instance that still
 * speaks the old dialect cannot write a row without a version, it fails and reads the dialect anew. Rows from
 * before get version 0, which every counter cursor has seen; cursors of snapshots get the whole state. [CUR2]
 * The table of progress is written anew, and what carried the order of changes is indexed again. [OPS3]
 */
export const SWITCH_TO_COUNTER: readonly string[] = [
  `lock table ${MARKED_TABLES.map((table) => `cuepoint.${table}`).join(', ')} in access exclusive mode`,
  'alter table cuepoint.user_progress drop column changed_until',
  ...MARKED_TABLES.flatMap((table) => [
    `alter table cuepoint.${table} drop column changed_xid, add column changed_version bigint not null default 0`,
    // From here on a row without a version is refused.
    `alter table cuepoint.${table} alter column changed_version drop default`,
  ]),
  // Its index went with the column of transaction ids.
  'create index idx_watchlists_user on cuepoint.user_watchlists (user_id, changed_version, unique_tag) ' +
    'where changed_version >= 0',
  'alter table cuepoint.user_progress add column changed_until bigint not null generated always as ' +
    "(case when state = 'playing' then changed_version | 63 else changed_version end) stored",
  'create index idx_progress_changed on cuepoint.user_progress (user_id, changed_until, content_id) ' +
    'where changed_until >= 0',
  'create index idx_registers_changed on cuepoint.user_registers (user_id, changed_version, kind, key) ' +
    'where changed_version >= 0',
  'create index idx_plays_changed on cuepoint.user_plays (user_id, changed_version, play_id) ' +
    'where changed_version >= 0',
  `update cuepoint.sync_state set catch_up = 'counter'`,
];

/** Below `deadlock_timeout`: readers lock the tables in another order, and none of them is to fail. */
const SWITCH_LOCKS = { lockTimeoutMs: 500, attemptsMax: 40 };

/**
 * Brings the strategy of the options into force. [CUR1]
 *
 * Safe while instances serve, and when many start at once. There is no way back to transaction ids: on a
 * distributed database they mean nothing.
 *
 * @throws CuepointError `configuration_invalid` where the options ask for the way back; `overloaded` while
 * a long transaction holds the tables.
 */
export async function settleCatchUp(database: Database): Promise<void> {
  const wanted = database.dialect.options.catchUp;
  if (wanted === undefined) return;
  const { catchUp } = database.dialect.current;
  if (catchUp === wanted) return;
  if (wanted === 'xid') {
    throw new CuepointError(
      'configuration_invalid',
      'The database catches up by counters; there is no way back. Leave CUEPOINT_CATCH_UP out.',
      { field: 'CUEPOINT_CATCH_UP' },
    );
  }
  await withShortLocks(
    database,
    (transaction) => switchToCounter(transaction, database.schema),
    SWITCH_LOCKS,
  );
  await database.dialect.refresh();
}

/** Waits for migrations and for other starters that switch; does nothing where it is done. */
export async function switchToCounter(transaction: Queryable, schema: string): Promise<void> {
  await transaction.execute('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [
    `cuepoint.migrate.${schema}`,
  ]);
  const { rows } = await transaction.query<{ catch_up: string }>('read-catch-up');
  if (rows[0]?.catch_up === 'counter') return;
  for (const statement of SWITCH_TO_COUNTER) {
    await transaction.execute(bindSchema(statement, schema));
  }
}
