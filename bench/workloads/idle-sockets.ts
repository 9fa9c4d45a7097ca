import { toGoalTable } from '../live/change-tables.ts';
import { runGenerator } from '../live/generator-process.ts';
import { memorySettled, readMemory, SETTLED_MS_MAX } from '../live/service-memory.ts';
import { withServices } from '../live/services.ts';
import { decimal, whole } from '../support/statistics.ts';
import type { BenchContext, Sample, Workload } from '../workload.ts';

const SCHEMA = 'bench_idle';
const CONNECTS_PER_SECOND = 400;
const WARM_UP_SOCKETS = 500;
const KIB_GOAL = 40;

/** What a socket that only sends heartbeats costs the service: resident memory, before and after. */
export const idleSockets: Workload = {
  name: 'idle-sockets',
  async run(context) {
    const sample = await measure(context);
    const { sockets = NaN, rssKibPerSocket = NaN, heapKibPerSocket = NaN } = sample;
    return {
      samples: { 'idle sockets': [sample] },
      tables: [
        {
          title: 'Idle sockets, one user each',
          columns: [
            'sockets',
            'RSS before MiB',
            'RSS after MiB',
            'RSS KiB a socket',
            'heap KiB a socket',
          ],
          rows: [
            [
              whole(sockets),
              whole((sample['rssBefore'] ?? NaN) / 2 ** 20),
              whole((sample['rssAfter'] ?? NaN) / 2 ** 20),
              decimal(rssKibPerSocket),
              decimal(heapKibPerSocket),
            ],
          ],
        },
        toGoalTable('Goals: idle sockets', [
          {
            goal: `at most ${KIB_GOAL} KiB of the service's memory a socket`,
            reached: `${decimal(rssKibPerSocket)} KiB at ${whole(sockets)} sockets`,
            isReached: rssKibPerSocket <= KIB_GOAL,
          },
        ]),
      ],
    };
  },
};

async function measure(context: BenchContext): Promise<Sample> {
  const { idleSockets: count } = context.scale.live;
  return withServices(
    context,
    { schema: SCHEMA, instances: 1, env: { CUEPOINT_FEED: 'memory' } },
    async ({ pids: [pid = 0], addresses: [address = ''], urls: [url = ''], mintUsers }) => {
      let before: Sample = {};
      let after: Sample = {};
      const { sockets = NaN } = await runGenerator(
        {
          kind: 'idle',
          system: 'cuepoint',
          url,
          users: await mintUsers(count),
          connectsPerSecond: CONNECTS_PER_SECOND,
          warmUpSockets: WARM_UP_SOCKETS,
        },
        async (phase) => {
          await memorySettled(pid, Math.min(SETTLED_MS_MAX, 1_000 * context.scale.seconds));
          const memory = await readMemory(address);
          context.progress(`${phase}: RSS ${whole((memory['rss'] ?? NaN) / 2 ** 20)} MiB`);
          if (phase === 'before-sockets') before = memory;
          else after = memory;
        },
      );
      if (sockets !== count) throw new Error(`${sockets} of ${count} sockets were still open`);
      const kibPerSocket = (kind: string) =>
        ((after[kind] ?? NaN) - (before[kind] ?? NaN)) / 1_024 / sockets;
      return {
        sockets,
        rssBefore: before['rss'] ?? NaN,
        rssAfter: after['rss'] ?? NaN,
        rssKibPerSocket: kibPerSocket('rss'),
        heapKibPerSocket: kibPerSocket('heapUsed'),
        externalKibPerSocket: kibPerSocket('external'),
      };
    },
  );
}
