import { runInProcess } from '../replicas/replica-job.ts';
import type { WatchingJob } from '../replicas/watching-process.ts';
import { runRounds } from '../support/rounds.ts';
import { decimal, whole, withSpread } from '../support/statistics.ts';
import type { Workload } from '../workload.ts';

const PROCESS = new URL('../replicas/watching-process.ts', import.meta.url);
const CONTENTS_MAX = 10_000;
const NAME = 'a list that is kept';
const thousandth = (value: number): string => value.toFixed(3);

/** What Continue Watching costs whoever shows it: a list that is kept, against one that is made anew. [CW9] */
export const continueWatching: Workload = {
  name: 'continue-watching',
  async run(context) {
    const contents = Math.min(CONTENTS_MAX, context.scale.devices.titles);
    const samples = await runRounds(context, [
      { name: NAME, measure: () => runInProcess(PROCESS, { contents } satisfies WatchingJob) },
    ]);
    const rounds = samples[NAME] ?? [];
    return {
      samples,
      tables: [
        {
          title: `Continue Watching of ${whole(contents)} contents, ms`,
          columns: [
            'cards',
            'the first list of a process',
            'a first list',
            'a list made anew',
            'a change and the list after it',
            'the same, 99th percentile',
          ],
          rows: [
            [
              withSpread(rounds, 'cards', whole),
              withSpread(rounds, 'coldMs', decimal),
              withSpread(rounds, 'firstMs', decimal),
              withSpread(rounds, 'anewMs', decimal),
              withSpread(rounds, 'changeMs', thousandth),
              withSpread(rounds, 'changeP99Ms', thousandth),
            ],
          ],
        },
      ],
    };
  },
};
