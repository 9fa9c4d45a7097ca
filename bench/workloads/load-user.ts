import { randomUUID } from 'node:crypto';
import { CHANGES_LIMIT_MAX, type SyncPersistence } from '@cuepoint/store';
import { contentIdOf } from '../support/data-set.ts';
import { runRounds } from '../support/rounds.ts';
import {
  createCuepointSchema,
  dropSchemas,
  fillProgressTable,
  onServer,
  withPersistence,
} from '../support/server-client.ts';
import { decimal, withSpread } from '../support/statistics.ts';
import type { BenchContext, Sample, Workload } from '../workload.ts';
import { timeInTurn } from './lone-write.ts';

const SCHEMA = 'bench_load';
const USER_ID = '00000000-0000-4000-8000-000000000001';
const ROWS_EACH = 2_500;

/** Opening a user with 5,000 rows, and asking for changes when there are none. */
export const loadUser: Workload = {
  name: 'load-user',
  async run(context) {
    await createCuepointSchema(context, SCHEMA);
    await fillProgressTable(context, `${SCHEMA}.user_progress`);
    await fillUser(context);
    const samples = await withPersistence(context, { schema: SCHEMA }, {}, (persistence) =>
      measure(context, persistence),
    );
    await dropSchemas(context, [SCHEMA]);
    return {
      samples,
      tables: [
        {
          title: 'A user with 5,000 rows',
          columns: ['work', 'p50 ms', 'p99 ms'],
          rows: Object.entries(samples).map(([name, own]) => [
            name,
            withSpread(own, 'p50Ms', decimal),
            withSpread(own, 'p99Ms', decimal),
          ]),
        },
      ],
    };
  },
};

async function fillUser(context: BenchContext): Promise<void> {
  const contents = Array.from({ length: ROWS_EACH }, (_, content) => contentIdOf(content));
  await onServer(context, async (client) => {
    await client.query(
      `insert into ${SCHEMA}.user_watchlists (
         user_id, content_id, unique_tag, timestamp_physical, timestamp_logical, device_id
       )
       select $1, content_id, tag, 1, 0, 'device-0' from unnest($2::text[], $3::text[]) as r (content_id, tag)`,
      [USER_ID, contents, contents.map(() => randomUUID())],
    );
    await client.query(
      `insert into ${SCHEMA}.user_progress (
         user_id, content_id, position_seconds, duration_seconds, state,
         timestamp_physical, timestamp_logical, device_id
       )
       select $1, content_id, 60, 5400, 'paused', 1, 0, 'device-0' from unnest($2::text[]) as content_id`,
      [USER_ID, contents],
    );
    await client.query(`vacuum analyze ${SCHEMA}.user_watchlists`);
    await client.query(`vacuum analyze ${SCHEMA}.user_progress`);
  });
}

async function measure(
  context: BenchContext,
  persistence: SyncPersistence,
): Promise<Record<string, Sample[]>> {
  const times = Math.ceil(context.scale.writes / 20);
  const { repository } = persistence;
  const { cursor } = await repository.readChanges(USER_ID, { limit: CHANGES_LIMIT_MAX });
  if (cursor === undefined) throw new Error('the whole state fits one page');
  const works = {
    'loadWatchlist and loadProgress': async () => {
      const [set, registers] = await Promise.all([
        persistence.loadWatchlistState(USER_ID),
        persistence.loadProgressState(USER_ID),
      ]);
      if (set.size + registers.size !== 2 * ROWS_EACH) throw new Error('rows are missing');
    },
    'readChanges, nothing changed': () =>
      repository.readChanges(USER_ID, { cursor, limit: CHANGES_LIMIT_MAX }),
    'readChanges, whole state': () => repository.readChanges(USER_ID, { limit: CHANGES_LIMIT_MAX }),
  };
  return runRounds(
    context,
    Object.entries(works).map(([name, work]) => ({
      name,
      async measure(round) {
        if (round === 0) await timeInTurn([work], Math.ceil(times / 5));
        const [sample = {}] = await timeInTurn([work], times);
        return sample;
      },
    })),
  );
}
