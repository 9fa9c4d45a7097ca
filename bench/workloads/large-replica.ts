import { runInProcess } from '../replicas/replica-job.ts';
import type { LargeReplicaJob } from '../replicas/large-replica-process.ts';
import { runRounds } from '../support/rounds.ts';
import { decimal, whole, withSpread } from '../support/statistics.ts';
import type { Workload } from '../workload.ts';

const PROCESS = new URL('../replicas/large-replica-process.ts', import.meta.url);
const VARIANTS = [
  { name: 'stored elsewhere', isStored: false },
  { name: 'stored in memory, copied as IndexedDB does', isStored: true },
];
const thousandth = (value: number): string => value.toFixed(3);

/** What a person with a great deal costs their device: the first sync, each change and its list, memory. */
export const largeReplica: Workload = {
  name: 'large-replica',
  async run(context) {
    const { titles } = context.scale.devices;
    const samples = await runRounds(
      context,
      VARIANTS.map(({ name, isStored }) => ({
        name,
        measure: () => runInProcess(PROCESS, { titles, isStored } satisfies LargeReplicaJob),
      })),
    );
    return {
      samples,
      tables: [
        {
          title: `${whole(titles)} titles on the watchlist and ${whole(titles)} with progress, lists read at each change`,
          columns: [
            'records',
            'ms to online',
            'ms to stored',
            'longest turn, ms',
            'of it processor, ms',
            'rows shown at half',
            'MiB held',
            '`progress.set` and `list()`, ms',
            '`watchlist.add` and `list()`, ms',
          ],
          rows: VARIANTS.map(({ name }) => {
            const rounds = samples[name] ?? [];
            return [
              name,
              withSpread(rounds, 'onlineMs', whole),
              withSpread(rounds, 'storedMs', whole),
              withSpread(rounds, 'longestTurnMs', decimal),
              withSpread(rounds, 'longestBusyMs', decimal),
              withSpread(rounds, 'rowsAtHalf', whole),
              withSpread(rounds, 'heldMib', decimal),
              withSpread(rounds, 'setMs', thousandth),
              withSpread(rounds, 'addMs', thousandth),
            ];
          }),
        },
      ],
    };
  },
};
