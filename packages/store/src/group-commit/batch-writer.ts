import type { Database } from '../database.ts';
import { compareRows, type AnyRow } from './lane.ts';

/** A batch that is committed for good. */
export interface CommittedBatch {
  /**
   * Tells every contributor its outcome. It may have to read who a loser lost to; when that fails nobody
   * has been told, and it can be called again.
   */
  tell(): Promise<void>;
}

export interface BatchWriter {
  /** Resolves once the rows are durable. Idempotent until then: the same rows may be written again. */
  commit(rows: readonly AnyRow[]): Promise<CommittedBatch>;
}

/** One transaction a batch, one statement for each kind of row in it. [SQL4] */
export function createBatchWriter(database: Database, now: () => number): BatchWriter {
  return {
    async commit(rows) {
      const groups = groupByLane(rows);
      const results = await database.commit(
        groups.map((group) => group.lane.statement(group.rows, now())),
      );
      let told = 0;
      return {
        async tell() {
          for (const { lane, rows: laneRows } of groups.slice(told)) {
            await lane.settle(laneRows, results[told]?.rows ?? [], database);
            told += 1;
          }
        },
      };
    },
  };
}

/** Fixed order of statements, too: two instances that lock tables' rows in turns deadlock. [SQL4] */
function groupByLane(rows: readonly AnyRow[]) {
  const rowsByLane = new Map<AnyRow['lane'], AnyRow[]>();
  for (const row of rows) {
    const group = rowsByLane.get(row.lane);
    if (group === undefined) rowsByLane.set(row.lane, [row]);
    else group.push(row);
  }
  return [...rowsByLane]
    .map(([lane, laneRows]) => ({ lane, rows: laneRows.sort(compareRows) }))
    .sort((a, b) => a.lane.order - b.lane.order);
}
