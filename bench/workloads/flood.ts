import { setTimeout as delay } from 'node:timers/promises';
import { OPS_PER_PUSH, PUSHES_AT_ONCE, startFloods, writeAlone } from '../../test/support/flood.ts';
import { withEmbeddedService, withServices, type Services } from '../live/services.ts';
import { runRounds } from '../support/rounds.ts';
import { decimal, ratioOf, summarize, withSpread } from '../support/statistics.ts';
import type { BenchContext, Sample, Workload } from '../workload.ts';

const FLOODS = 9;
const FLOODING_MS = 1_000;
const VARIANTS = ['alone', 'beside one flood', 'beside nine floods'] as const;
const FLOODS_OF = { alone: 0, 'beside one flood': 1, 'beside nine floods': FLOODS } as const;

/** What a quiet person waits for a single write while others push as much as they may, on both databases. [GC9] [SEC3] */
export const flood: Workload = {
  name: 'flood',
  async run(context) {
    // The default: the floods wait as they are told, as the SDK does.
    const env = { CUEPOINT_FEED: 'memory', CUEPOINT_RATE_LIMIT: '1000' };
    const onPostgres = await withServices(
      context,
      { schema: 'bench_flood', instances: 1, env },
      (services) => measure(context, 'PostgreSQL', services),
    );
    const onPglite = await withEmbeddedService({ env }, (services) =>
      measure(context, 'PGlite', services),
    );
    const samples = { ...onPostgres, ...onPglite };
    return {
      samples,
      tables: [
        {
          title: `A single write beside floods of ${PUSHES_AT_ONCE} pushes of ${OPS_PER_PUSH} ops each`,
          columns: ['the quiet user is', 'p50 ms', 'p99 ms', 'p99 / alone', 'flooded ops/s'],
          rows: [onPostgres, onPglite].flatMap((own) =>
            Object.entries(own).map(([name, rounds]) => [
              name,
              withSpread(rounds, 'p50Ms', decimal),
              withSpread(rounds, 'p99Ms', decimal),
              decimal(ratioOf(rounds, Object.values(own)[0] ?? [], 'p99Ms')),
              withSpread(rounds, 'floodedPerSecond', (value) => value.toFixed(0)),
            ]),
          ),
        },
      ],
    };
  },
};

async function measure(
  context: BenchContext,
  database: string,
  { addresses: [address = ''], urls: [url = ''], mintUsers }: Services,
): Promise<Record<string, Sample[]>> {
  const users = await mintUsers((FLOODS + 1) * VARIANTS.length * context.scale.rounds);
  return runRounds(
    context,
    VARIANTS.map((name) => ({
      name: `${name}, ${database}`,
      measure: async () => {
        // New ones each time: they may send a whole burst.
        const [quiet, ...floods] = users.splice(0, FLOODS + 1);
        if (quiet === undefined) throw new Error('there is a quiet user');
        const flooding = await startFloods(url, floods.slice(0, FLOODS_OF[name]));
        try {
          if (FLOODS_OF[name] > 0) await delay(FLOODING_MS);
          const [ops, startedMs] = [flooding.acked(), performance.now()];
          const durationsMs = await writeAlone(address, quiet, context.scale.seconds);
          const elapsedSeconds = (performance.now() - startedMs) / 1_000;
          const floodedPerSecond = (flooding.acked() - ops) / elapsedSeconds;
          return { ...summarize(durationsMs), floodedPerSecond };
        } finally {
          flooding.stop();
        }
      },
    })),
  );
}
