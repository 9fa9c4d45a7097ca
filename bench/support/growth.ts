import type { LinePlot, Report, Sample } from '../workload.ts';
import type { Variant } from './rounds.ts';
import { medianOf, percent, toPoint, whole, decimal, withSpread } from './statistics.ts';

/** One system at one size. */
export interface Growing {
  readonly system: string;
  readonly size: number;
  measure(this: void): Promise<Sample>;
}

type Samples = Report['samples'];

interface Texts {
  readonly name: string;
  readonly title: string;
  /** What the sizes count. */
  readonly size: string;
}

export function toVariant({ system, size, measure }: Growing): Variant {
  return { name: nameOf({ system, size }), measure };
}

function nameOf({ system, size }: Pick<Growing, 'system' | 'size'>): string {
  return `${system}, ${size}`;
}

export function samplesOf(one: Pick<Growing, 'system' | 'size'>, samples: Samples) {
  return samples[nameOf(one)] ?? [];
}

/** Acks in a second and their p99 by size, as a table and a plot of each. */
export function toWritesReport(
  measured: readonly Growing[],
  samples: Samples,
  { name, title, size }: Texts,
): Report {
  const table = {
    title,
    columns: [size, 'system', 'acks/s', 'p50 ms', 'p99 ms', 'folded', 'rows a commit'],
    rows: measured.map((one) => {
      const own = samplesOf(one, samples);
      return [
        whole(one.size),
        one.system,
        withSpread(own, 'acksPerSecond', whole),
        withSpread(own, 'p50Ms', decimal),
        withSpread(own, 'p99Ms', decimal),
        percent(medianOf(own, 'foldedShare')),
        own[0]?.['rowsPerCommit'] === undefined ? '' : whole(medianOf(own, 'rowsPerCommit')),
      ];
    }),
  };
  const plot = plotsBySize(measured, samples, { title, size });
  return {
    samples,
    tables: [table],
    plots: [
      plot(`${name}-acks`, 'acksPerSecond', 'acks a second'),
      plot(`${name}-p99`, 'p99Ms', 'p99 from call to ack, ms'),
    ],
  };
}

interface PlotTexts extends Omit<Texts, 'name'> {
  /** Of what is measured; sizes are on a logarithmic one always. Default log. */
  readonly scale?: LinePlot['y']['scale'];
}

/** @returns what makes the plot of one figure over the sizes, of its name, figure and label. */
export function plotsBySize(
  measured: readonly Growing[],
  samples: Samples,
  { title, size, scale = 'log' }: PlotTexts,
): (name: string, figure: string, label: string) => LinePlot {
  return (name, figure, label) => ({
    kind: 'lines',
    name,
    title,
    x: { label: size, scale: 'log' },
    y: { label, scale },
    series: toSeries(measured, samples, figure),
  });
}

/** A line a system, over the sizes. */
export function toSeries(
  measured: readonly Pick<Growing, 'system' | 'size'>[],
  samples: Samples,
  figure: string,
): LinePlot['series'] {
  return [...new Set(measured.map(({ system }) => system))].map((name) => ({
    name,
    points: measured
      .filter(({ system }) => system === name)
      .map((one) => toPoint(one.size, samplesOf(one, samples), figure)),
  }));
}
