import { run, type RunReport } from './run.ts';

export interface ShrinkOptions {
  readonly seed: number;
  readonly failed: RunReport;
  /** Runs that it may cost. */
  readonly runsMax: number;
}

/**
 * Looks for a shorter history that breaks the same invariant: it leaves out ever smaller parts, as long as what is
 * left still breaks it. Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002.
 */
export async function shrink({ seed, failed, runsMax }: ShrinkOptions): Promise<RunReport> {
  let best = failed;
  let runs = 0;
  let size = Math.ceil(best.history.length / 2);
  let start = 0;
  while (size >= 1 && runs < runsMax) {
    if (start >= best.history.length) {
      size = Math.floor(size / 2);
      start = 0;
      continue;
    }
    const [from, to] = [start, start + size];
    const history = best.history.filter((_, index) => index < from || index >= to);
    const report = await run({ seed, history });
    runs += 1;
    if (report.violation?.invariant === failed.violation?.invariant) best = report;
    else start += size;
  }
  return best;
}
