import pg from 'pg';
import { ORIGIN_POOL_SIZE, upsertAsOrigin } from '../peers/origin.ts';
import type { BenchContext, Sample } from '../workload.ts';
import { createProgressChanges } from './data-set.ts';
import { measureTable } from './measured-table.ts';
import { withPersistence } from './server-client.ts';

export interface OriginWrites {
  /** Of tables that `createOriginSchema` made, filled. */
  readonly schema: string;
  readonly callers: number;
}

/** Durable progress writes by the origin's design: a statement a change, through a pool. */
export function measureOrigin(
  context: BenchContext,
  { schema, callers }: OriginWrites,
): Promise<Sample> {
  const nextChange = createProgressChanges(context.scale);
  return measureTable(context, `${schema}.user_progress`, async (loop) => {
    const pool = new pg.Pool({ connectionString: context.server.url(), max: ORIGIN_POOL_SIZE });
    try {
      return await loop(callers, (caller) => upsertAsOrigin(pool, nextChange(caller), schema));
    } finally {
      await pool.end();
    }
  });
}

export interface CuepointWrites {
  readonly schema: string;
  readonly writers: number;
  readonly callers: number;
}

/** Durable progress writes by group commit. A folded change is no ack. */
export function measureCuepoint(
  context: BenchContext,
  { schema, writers, callers }: CuepointWrites,
): Promise<Sample> {
  const nextChange = createProgressChanges(context.scale);
  let commits = 0;
  let rows = 0;
  const observer = {
    committed(event: { readonly rows: number }) {
      commits += 1;
      rows += event.rows;
    },
  };
  return measureTable(context, `${schema}.user_progress`, (loop) =>
    withPersistence(context, { schema, writers }, { observer }, async (persistence) => {
      const sample = await loop(callers, async (caller) => {
        const { userId, op } = nextChange(caller);
        return (await persistence.persistOp(userId, op)).result === 'applied';
      });
      return { ...sample, rowsPerCommit: rows / commits };
    }),
  );
}
