import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { readSql } from './sql-files.ts';
import { TEST_DATABASES, type TestDatabaseKind } from './testing/databases.ts';
import { addOp } from './testing/ops.ts';

const TITLES = 5_000;

interface Plan {
  readonly Plan: PlanNode;
}
interface PlanNode {
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Rows that each node of the plan gave or threw away. */
function rowsRead(node: PlanNode): number {
  const below = (node.Plans ?? []).map(rowsRead);
  return node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + Math.max(0, ...below);
}

describe.each(TEST_DATABASES)('$name', (kind: TestDatabaseKind) => {
  test('[OPS3] a tag is read without the rest of the list', async () => {
    await using opened = await kind.open();
    const userId = randomUUID();
    const repository = new PostgresSyncRepository(opened.database);
    const add = addOp({ contentId: 'alone' });
    await repository.addWatchlistItem(userId, add);
    const [column, value] = kind.catchUp === 'counter' ? [', changed_version', ', 1'] : ['', ''];
    await opened.sql(
      `insert into cuepoint.user_watchlists (
         user_id, content_id, unique_tag, timestamp_physical, timestamp_logical, device_id ${column}
       )
       select $1, 'film-' || n, gen_random_uuid()::text, 1700000000000 + n, 0, 'tv' ${value}
       from generate_series(1, $2::integer) n`,
      [userId, TITLES],
    );
    // As autovacuum does: without statistics two unique keys that begin with the user cost the planner the same.
    await opened.sql('analyze cuepoint.user_watchlists');
    expect(await repository.getWatchlistEntry(userId, add.tag)).toMatchObject({
      tag: add.tag,
      contentId: 'alone',
      removed: null,
    });
    expect(await repository.getWatchlistEntry(userId, randomUUID())).toBeUndefined();
    const text = readSql('read-tag', opened.database.schema).replace(/;\s*$/, '');
    const { rows } = await opened.database.execute<{ 'QUERY PLAN': readonly Plan[] }>(
      `explain (analyze, format json) ${text}`,
      [userId, add.tag],
    );
    const [plan] = rows[0]?.['QUERY PLAN'] ?? [];
    expect(plan === undefined ? TITLES : rowsRead(plan.Plan)).toBeLessThanOrEqual(2);
  });
});
