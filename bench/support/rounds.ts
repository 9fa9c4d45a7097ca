import type { BenchContext, Sample } from '../workload.ts';

export interface Variant {
  readonly name: string;
  /** @returns nothing where there is nothing to measure any more. */
  measure(this: void, round: number): Promise<Sample | undefined>;
}

/** A peer that breaks under the load is told of, and the run goes on without it. */
export async function orNothing(
  { progress }: BenchContext,
  name: string,
  measure: () => Promise<Sample>,
): Promise<Sample | undefined> {
  try {
    return await measure();
  } catch (error) {
    progress(
      `${name} did not get through: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  }
}

/** Measures the variants in turn, round after round (A B A B), and gives each one's samples. */
export async function runRounds(
  { scale, progress }: BenchContext,
  variants: readonly Variant[],
): Promise<Record<string, Sample[]>> {
  const samples: Record<string, Sample[]> = {};
  for (let round = 0; round < scale.rounds; round += 1) {
    for (const { name, measure } of variants) {
      const sample = await measure(round);
      if (sample === undefined) continue;
      (samples[name] ??= []).push(sample);
      progress(`round ${round + 1} of ${scale.rounds}: ${name} ${describe(sample)}`);
    }
  }
  return samples;
}

/** What is measured for minutes needs no more rounds than these. */
export function liveRounds(context: BenchContext): BenchContext {
  const { scale } = context;
  return { ...context, scale: { ...scale, rounds: Math.min(scale.rounds, scale.live.rounds) } };
}

function describe(sample: Sample): string {
  return Object.entries(sample)
    .map(([figure, value]) => `${figure}=${Number(value.toPrecision(4))}`)
    .join(' ');
}
