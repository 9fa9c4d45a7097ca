import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate, openDatabase, SyncPersistence } from '@cuepoint/store';
import { runClosedLoop } from '../support/closed-loop.ts';
import { createProgressChanges, prefillProgress } from '../support/data-set.ts';
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
    const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-bench-'));
    const scale = { ...context.scale, users: Math.min(USERS_MAX, context.scale.users) };
    try {
      const samples = await measure({ ...context, scale }, dataDir);
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
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

async function measure(context: BenchContext, dataDir: string): Promise<Record<string, Sample[]>> {
  const { scale } = context;
  const database = await openDatabase({ dataDir });
  let commits = 0;
  let rows = 0;
  const observer = {
    committed(event: { readonly rows: number }) {
      commits += 1;
      rows += event.rows;
    },
  };
  const persistence = new SyncPersistence(database, { observer });
  try {
    await migrate(database, { direction: 'up' });
    context.progress('filling the embedded database');
    await database.execute(prefillProgress('public.user_progress', scale));
    await database.execute('checkpoint');
    const nextChange = createProgressChanges(scale);
    const call = async (caller: number) => {
      const { userId, op } = nextChange(caller);
      return (await persistence.persistOp(userId, op)).result === 'applied';
    };
    const counted = async (work: () => Promise<Sample>): Promise<Sample> => {
      await database.execute('vacuum public.user_progress');
      commits = 0;
      rows = 0;
      const sample = await work();
      return { ...sample, rowsPerCommit: rows / commits };
    };
    return await runRounds(context, [
      { name: LONE, measure: () => counted(() => loneWrites(() => call(0), scale.writes)) },
      ...CALLERS.map((callers) => ({
        name: `${whole(callers)} callers`,
        measure: () =>
          counted(() =>
            runClosedLoop({ callers, call, warmUpSeconds: 0.2, seconds: scale.seconds }),
          ),
      })),
    ]);
  } finally {
    await persistence.stop();
  }
}

async function loneWrites(call: () => Promise<unknown>, writes: number): Promise<Sample> {
  const startedAtMs = performance.now();
  const [sample = {}] = await timeInTurn([call], writes);
  return { ...sample, acksPerSecond: (1_000 * writes) / (performance.now() - startedAtMs) };
}
