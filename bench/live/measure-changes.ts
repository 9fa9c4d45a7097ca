import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readMetrics, requireMetric } from '../../test/support/read-metrics.ts';
import type { BenchContext, Sample } from '../workload.ts';
import { createCoreMeter } from './core-meter.ts';
import { selfTimes, startProfiler, type Profiler } from './cpu-profile.ts';
import { runGenerator } from './generator-process.ts';
import type { ChangesJob } from './job.ts';

/** By then the service's code is compiled, at the lowest rate too. */
const WARM_UP_SECONDS_MAX = 5;
const PROFILED_FUNCTIONS = 30;

export interface ChangesTarget extends Pick<ChangesJob, 'system' | 'urls' | 'users' | 'schema'> {
  readonly pids: readonly number[];
  /** Where `/metrics` tells of the backlog; none for a system without. */
  readonly addresses: readonly string[];
  readonly inspectorPort?: number | undefined;
}

/** The rate that has to be held is measured for longer than the others. */
export function secondsAt({ scale }: BenchContext, changesPerSecond: number): number {
  const isGreatest = changesPerSecond === Math.max(...scale.live.rates);
  return isGreatest ? scale.live.heldSeconds : scale.seconds;
}

/** One rate on one system, with what the cores and the backlog did in the measured time. */
export async function measureChanges(
  context: BenchContext,
  target: ChangesTarget,
  changesPerSecond: number,
): Promise<Sample> {
  const { system, urls, users, schema, pids, addresses, inspectorPort } = target;
  const seconds = secondsAt(context, changesPerSecond);
  const meter = createCoreMeter(context, pids);
  const backlog = async () => {
    if (addresses.length === 0) return NaN;
    const services = await Promise.all(addresses.map(readMetrics));
    return services.reduce(
      (sum, metrics) => sum + requireMetric(metrics, 'cuepoint_backlog_changes'),
      0,
    );
  };
  let profiling: Promise<Profiler> | undefined;
  let cores: Sample = {};
  let [backlogFirst, backlogLast] = [NaN, NaN];
  const sample = await runGenerator(
    {
      kind: 'changes',
      system,
      urls,
      users,
      changesPerSecond,
      warmUpSeconds: Math.min(WARM_UP_SECONDS_MAX, seconds),
      seconds,
      databaseUrl: context.server.url(),
      schema,
    },
    async (phase, generatorPid) => {
      // A service that is behind answers `/metrics` late: nothing else waits for it.
      if (phase === 'window-start') {
        meter.start(generatorPid);
        if (inspectorPort !== undefined) profiling = startProfiler(inspectorPort);
        [backlogFirst] = await Promise.all([backlog(), profiling]);
      } else {
        cores = meter.stop();
        const kept = keepProfile(context, await profiling, `${system}-${changesPerSecond}`);
        [backlogLast] = await Promise.all([backlog(), kept]);
      }
    },
  );
  return { ...sample, ...cores, backlogFirst, backlogLast };
}

async function keepProfile(
  { resultsDirectory, progress }: BenchContext,
  profiler: Profiler | undefined,
  name: string,
): Promise<void> {
  if (profiler === undefined) return;
  const profile = await profiler.stop();
  await writeFile(path.join(resultsDirectory, `${name}.cpuprofile`), JSON.stringify(profile));
  const lines = selfTimes(profile)
    .slice(0, PROFILED_FUNCTIONS)
    .map(([where, share]) => `${(100 * share).toFixed(1).padStart(6)} %  ${where}`);
  progress(['self time of the service', ...lines].join('\n'));
}
