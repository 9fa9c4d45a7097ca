import { runGenerator } from '../live/generator-process.ts';
import { measureChanges } from '../live/measure-changes.ts';
import { memorySettled, readMemory, SETTLED_MS_MAX } from '../live/service-memory.ts';
import { withServices } from '../live/services.ts';
import { samplesOf, toSeries, toVariant, type Growing } from '../support/growth.ts';
import { liveRounds, runRounds } from '../support/rounds.ts';
import { decimal, whole, withSpread } from '../support/statistics.ts';
import type { BenchContext, LinePlot, Report, Sample, Workload } from '../workload.ts';

const SCHEMA = 'bench_sockets';
const CONNECTS_PER_SECOND = 400;
const WARM_UP_SOCKETS = 500;
const ACTIVE_USERS_MAX = 50;
/** Well below what the service can do alone: what is seen is the sockets' cost. */
const CHANGES_PER_SECOND = 500;

/** Ever more idle sockets: the service's memory, and how long a few active users' changes take beside them. */
export const growthSockets: Workload = {
  name: 'growth-sockets',
  async run(context) {
    const measured = context.scale.growth.sockets.map((size): Growing => ({
      system: 'Cuepoint',
      size,
      measure: () => measure(context, size),
    }));
    const samples = await runRounds(liveRounds(context), measured.map(toVariant));
    return toReport(measured, samples);
  },
};

async function measure(context: BenchContext, sockets: number): Promise<Sample> {
  return withServices(
    context,
    { schema: SCHEMA, instances: 1, env: { CUEPOINT_FEED: 'memory' } },
    async ({ mintUsers, ...services }) => {
      const {
        pids: [pid = 0],
        addresses: [address = ''],
        urls: [url = ''],
      } = services;
      const active = Math.min(ACTIVE_USERS_MAX, sockets);
      const users = await mintUsers(sockets + active);
      const memory: Sample[] = [];
      let changes: Sample = {};
      const { sockets: open } = await runGenerator(
        {
          kind: 'idle',
          url,
          users: users.slice(active),
          connectsPerSecond: CONNECTS_PER_SECOND,
          warmUpSockets: WARM_UP_SOCKETS,
        },
        async (phase) => {
          await memorySettled(pid, Math.min(SETTLED_MS_MAX, 1_000 * context.scale.seconds));
          memory.push(await readMemory(address));
          if (phase !== 'sockets-idle') return;
          changes = await measureChanges(
            atOneRate(context),
            { ...services, system: 'cuepoint', users: users.slice(0, active), schema: SCHEMA },
            CHANGES_PER_SECOND,
          );
        },
      );
      if (open !== sockets) throw new Error(`${open} of ${sockets} sockets were still open`);
      const [before = NaN, after = NaN] = memory.map(({ rss = NaN }) => rss);
      return {
        ...changes,
        rssMib: after / 2 ** 20,
        rssKibPerSocket: (after - before) / 1_024 / sockets,
      };
    },
  );
}

/** The greatest rate of a workload is measured for longer: here there is but one. */
function atOneRate(context: BenchContext): BenchContext {
  const { scale } = context;
  return { ...context, scale: { ...scale, live: { ...scale.live, heldSeconds: scale.seconds } } };
}

function toReport(measured: readonly Growing[], samples: Record<string, Sample[]>): Report {
  const title = `Idle sockets, and ${ACTIVE_USERS_MAX} active users with ${CHANGES_PER_SECOND} changes a second`;
  const plot = (name: string, figure: string, label: string): LinePlot => ({
    kind: 'lines',
    name,
    title,
    x: { label: 'idle sockets', scale: 'log' },
    y: { label, scale: 'linear' },
    series: toSeries(measured, samples, figure),
  });
  return {
    samples,
    tables: [
      {
        title,
        columns: [
          'idle sockets',
          'RSS MiB',
          'RSS KiB a socket',
          'shown p50 ms',
          'shown p99 ms',
          'ack p99 ms',
          'service cores',
        ],
        rows: measured.map((one) => {
          const own = samplesOf(one, samples);
          return [
            whole(one.size),
            withSpread(own, 'rssMib', whole),
            withSpread(own, 'rssKibPerSocket', decimal),
            withSpread(own, 'shownP50Ms', decimal),
            withSpread(own, 'shownP99Ms', decimal),
            withSpread(own, 'ackP99Ms', decimal),
            withSpread(own, 'serviceCores', decimal),
          ];
        }),
      },
    ],
    plots: [
      plot('growth-sockets-memory', 'rssMib', 'resident memory of the service, MiB'),
      plot('growth-sockets-p99', 'shownP99Ms', 'p99 from change to shown, ms'),
    ],
  };
}
