import { runClosedLoop } from '../support/closed-loop.ts';
import { withEmbeddedWrites } from '../support/embedded-writes.ts';
import { runRounds } from '../support/rounds.ts';
import { decimal, medianOf, whole, withSpread } from '../support/statistics.ts';
import type { BenchContext, Sample, Workload } from '../workload.ts';
import { timeInTurn } from './lone-write.ts';

const CALLERS = [100, 1_000];
/** A household server has few users; a large table would measure the bench's own filling of it. */
const USERS_MAX = 500;
const LONE = 'one write at a time';

/** Durable writes to the embedded database: a batch is flushed to the disk before it is acknowledged. */
export const embedded: Workload = {
  name: 'embedded',
  async run(context) {
    const scale = { ...context.scale, users: Math.min(USERS_MAX, context.scale.users) };
    const samples = await measure({ ...context, scale });
    return {
      samples,
      tables: [
        {
          title: 'Embedded database',
          columns: ['callers', 'acks/s', 'p50 ms', 'p99 ms', 'rows a flushed commit'],
          rows: Object.entries(samples).map(([name, own]) => [
            name,
            withSpread(own, 'acksPerSecond', whole),
            withSpread(own, 'p50Ms', decimal),
            withSpread(own, 'p99Ms', decimal),
            decimal(medianOf(own, 'rowsPerCommit')),
          ]),
        },
      ],
    };
  },
};

function measure(context: BenchContext): Promise<Record<string, Sample[]>> {
  const { seconds, writes } = context.scale;
  return withEmbeddedWrites(context, ({ write, counted }) =>
    runRounds(context, [
      { name: LONE, measure: () => counted(() => loneWrites(() => write(0), writes)) },
      ...CALLERS.map((callers) => ({
        name: `${whole(callers)} callers`,
        measure: () =>
          counted(() => runClosedLoop({ callers, call: write, warmUpSeconds: 0.2, seconds })),
      })),
    ]),
  );
}

async function loneWrites(call: () => Promise<unknown>, writes: number): Promise<Sample> {
  const startedAtMs = performance.now();
  const [sample = {}] = await timeInTurn([call], writes);
  return { ...sample, acksPerSecond: (1_000 * writes) / (performance.now() - startedAtMs) };
}
