import type { BenchContext, Sample } from '../workload.ts';
import { runClosedLoop, type ClosedLoop } from './closed-loop.ts';
import { coresBetween, readProcessorTime, type ProcessorTime } from './processor-time.ts';
import { onServer } from './server-client.ts';
import { withHeapOnlyShare } from './table-updates.ts';

/** A measurement that is shorter has a shorter warm-up. */
export const WARM_UP_SECONDS_MAX = 1;

export type Loop = (callers: number, call: ClosedLoop['call']) => Promise<Sample>;

/** A round on a table that is vacuumed before, with its heap-only share and who used the cores. */
export async function measureTable(
  context: BenchContext,
  table: string,
  work: (loop: Loop) => Promise<Sample>,
): Promise<Sample> {
  const { seconds } = context.scale;
  await onServer(context, (client) => client.query(`vacuum ${table}`));
  let started: ProcessorTime | undefined;
  let cores: Sample = {};
  const { result, heapOnlyShare } = await withHeapOnlyShare(context, table, () =>
    work((callers, call) =>
      runClosedLoop(
        { callers, call, warmUpSeconds: Math.min(WARM_UP_SECONDS_MAX, seconds), seconds },
        (phase) => {
          const read = readProcessorTime(context.server);
          if (phase === 'start') started = read;
          else if (started !== undefined) cores = coresBetween(started, read);
        },
      ),
    ),
  );
  return { ...result, ...cores, ...microsPerAck(result, cores), heapOnlyShare };
}

function microsPerAck({ acksPerSecond = NaN }: Sample, cores: Sample): Sample {
  const { nodeCores, postgresCores } = cores;
  if (nodeCores === undefined || postgresCores === undefined) return {};
  return {
    nodeMicrosPerAck: (1e6 * nodeCores) / acksPerSecond,
    postgresMicrosPerAck: (1e6 * postgresCores) / acksPerSecond,
  };
}
