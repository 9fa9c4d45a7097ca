import type { Database } from './database.ts';

export interface TableUpdates {
  readonly table: string;
  readonly updates: number;
  /** Updates that touched no index: what fillfactor and the index kinds are for. */
  readonly heapOnlyUpdates: number;
}

/** Counters of the two tables that are updated all the time, since the statistics were reset. */
export async function readHeapOnlyRatio(database: Database): Promise<readonly TableUpdates[]> {
  const { rows } = await database.query<{
    table: string;
    updates: number;
    heap_only_updates: number;
  }>('read-heap-only-ratio', [database.schema]);
  return rows.map(({ table, updates, heap_only_updates }) => ({
    table,
    updates,
    heapOnlyUpdates: heap_only_updates,
  }));
}
