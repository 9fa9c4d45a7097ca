import { expect, it } from 'vitest';
import { migrate } from './migrate.ts';
import { blockedBy } from './testing/blocked-by.ts';
import { POSTGRES } from './testing/databases.ts';

const FILES = [1, 2].map((version) => ({
  version,
  name: `000${version}_lock`,
  checksum: String(version),
  compatibleFrom: version,
  up:
    version === 1
      ? 'create table cuepoint.films (id integer); insert into cuepoint.films values (1)'
      : 'alter table cuepoint.films add column title text',
  down: 'select 1',
}));

it('[OPS1] a migration behind an open transaction lets readers through, and names who holds the table', async () => {
  await using opened = await POSTGRES.open({ migrated: false });
  const { database } = opened;
  await migrate(database, { direction: 'up', files: FILES.slice(0, 1) });
  await using analyst = await opened.connect();
  await analyst.query('begin');
  await analyst.query('select from cuepoint.films');
  const reasons: string[] = [];
  let told = (): void => undefined;
  const twice = new Promise<void>((resolve) => {
    told = resolve;
  });
  const migrating = migrate(database, {
    direction: 'up',
    files: FILES,
    lockTimeoutMs: 400,
    onBlocked(reason) {
      reasons.push(reason);
      if (reasons.length === 2) told();
    },
  });
  await blockedBy(opened, analyst);
  // It waits behind the migration, which gives way.
  expect(await opened.sql('select from cuepoint.films')).toHaveLength(1);
  await twice;
  expect(reasons[0]).toContain(`Process ${analyst.backendPid} holds the tables`);
  expect(reasons[0]).toMatch(
    /open for \d+ s, its last query began \d+ s ago \(idle in transaction\)/,
  );
  await analyst.query('commit');
  expect(await migrating).toEqual([{ version: 2, name: '0002_lock' }]);
});

it('[OPS1] a table that is held for longer than all attempts ends the migration with who holds it', async () => {
  await using opened = await POSTGRES.open({ migrated: false });
  await migrate(opened.database, { direction: 'up', files: FILES.slice(0, 1) });
  await using analyst = await opened.connect();
  await analyst.query('begin');
  await analyst.query('select from cuepoint.films');
  const migrating = migrate(opened.database, {
    direction: 'up',
    files: FILES,
    lockTimeoutMs: 200,
    attemptsMax: 2,
  });
  await expect(migrating).rejects.toMatchObject({
    code: 'overloaded',
    message: expect.stringContaining('holds the tables') as string,
  });
});
