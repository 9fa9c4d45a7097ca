import pg from 'pg';
import { createOriginSchema, upsertAsOrigin } from '../peers/origin.ts';
import { createProgressChanges } from '../support/data-set.ts';
import {
  createCuepointSchema,
  dropSchemas,
  fillProgressTable,
  withPersistence,
} from '../support/server-client.ts';
import { runRounds } from '../support/rounds.ts';
import { decimal, ratioOf, summarize, withSpread } from '../support/statistics.ts';
import type { BenchContext, Sample, Workload } from '../workload.ts';

const SCHEMA = 'bench_lone';
const PLAIN = 'plain upsert through a pool';
const CUEPOINT = 'Cuepoint, persistOp';

/** One write at a time, each after the ack of the one before: what batching must not cost. */
export const loneWrite: Workload = {
  name: 'lone-write',
  async run(context) {
    await createOriginSchema(context);
    await createCuepointSchema(context, SCHEMA);
    await fillProgressTable(context, 'origin.user_progress');
    await fillProgressTable(context, `${SCHEMA}.user_progress`);
    const samples = await measureBoth(context);
    await dropSchemas(context, ['origin', SCHEMA]);
    const plain = samples[PLAIN] ?? [];
    return {
      samples,
      tables: [
        {
          title: 'A lone write',
          columns: ['variant', 'p50 ms', 'p99 ms', 'p50 / plain', 'p99 / plain'],
          rows: Object.entries(samples).map(([name, own]) => [
            name,
            withSpread(own, 'p50Ms', decimal),
            withSpread(own, 'p99Ms', decimal),
            decimal(ratioOf(own, plain, 'p50Ms')),
            decimal(ratioOf(own, plain, 'p99Ms')),
          ]),
        },
      ],
    };
  },
};

/** Write by write in turn: both meet the same disk. */
async function measureBoth(context: BenchContext): Promise<Record<string, Sample[]>> {
  const nextChange = createProgressChanges(context.scale);
  const pool = new pg.Pool({ connectionString: context.server.url(), max: 1 });
  try {
    return await withPersistence(context, { schema: SCHEMA }, {}, async (persistence) => {
      const plain = () => upsertAsOrigin(pool, nextChange(0));
      const cuepoint = async () => {
        const { userId, op } = nextChange(0);
        return (await persistence.persistOp(userId, op)).result === 'applied';
      };
      // Connections and prepared statements are there before the first measured write.
      await timeInTurn([plain, cuepoint], Math.ceil(context.scale.writes / 10));
      let turns: readonly Sample[] = [];
      return runRounds(context, [
        {
          name: PLAIN,
          async measure() {
            turns = await timeInTurn([plain, cuepoint], context.scale.writes);
            return turns[0] ?? {};
          },
        },
        { name: CUEPOINT, measure: async () => turns[1] ?? {} },
      ]);
    });
  } finally {
    await pool.end();
  }
}

/** Runs the calls one after another, in turn. @returns a summary of each one's durations. */
export async function timeInTurn(
  calls: readonly (() => Promise<unknown>)[],
  times: number,
): Promise<readonly Sample[]> {
  const durationsMs = calls.map((): number[] => []);
  for (let time = 0; time < times; time += 1) {
    for (const [index, call] of calls.entries()) {
      const startedAtMs = performance.now();
      await call();
      durationsMs[index]?.push(performance.now() - startedAtMs);
    }
  }
  return durationsMs.map(summarize);
}
