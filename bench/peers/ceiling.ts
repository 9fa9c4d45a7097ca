import { readSql } from '../../packages/store/src/sql-files.ts';
import { onServer } from '../support/server-client.ts';
import { userIdOf } from '../support/data-set.ts';
import type { BenchContext, Sample } from '../workload.ts';

/** Rows in one of the ceiling's statements. */
const CEILING_BATCH_ROWS = 500;

/**
 * A procedure that upserts batches that it makes up itself, with a durable commit after each: what is
 * left of the work when nothing has to travel, wait or be answered.
 *
 * The statement is the store's own file with another source of rows. Each batch takes one random pair
 * of each of 500 equal ranges: uniform, sorted and without a pair twice, at no cost of its own.
 */
export async function createCeiling(context: BenchContext, schema: string): Promise<void> {
  const upsert = readSql('upsert-progress', schema)
    .replace(/from unnest\([\s\S]*?\) with ordinality as r \(/, `from (${GENERATED_ROWS}) as r (`)
    .replaceAll('$12::timestamptz', 'clock_timestamp()')
    .replace(/;\s*$/, ' into batch_written;')
    .replace(
      'count(*)::integer as written, pg_current_xact_id_if_assigned()::text as xid',
      'count(*)',
    );
  if (/\$\d|unnest/.test(upsert))
    throw new Error('the upsert has a shape that the ceiling does not know');
  await onServer(context, (client) =>
    client.query(`
      create or replace procedure ${schema}.fill(
        ends_at timestamptz, users uuid[], contents integer, batch_rows integer, inout written bigint
      )
      language plpgsql
      as $procedure$
      declare
        stride constant integer := cardinality(users) * contents / batch_rows;
        batch integer := 0;
        batch_written integer;
        physical bigint;
      begin
        written := 0;
        while clock_timestamp() < ends_at loop
          batch := (batch + 1) % 65536;
          physical := extract(epoch from clock_timestamp()) * 1000;
          ${upsert}
          written := written + batch_written;
          commit;
        end loop;
      end
      $procedure$`),
  );
}

const GENERATED_ROWS = `
  select
    users[1 + pair / contents], 'title-' || lpad((pair % contents)::text, 6, '0'),
    pair % 5400, 5400, (array['playing', 'playing', 'paused'])[1 + pair % 3],
    physical, batch, null::bigint, null::integer, 'device-1', false, g
  from (
    select g, g * stride + floor(random() * stride)::integer as pair
    from generate_series(0, batch_rows - 1) as g
  ) as pairs`;

/** Rows written in a second by so many connections, each with users of its own. */
export async function measureCeiling(
  context: BenchContext,
  schema: string,
  connections: number,
): Promise<Sample> {
  const { users, contentsPerUser, seconds } = context.scale;
  const userIds = Array.from({ length: users }, (_, user) => userIdOf(user)).sort();
  const endsAt = new Date(Date.now() + seconds * 1_000);
  const written = await Promise.all(
    Array.from({ length: connections }, (_, connection) =>
      onServer(context, async (client) => {
        const mine = userIds.filter((_id, index) => index % connections === connection);
        const batchRows = Math.min(CEILING_BATCH_ROWS, mine.length);
        const { rows } = await client.query<{ written: string }>(
          `call ${schema}.fill($1, $2, $3, $4, null)`,
          [endsAt, mine, contentsPerUser, batchRows],
        );
        return Number(rows[0]?.written);
      }),
    ),
  );
  return { acksPerSecond: written.reduce((sum, rows) => sum + rows, 0) / seconds };
}
