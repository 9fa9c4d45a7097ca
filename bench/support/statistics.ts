import type { Bar, Point, Sample } from '../workload.ts';

/** Nearest rank; `sorted` is in ascending order. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
  return sorted[rank] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Median, 99th percentile and count of some durations. */
export function summarize(durationsMs: readonly number[]): Sample {
  const sorted = durationsMs.toSorted((a, b) => a - b);
  return {
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    count: sorted.length,
  };
}

export function medianOf(samples: readonly Sample[], figure: string): number {
  return median(samples.map((sample) => sample[figure] ?? Number.NaN));
}

/** `median (least to greatest)` over the rounds. */
export function withSpread(
  samples: readonly Sample[],
  figure: string,
  format: (value: number) => string,
): string {
  const values = samples.map((sample) => sample[figure] ?? Number.NaN);
  const text = format(median(values));
  if (values.length < 2) return text;
  return `${text} (${format(Math.min(...values))} to ${format(Math.max(...values))})`;
}

/** A figure of the rounds at `x`, for a plot. */
export function toPoint(x: number, samples: readonly Sample[], figure: string): Point {
  return { x, y: medianOf(samples, figure), ...spreadOf(samples, figure) };
}

/** A figure of a variant's rounds, for a plot. */
export function toBar(name: string, samples: readonly Sample[], figure: string): Bar {
  return { name, value: medianOf(samples, figure), ...spreadOf(samples, figure) };
}

function spreadOf(samples: readonly Sample[], figure: string) {
  const values = samples.map((sample) => sample[figure] ?? Number.NaN);
  return values.length < 2 ? {} : { low: Math.min(...values), high: Math.max(...values) };
}

/**
 * The ratio of two variants, made round by round: what slows the machine down for a while slows both
 * sides of one quotient.
 */
export function ratioOf(
  samples: readonly Sample[],
  peers: readonly Sample[],
  figure: string,
): number {
  return median(
    samples.map((sample, round) => (sample[figure] ?? NaN) / (peers[round]?.[figure] ?? NaN)),
  );
}

export const whole = (value: number) => Math.round(value).toLocaleString('en-US');
export const decimal = (value: number) => value.toFixed(2);
export const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
