import type { BenchContext } from '../workload.ts';
import { onServer } from './server-client.ts';

interface Counters {
  readonly updates: number;
  readonly heapOnlyUpdates: number;
}

/**
 * Share of a table's updates during `work` that touched no index.
 *
 * Backends report when they end, so `work` closes its connections; then this waits for them to be gone.
 */
export async function withHeapOnlyShare<T>(
  context: BenchContext,
  table: string,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly heapOnlyShare: number }> {
  const before = await readCounters(context, table);
  const result = await work();
  const after = await readCounters(context, table);
  const updates = after.updates - before.updates;
  return { result, heapOnlyShare: (after.heapOnlyUpdates - before.heapOnlyUpdates) / updates };
}

function readCounters(context: BenchContext, table: string): Promise<Counters> {
  return onServer(context, async (client) => {
    for (let others = 1; others > 0;) {
      const { rows } = await client.query<{ others: number }>(
        `select count(*)::integer as others, pg_sleep(0.02) from pg_stat_activity
         where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      );
      others = rows[0]?.others ?? 0;
    }
    await client.query('select pg_stat_force_next_flush()');
    const { rows } = await client.query<Counters>(
      `select n_tup_upd::float8 as updates, n_tup_hot_upd::float8 as "heapOnlyUpdates"
       from pg_stat_user_tables where relid = $1::regclass`,
      [table],
    );
    return rows[0] ?? { updates: 0, heapOnlyUpdates: 0 };
  });
}
