import type { Database } from '../database.ts';
import { withDialect, type Dialect } from '../dialect.ts';
import { compareRows, type AnyRow, type Written } from './lane.ts';
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
        const tellNext = (current: Dialect) => {
          const [group, outcome] = [groups[told], outcomes[told]];
          if (group === undefined || outcome === undefined) {
            throw new Error('a plan has an outcome for each group');
          }
          return group.lane.settle(group.rows, inDialect(outcome, current), database);
        };
        return {
          async tell() {
            for (; told < groups.length; told += 1) await withDialect(database.dialect, tellNext);
          },
        };
      });
    },
  };
}

/** Where the database was switched since the commit, what is stored is read in the new dialect; marks are gone. */
function inDialect(outcome: Written, { catchUp }: Dialect): Written {
  if (outcome.dialect.catchUp === catchUp) return outcome;
  return { ...outcome, dialect: { ...outcome.dialect, catchUp }, markOf: () => undefined };
}

/** Fixed order of statements, too: two instances that lock tables' rows in turns deadlock. [SQL4] */
function groupByLane(rows: readonly AnyRow[]): readonly LaneGroup[] {
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
