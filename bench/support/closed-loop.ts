import { setTimeout as delay } from 'node:timers/promises';
import type { Sample } from '../workload.ts';
import { percentile } from './statistics.ts';

export interface ClosedLoop {
  readonly callers: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** One call of one caller. @returns whether it counts: an acknowledged change that was stored. */
  call(this: void, caller: number): Promise<boolean>;
}

/** Callers who each wait for their answer before they call again; the time before is not counted. */
export async function runClosedLoop(
  { callers, warmUpSeconds, seconds, call }: ClosedLoop,
  onMeasured?: (phase: 'start' | 'end') => void,
): Promise<Sample> {
  const latenciesMs: number[] = [];
  let folded = 0;
  const run = { measuring: false, ended: false };

  async function callAgainAndAgain(caller: number): Promise<void> {
    while (!run.ended) {
      const startedAtMs = performance.now();
      const counts = await call(caller);
      if (!run.measuring) continue;
      if (counts) latenciesMs.push(performance.now() - startedAtMs);
      else folded += 1;
    }
  }

  const calls = Array.from({ length: callers }, (_, caller) => callAgainAndAgain(caller));
  const failed = Promise.all(calls);
  const timed = (async () => {
    await delay(warmUpSeconds * 1_000);
    onMeasured?.('start');
    run.measuring = true;
    const startedAtMs = performance.now();
    await delay(seconds * 1_000);
    run.measuring = false;
    const elapsedSeconds = (performance.now() - startedAtMs) / 1_000;
    onMeasured?.('end');
    run.ended = true;
    return elapsedSeconds;
  })();
  // A caller who fails ends the run at once.
  await Promise.race([timed, failed]);
  const elapsedSeconds = await timed;
  await failed;
  const sorted = Float64Array.from(latenciesMs).sort();
  return {
    acksPerSecond: sorted.length / elapsedSeconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    foldedShare: folded / Math.max(1, folded + sorted.length),
  };
}
