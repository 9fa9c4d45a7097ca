import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inject, describe, expect, test } from 'vitest';
import { readMigrationFiles, type MigrationFile } from './migration-files.ts';
import { migrate, migrationStatus, requireUsableSchema } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import {
  COUNTED_POSTGRES,
  PGLITE,
  POSTGRES,
  serverKind,
  type TestDatabase,
} from './testing/databases.ts';
import { describeSchema } from './testing/describe-schema.ts';
import { addOp, at, clearOp, setOp } from './testing/ops.ts';

const files = readMigrationFiles();
const SCHEMA_FILE = new URL('../schema.sql', import.meta.url);
/** The migration that writes the table of progress anew. */
const ORDERED_READS = 5;
const newest = files.at(-1)?.version ?? 0;

function nextMigration(change: Partial<MigrationFile> = {}): MigrationFile {
  const version = newest + 1;
  return {
    version,
    name: 'next',
    up: 'create table cuepoint.next_table (id integer);',
    down: 'drop table cuepoint.next_table;',
    checksum: 'of the next one',
    compatibleFrom: version,
    ...change,
  };
}

async function objectsOf(opened: TestDatabase): Promise<string[]> {
  const rows = await opened.sql<{ name: string }>(
    `select c.relname as name from pg_class c
     where c.relnamespace = to_regnamespace(quote_ident($1))
     union all
     select p.proname from pg_proc p where p.pronamespace = to_regnamespace(quote_ident($1))
     order by name`,
    [opened.database.schema],
  );
  return rows.map(({ name }) => name);
}

describe.each([PGLITE, POSTGRES])('migrations on $name', ({ open }) => {
  test('[SQL6] up, down and up again give the committed schema, and leave nothing between', async () => {
    await using opened = await open({ migrated: false, schema: 'a "quoted" one' });
    const all = files.map(({ version, name }) => ({ version, name }));
    await expect(requireUsableSchema(opened.database)).rejects.toMatchObject({
      code: 'schema_outdated',
    });
    expect(await migrate(opened.database, { direction: 'up' })).toEqual(all);
    const schema = await describeSchema(opened.database);
    expect(await migrate(opened.database, { direction: 'up' })).toEqual([]);
    await requireUsableSchema(opened.database);

    expect(await migrate(opened.database, { direction: 'down', steps: files.length })).toEqual(
      all.toReversed(),
    );
    expect(await objectsOf(opened)).toEqual([
      'cuepoint_migrations',
      'cuepoint_migrations_name_key',
      'cuepoint_migrations_pkey',
    ]);
    expect(await migrate(opened.database, { direction: 'up' })).toEqual(all);
    expect(await describeSchema(opened.database)).toBe(schema);
    expect(schema, 'run "npm run schema:dump"').toBe(await readFile(SCHEMA_FILE, 'utf8'));
  });
});

describe.each([PGLITE, POSTGRES, COUNTED_POSTGRES])('the order of reads on $name', ({ open }) => {
  test('[SQL6] [CUR1] taken back and made again, with rows: a cursor of before misses nothing, and lists are what they were', async () => {
    await using opened = await open();
    const repository = new PostgresSyncRepository(opened.database);
    const userId = randomUUID();
    await repository.saveProgress(userId, setOp({ contentId: 'before', state: 'playing' }));
    const { cursor = '' } = await repository.readChanges(userId, { limit: 10 });
    const add = addOp({ contentId: 'film' });
    const paused = setOp({ contentId: 'paused', state: 'paused', timestamp: at(2) });
    const playing = setOp({ contentId: 'playing', timestamp: at(1) });
    const clear = clearOp({ contentId: 'cleared' });
    await repository.addWatchlistItem(userId, add);
    await repository.saveProgress(userId, paused);
    await repository.saveProgress(userId, playing);
    await repository.deleteProgress(userId, clear);
    const look = async () => [
      await repository.listProgress(userId, { limit: 10, status: 'all' }),
      await repository.listWatchlist(userId, { limit: 10 }),
    ];
    const seen = await look();

    const steps = files.filter(({ version }) => version >= ORDERED_READS).length;
    await migrate(opened.database, { direction: 'down', steps });
    await migrate(opened.database, { direction: 'up' });
    const changes = await repository.readChanges(userId, { limit: 10, cursor });
    expect(changes).toMatchObject({ resync: false, more: false });
    const byContent = changes.ops.toSorted((a, b) =>
      (a.contentId ?? '') < (b.contentId ?? '') ? -1 : 1,
    );
    expect(byContent).toEqual([clear, add, paused, playing]);
    expect(await look()).toEqual(seen);
  });
});

describe('migrations', () => {
  const { open } = POSTGRES;

  test('[SQL6] the status tells applied, pending and unknown migrations apart', async () => {
    await using opened = await open({ migrated: false });
    expect(await migrationStatus(opened.database)).toMatchObject(
      files.map(({ version, name }) => ({ version, name, appliedAt: undefined, known: true })),
    );
    await migrate(opened.database, { direction: 'up', files: [...files, nextMigration()] });
    const status = await migrationStatus(opened.database);
    expect(status.at(-1)).toMatchObject({
      version: newest + 1,
      name: 'next',
      known: false,
      compatible: false,
    });
    expect(status[0]?.appliedAt).toBeInstanceOf(Date);
  });

  test('[SQL6] a failed migration leaves nothing behind', async () => {
    await using opened = await open({ migrated: false });
    const broken = nextMigration({ up: 'create table cuepoint.half (id integer); select 1/0;' });
    await expect(
      migrate(opened.database, { direction: 'up', files: [...files, broken] }),
    ).rejects.toThrow('division by zero');
    expect(await objectsOf(opened)).toEqual([]);
  });

  test('a schema newer than the code is refused with its version', async () => {
    await using opened = await open();
    await migrate(opened.database, { direction: 'up', files: [...files, nextMigration()] });
    const refusal = {
      code: 'schema_too_new',
      message: expect.stringContaining(`migration ${newest + 1} (next)`) as string,
    };
    await expect(requireUsableSchema(opened.database)).rejects.toMatchObject(refusal);
    await expect(migrate(opened.database, { direction: 'up' })).rejects.toMatchObject(refusal);
    await expect(migrate(opened.database, { direction: 'down' })).rejects.toMatchObject(refusal);
    expect(await objectsOf(opened)).toContain('next_table');
  });

  test('a newer migration that says it is compatible is accepted', async () => {
    await using opened = await open();
    const compatible = nextMigration({ compatibleFrom: newest });
    await migrate(opened.database, { direction: 'up', files: [...files, compatible] });
    await requireUsableSchema(opened.database);
    expect(await migrate(opened.database, { direction: 'up' })).toEqual([]);
    expect((await migrationStatus(opened.database)).at(-1)).toMatchObject({
      known: false,
      compatible: true,
    });
  });

  test('of two newer migrations the incompatible one counts', async () => {
    await using opened = await open();
    const newer = [
      nextMigration({ compatibleFrom: newest }),
      nextMigration({ version: newest + 2, name: 'after', up: 'select 1;' }),
    ];
    await migrate(opened.database, { direction: 'up', files: [...files, ...newer] });
    await expect(requireUsableSchema(opened.database)).rejects.toThrow(
      `migration ${newest + 2} (after)`,
    );
  });

  test('[SQL6] a migration that changed after it was applied is refused', async () => {
    await using opened = await open();
    const changed = files.map((file) => ({ ...file, checksum: 'another' }));
    await expect(requireUsableSchema(opened.database, changed)).rejects.toMatchObject({
      code: 'schema_too_new',
      message: expect.stringContaining('another content') as string,
    });
    await expect(
      migrate(opened.database, { direction: 'up', files: changed }),
    ).rejects.toMatchObject({ code: 'schema_too_new' });
  });
});

describe('a role that owns the schema and may create none', () => {
  test('[SQL6] migrates up and down', async () => {
    const name = `owner_${randomUUID().slice(0, 8)}`;
    await using admin = await POSTGRES.open({ migrated: false });
    await admin.sql(`create role ${name} login`);
    await admin.sql(`create schema ${name} authorization ${name}`);
    const ownerUrl = new URL(inject('postgresUrl'));
    ownerUrl.username = name;
    {
      await using opened = await serverKind('its owner', () => ownerUrl.href).open({
        migrated: false,
        schema: name,
      });
      const [row] = await opened.sql<{ allowed: boolean }>(
        "select has_database_privilege(current_database(), 'create') as allowed",
      );
      expect(row).toEqual({ allowed: false });
      expect(await migrate(opened.database, { direction: 'up' })).toHaveLength(files.length);
      await requireUsableSchema(opened.database);
      const down = { direction: 'down', steps: files.length } as const;
      expect(await migrate(opened.database, down)).toHaveLength(files.length);
    }
    await admin.sql(`drop role ${name}`);
  });
});

describe('starters at once', () => {
  test('[SQL6] twenty databases opened at once migrate once', async () => {
    await using opened = await POSTGRES.open({ migrated: false });
    const databases = await Promise.all(
      Array.from({ length: 20 }, () =>
        openDatabase({ ...opened.options, poolSize: 1, writers: 1 }),
      ),
    );
    try {
      const ran = await Promise.all(
        databases.map((database) => migrate(database, { direction: 'up' })),
      );
      expect(ran.filter((list) => list.length > 0)).toHaveLength(1);
      expect(ran.flat()).toHaveLength(files.length);
    } finally {
      await Promise.all(databases.map((database) => database.close()));
    }
    await requireUsableSchema(opened.database);
  });

  test('[SQL6] twenty starters in five processes migrate once', async () => {
    const schema = `starters ${randomUUID().slice(0, 8)}`;
    const kind = serverKind('starters', () => inject('postgresUrl'));
    await using opened = await kind.open({ schema, migrated: false });
    const child = fileURLToPath(new URL('testing/migrate-child.ts', import.meta.url));
    const tsx = import.meta.resolve('tsx');
    // They wait for this lock, so that all of them are there before the first one migrates.
    await using gate = await opened.connect();
    await gate.query('select pg_advisory_lock(hashtextextended($1, 0))', [
      `cuepoint.migrate.${schema}`,
    ]);
    const run = promisify(execFile);
    const children = Array.from({ length: 5 }, () =>
      run(process.execPath, [
        '--conditions',
        'cuepoint-source',
        '--import',
        tsx,
        child,
        inject('postgresUrl'),
        schema,
      ]),
    );
    await waiting(opened, gate.backendPid, 20);
    await gate.query('select pg_advisory_unlock_all()');
    const outputs = await Promise.all(children);
    const ran = outputs.flatMap(({ stdout }) => stdout.split(' ').map(Number));
    expect(ran).toHaveLength(20);
    expect(ran.filter((count) => count > 0)).toEqual([files.length]);
    await requireUsableSchema(opened.database);
  });
});

/** Resolves once `count` sessions wait for an advisory lock behind the holder. */
async function waiting(opened: TestDatabase, holderPid: number, count: number): Promise<void> {
  for (let question = 0; question < 200_000; question += 1) {
    const [row] = await opened.sql<{ waiting: number }>(
      `select count(*)::integer as waiting
       from pg_locks held
       join pg_locks wanted using (locktype, database, classid, objid, objsubid)
       where held.pid = $1::integer and held.locktype = 'advisory' and held.granted
         and not wanted.granted`,
      [holderPid],
    );
    if ((row?.waiting ?? 0) >= count) return;
  }
  throw new Error('too few processes came to the lock');
}

describe('the schema', () => {
  test('every name of the contract is there', async () => {
    await using opened = await POSTGRES.open();
    const objects = await objectsOf(opened);
    expect(objects).toEqual(expect.arrayContaining(CONTRACT_NAMES));
    const uniques = await opened.sql<{ definition: string }>(
      `select c.relname || ' ' || pg_get_constraintdef(k.oid) as definition
       from pg_constraint k join pg_class c on c.oid = k.conrelid
       where k.contype = 'u' and c.relnamespace = to_regnamespace(quote_ident($1))
         and c.relname like 'user!_%' escape '!'
       order by 1`,
      [opened.database.schema],
    );
    expect(uniques.map(({ definition }) => definition)).toEqual([
      'user_devices UNIQUE (user_id, device_id)',
      'user_plays UNIQUE (user_id, play_id)',
      'user_progress UNIQUE (user_id, content_id)',
      'user_registers UNIQUE (user_id, kind, key)',
      'user_watchlists UNIQUE (user_id, unique_tag)',
    ]);
  });

  test.each(Object.entries(contractColumns()))(
    '%s has the columns of the contract with their types',
    async (table, columns) => {
      await using opened = await POSTGRES.open();
      const rows = await opened.sql<{ name: string; type: string }>(
        `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type
         from pg_attribute a
         where a.attrelid = to_regclass($1) and a.attnum > 0`,
        [`"${opened.database.schema.replaceAll('"', '""')}".${table}`],
      );
      expect(Object.fromEntries(rows.map(({ name, type }) => [name, type]))).toMatchObject(columns);
    },
  );

  test.each([
    ['a negative position', "'tv', -1, 0, 'paused', 1, 0"],
    ['a negative duration', "'tv', 0, -1, 'paused', 1, 0"],
    ['an unknown state', "'tv', 0, 0, 'rewinding', 1, 0"],
    ['a timestamp past 48 bits', "'tv', 0, 0, 'paused', 281474976710656, 0"],
    ['a counter past 16 bits', "'tv', 0, 0, 'paused', 1, 65536"],
  ])('[LWW4] the table itself refuses %s', async (_name, values) => {
    await using opened = await POSTGRES.open();
    await expect(
      opened.sql(
        `insert into cuepoint.user_progress (
           user_id, content_id, device_id, position_seconds, duration_seconds, state,
           timestamp_physical, timestamp_logical
         ) values ($1, 'film-1', ${values})`,
        [randomUUID()],
      ),
    ).rejects.toMatchObject({ code: '23514' });
  });
});

const CONTRACT_NAMES = `
  user_watchlists user_progress user_devices
  effective_watchlists in_progress_content completed_content online_devices_summary
  mark_stale_devices_offline cleanup_removed_watchlist_entries
  idx_watchlists_user idx_watchlists_content idx_watchlists_removed idx_watchlists_device
  idx_progress_user idx_progress_content idx_progress_state idx_progress_updated
  idx_devices_user idx_devices_online idx_devices_last_seen idx_devices_type
`
  .trim()
  .split(/\s+/);

function contractColumns() {
  const text = 'character varying(255)';
  const short = 'character varying(50)';
  const time = 'timestamp with time zone';
  return {
    user_watchlists: {
      id: 'bigint',
      user_id: 'uuid',
      content_id: text,
      unique_tag: text,
      timestamp_physical: 'bigint',
      timestamp_logical: 'integer',
      device_id: text,
      is_removed: 'boolean',
      created_at: time,
      removed_at: time,
      removed_by: text,
      changed_xid: 'xid8',
    },
    user_progress: {
      id: 'bigint',
      user_id: 'uuid',
      content_id: text,
      position_seconds: 'integer',
      duration_seconds: 'integer',
      state: short,
      timestamp_physical: 'bigint',
      timestamp_logical: 'integer',
      device_id: text,
      updated_at: time,
      is_cleared: 'boolean',
      changed_xid: 'xid8',
    },
    user_devices: {
      id: 'bigint',
      user_id: 'uuid',
      device_id: text,
      device_type: short,
      platform: short,
      capabilities: 'jsonb',
      app_version: short,
      last_seen: time,
      is_online: 'boolean',
      device_name: text,
      created_at: time,
      revoked_at: time,
    },
  };
}
