import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { TEST_DATABASES } from './testing/databases.ts';
import { addOp, removeOp, setOp } from './testing/ops.ts';

test.each(TEST_DATABASES)(
  '[SEC3] the rows of a user are counted on $name, tombstones too, up to a bound and no further',
  async ({ open }) => {
    await using opened = await open();
    const [userId, other] = [randomUUID(), randomUUID()];
    const repository = new PostgresSyncRepository(opened.database);
    expect(await repository.countRows(userId, 10)).toBe(0);
    const adds = Array.from({ length: 5 }, () => addOp());
    for (const add of adds) await repository.addWatchlistItem(userId, add);
    for (const { tag } of adds.slice(0, 2)) {
      await repository.removeWatchlistItem(userId, removeOp({ tags: [tag] }));
    }
    await repository.saveProgress(userId, setOp());
    await repository.addWatchlistItem(other, addOp());
    expect(await repository.countRows(userId, 10)).toBe(6);
    expect(await repository.countRows(userId, 3)).toBe(4);
  },
);
