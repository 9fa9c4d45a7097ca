import type { Database } from '../database.ts';
import { withDialect } from '../dialect.ts';
import { compareRows, type AnyRow } from './lane.ts';
import { planWrite, type LaneGroup } from './write-plan.ts';

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

/** One transaction a batch, one statement for each kind of row in it, or a few. [SQL4] */
export function createBatchWriter(database: Database, now: () => number): BatchWriter {
  return {
    commit(rows) {
      const groups = groupByLane(rows);
      return withDialect(database.dialect, async (dialect) => {
        const plan = planWrite(groups, now(), dialect);
        const results = await (plan.isOneTrip
          ? database.commit([...plan.first, ...plan.writes([])])
          : database.commit(plan.first, (first) => plan.writes(first)));
        const outcomes = plan.outcomes(results);
        let told = 0;
        return {
          async tell() {
            for (const { lane, rows: laneRows } of groups.slice(told)) {
              const outcome = outcomes[told];
              if (outcome === undefined) throw new Error('a plan has an outcome for each group');
              await lane.settle(laneRows, outcome, database);
              told += 1;
            }
          },
        };
      });
    },
  };
}

/** Fixed order of statements, too: two instances that lock tables' rows in turns deadlock. [SQL4] */
export function groupByLane(rows: readonly AnyRow[]): readonly LaneGroup[] {
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
