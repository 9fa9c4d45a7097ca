import type { Database } from '../database.ts';
import { compareRows, type AnyRow } from './lane.ts';

export interface BatchWriter {
  /**
   * Commits the rows durably, then tells every contributor its outcome.
   *
   * @param onCommitted called between the two: what the caller does in it is not behind the acks.
   */
  write(rows: readonly AnyRow[], onCommitted?: () => void): Promise<void>;
}

/** One transaction a batch, one statement for each kind of row in it. [SQL4] */
export function createBatchWriter(database: Database, now: () => number): BatchWriter {
  return {
    async write(rows, onCommitted) {
      const lanes = groupByLane(rows);
      const results = await database.commit(
        lanes.map((group) => group.lane.statement(group.rows, now())),
      );
      onCommitted?.();
      for (const [index, { lane, rows: laneRows }] of lanes.entries()) {
        await lane.settle(laneRows, results[index]?.rows ?? [], database);
      }
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
    .sort((a, b) => LANE_ORDER.indexOf(a.lane.name) - LANE_ORDER.indexOf(b.lane.name));
}

/** The erasure of a user locks its tables in this order as well. */
const LANE_ORDER = ['progress', 'passive progress', 'watchlist', 'devices', 'heartbeats'];
