import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createMaintenance } from './maintenance.ts';
import { SyncPersistence } from './sync-persistence.ts';
import { SERVER_DATABASES } from './testing/databases.ts';
import { at, NOW_MS, registerOp } from './testing/ops.ts';

const DAY_MS = 24 * 60 * 60_000;
const place = (key: string, ageDays: number) =>
  registerOp({
    register: 'place',
    key: `tv/${key}`,
    value: { positionSeconds: 1, durationSeconds: 2, at: '2026-01-01' },
    timestamp: at(-ageDays * DAY_MS),
  });

describe.each(SERVER_DATABASES)('old places on $name', ({ open }) => {
  test('[SQL4] [CLM8] are deleted past those that a writer holds, which are for the next run', async () => {
    await using opened = await open();
    const now = () => NOW_MS;
    const persistence = new SyncPersistence(opened.database, { now });
    const maintenance = createMaintenance(opened.database, { now });
    const userId = randomUUID();
    // The writer has the key that comes second in its batch; the collector comes to it second as well.
    for (const op of [place('a', 40), place('b', 35), place('young', 29)]) {
      await persistence.persistOp(userId, op);
    }
    const keys = async () => {
      const page = await persistence.repository.readRegisters(userId, { kind: 'place', limit: 9 });
      return page.items.map(({ key }) => key);
    };
    await using writer = await opened.connect();
    await writer.query('begin');
    await writer.query(
      "select from cuepoint.user_registers where user_id = $1 and key = 'tv/b' for update",
      [userId],
    );
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 1 });
    // What waited for the writer while it had this one would be in a deadlock now.
    await writer.query("update cuepoint.user_registers set value = null where key = 'tv/a'");
    await writer.query('commit');
    expect(await keys()).toEqual(['tv/b', 'tv/young']);
    expect(await maintenance.collectGarbage()).toMatchObject({ deleted: 1 });
    expect(await keys()).toEqual(['tv/young']);
  });
});
