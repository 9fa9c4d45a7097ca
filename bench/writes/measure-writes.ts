import { createCoreMeter } from '../live/core-meter.ts';
import { runGenerator } from '../live/generator-process.ts';
import type { WritesJob } from '../live/job.ts';
import type { BenchContext, Sample } from '../workload.ts';

/** Longer than within this process, whose code is compiled after the first round: a service is started for each. */
const WARM_UP_SECONDS_MAX = 3;

export interface WritesTarget extends Pick<WritesJob, 'system' | 'url' | 'users' | 'callers'> {
  readonly pids: readonly number[];
}

/** Writes over the sockets of a service, from a process of their own, and who used the cores meanwhile. */
export async function measureWrites(
  context: BenchContext,
  { pids, ...target }: WritesTarget,
): Promise<Sample> {
  const { seconds, contentsPerUser } = context.scale;
  const meter = createCoreMeter(context, pids);
  let cores: Sample = {};
  const sample = await runGenerator(
    {
      kind: 'writes',
      ...target,
      contentsPerUser,
      warmUpSeconds: Math.min(WARM_UP_SECONDS_MAX, seconds),
      seconds,
    },
    async (phase, generatorPid) => {
      if (phase === 'window-start') meter.start(generatorPid);
      else cores = meter.stop();
    },
  );
  return { ...sample, ...cores };
}
