import { randomUUID } from 'node:crypto';
import { describe, expect, inject, test } from 'vitest';
import { openDatabase } from '../open-database.ts';
import { PostgresSyncRepository } from '../postgres-sync-repository.ts';
import { blockedBy } from '../testing/blocked-by.ts';
import { PGLITE, POSTGRES, serverKind, type TestDatabase } from '../testing/databases.ts';
import { describeSchema } from '../testing/describe-schema.ts';
import { createFakeCitus } from '../../../../test/support/fake-citus.ts';
import { addOp, deviceInfo, NOW_MS, setOp } from '../testing/ops.ts';
import { distribute, planDistribution, prepareForDistribution } from './distribute.ts';

const CALLS = [
  'create_distributed_function(is_completed)',
  'create_distributed_table(user_versions, user_id, none)',
  'create_distributed_table(user_progress, user_id, user_versions)',
  'create_distributed_table(user_watchlists, user_id, user_versions)',
  'create_distributed_table(user_registers, user_id, user_versions)',
  'create_distributed_table(user_plays, user_id, user_versions)',
  'create_distributed_table(user_devices, user_id, user_versions)',
  'create_distributed_table(user_floors, user_id, user_versions)',
  'create_distributed_table(user_erasures, user_id, user_versions)',
  'create_reference_table(sync_state)',
  'create_reference_table(catalogue_contents)',
  'create_reference_table(catalogue_aliases)',
  'truncate_local_data_after_distributing_table(user_versions)',
  'truncate_local_data_after_distributing_table(user_progress)',
  'truncate_local_data_after_distributing_table(user_watchlists)',
  'truncate_local_data_after_distributing_table(user_registers)',
  'truncate_local_data_after_distributing_table(user_plays)',
  'truncate_local_data_after_distributing_table(user_devices)',
  'truncate_local_data_after_distributing_table(user_floors)',
  'truncate_local_data_after_distributing_table(user_erasures)',
];

async function primaryKeysOf(opened: TestDatabase): Promise<Record<string, string>> {
  const rows = await opened.sql<{ name: string; key: string }>(
    `select c.relname as name, pg_get_constraintdef(k.oid) as key
     from pg_constraint k join pg_class c on c.oid = k.conrelid
     where k.contype = 'p' and c.relnamespace = to_regnamespace(quote_ident($1))
       and c.relname like 'user!_%' escape '!'`,
    [opened.database.schema],
  );
  return Object.fromEntries(rows.map(({ name, key }) => [name, key]));
}

const KEYED_BY_USER = {
  user_devices: 'PRIMARY KEY (user_id, id)',
  user_erasures: 'PRIMARY KEY (user_id)',
  user_floors: 'PRIMARY KEY (user_id)',
  user_plays: 'PRIMARY KEY (user_id, id)',
  user_progress: 'PRIMARY KEY (user_id, id)',
  user_registers: 'PRIMARY KEY (user_id, id)',
  user_versions: 'PRIMARY KEY (user_id)',
  user_watchlists: 'PRIMARY KEY (user_id, id)',
};

describe.each([PGLITE, POSTGRES])('distribute without Citus, on $name', ({ open }) => {
  test('it refuses with a code, and changes nothing', async () => {
    await using opened = await open();
    const before = await describeSchema(opened.database);
    await expect(distribute(opened.database)).rejects.toMatchObject({ code: 'extension_missing' });
    expect(await describeSchema(opened.database)).toBe(before);
    expect(opened.database.dialect.current.catchUp).toBe('xid');
  });
});

describe('distribute', () => {
  test('its plan is SQL that an operator can read and run, and makes no change by itself', async () => {
    await using opened = await POSTGRES.open();
    const before = await describeSchema(opened.database);
    const plan = await planDistribution(opened.database);
    expect(await describeSchema(opened.database)).toBe(before);
    expect(plan.join('\n')).not.toContain('cuepoint.');
    const ofCitus = plan.findIndex((statement) => statement.includes('citus.'));
    const tables = ['user_versions', 'user_progress', 'user_watchlists', 'user_devices'];
    for (const table of [...tables, 'user_floors', 'user_erasures']) {
      expect(plan.slice(ofCitus).join('\n')).toContain(`.${table}', 'user_id'`);
    }
    // Without what only Citus has, it is what prepares a plain PostgreSQL.
    await using connection = await opened.connect();
    await connection.query('begin');
    for (const statement of plan.slice(0, ofCitus)) await connection.query(statement);
    await connection.query('commit');
    expect(await primaryKeysOf(opened)).toEqual(KEYED_BY_USER);
    await opened.database.dialect.refresh();
    expect(opened.database.dialect.current.catchUp).toBe('counter');
    expect(await prepareForDistribution(opened.database)).toEqual([]);
  });

  test('with Citus: keys, counters, every table of users beside the others; a second run does nothing', async () => {
    await using citus = await createFakeCitus(inject('postgresUrl'));
    await using opened = await serverKind('a fake Citus', () => citus.url).open();
    const repository = new PostgresSyncRepository(opened.database);
    const userId = randomUUID();
    await repository.saveProgress(userId, setOp());
    await repository.saveDevice(userId, deviceInfo());
    const { cursor = '', ops } = await repository.readChanges(userId, { limit: 5 });

    const statements = await distribute(opened.database);
    expect(await citus.calls()).toEqual(CALLS);
    expect(await primaryKeysOf(opened)).toEqual(KEYED_BY_USER);
    expect(statements.length).toBeGreaterThan(CALLS.length);
    expect(await distribute(opened.database)).toEqual([]);
    expect(await planDistribution(opened.database)).toEqual([]);
    expect(await citus.calls()).toEqual(CALLS);

    // What served before goes on, in lists of values and by counters.
    expect(opened.database.dialect.current).toEqual({ catchUp: 'counter', batch: 'values' });
    const answer = await repository.readChanges(userId, { limit: 5, cursor });
    expect(answer).toMatchObject({ ops, resync: true });
    const add = addOp();
    expect(await repository.addWatchlistItem(userId, add)).toEqual({ result: 'applied' });
    expect(await repository.updateDeviceHeartbeat(userId, 'tv', NOW_MS + 1)).toBe(true);
    expect(
      await repository.readChanges(userId, { limit: 5, cursor: answer.cursor ?? '' }),
    ).toMatchObject({ ops: [add], resync: false });
  });

  test('with Citus: a run that stopped half-way is finished by the next', async () => {
    await using citus = await createFakeCitus(inject('postgresUrl'));
    await using opened = await serverKind('a fake Citus', () => citus.url).open();
    await opened.sql('alter table cuepoint.user_floors add column extra integer unique');
    await expect(distribute(opened.database)).rejects.toThrow('lacks the distribution column');
    expect(await citus.calls()).toEqual([]);
    expect(opened.database.dialect.current.catchUp).toBe('xid');
    await opened.sql('alter table cuepoint.user_floors drop column extra');
    await opened.sql('insert into pg_dist_partition values ($1::regclass)', [
      `"${opened.database.schema.replaceAll('"', '""')}".sync_state`,
    ]);
    await distribute(opened.database);
    expect(await citus.calls()).toEqual(
      CALLS.filter((call) => call !== 'create_reference_table(sync_state)'),
    );
  });

  test('with Citus: the plans of statements are chosen by Citus', async () => {
    await using citus = await createFakeCitus(inject('postgresUrl'));
    for (const pooled of [false, true]) {
      const database = await openDatabase({ url: citus.url, pooled });
      const { rows } = await database.transaction((transaction) =>
        transaction.execute("select current_setting('plan_cache_mode') as plans"),
      );
      expect(rows, `pooled ${pooled}`).toEqual([{ plans: 'auto' }]);
      await database.close();
    }
  });

  test('[SQL4] beside a batch in flight it waits, and the batch is in what it distributes', async () => {
    await using citus = await createFakeCitus(inject('postgresUrl'));
    await using opened = await serverKind('a fake Citus', () => citus.url).open();
    const userId = randomUUID();
    const repository = new PostgresSyncRepository(opened.database);
    await using writer = await opened.connect();
    await writer.query('begin');
    await writer.query(
      `insert into cuepoint.user_progress (
         user_id, content_id, position_seconds, duration_seconds, state,
         timestamp_physical, timestamp_logical, device_id
       ) values ($1, 'in-flight', 1, 0, 'paused', 1, 0, 'tv')`,
      [userId],
    );
    const distributed = distribute(opened.database);
    await blockedBy(opened, writer);
    await writer.query('commit');
    await distributed;
    const { ops } = await repository.readChanges(userId, { limit: 5 });
    expect(ops).toMatchObject([{ contentId: 'in-flight' }]);
  });
});
