import type { LinePlot, Point } from '../../bench/workload.ts';
import type { SoakReport } from './run-soak.ts';
import type { SoakSample } from './sampler.ts';
import type { Verdict } from './verdicts.ts';

const MEBIBYTE = 2 ** 20;

/** What was flat and what was not, as a Markdown table. */
export function describeVerdicts(verdicts: readonly Verdict[]): string {
  return [
    '| figure | second quarter | last quarter | ratio | at most | flat |',
    '| --- | ---: | ---: | ---: | ---: | --- |',
    ...verdicts.map(({ what, before, after, ratioMax, isFlat }) => {
      const cells = [what, figure(what, before), figure(what, after), (after / before).toFixed(2)];
      return `| ${[...cells, ratioMax.toFixed(1), isFlat ? 'yes' : '**no**'].join(' | ')} |`;
    }),
  ].join('\n');
}

function figure(what: string, value: number): string {
  if (what.startsWith('ack')) return `${value.toFixed(1)} ms`;
  if (what === 'tombstones') return Math.round(value).toLocaleString('en');
  return `${(value / MEBIBYTE).toFixed(1)} MiB`;
}

/** Each figure over the time of the run. */
export function plotsOf({ samples }: SoakReport): readonly LinePlot[] {
  const series = (name: string, valueOf: (sample: SoakSample) => number) => ({
    name,
    points: samples.flatMap((sample): Point[] => {
      const y = valueOf(sample);
      return Number.isNaN(y) ? [] : [{ x: sample.atSeconds / 60, y }];
    }),
  });
  const x = { label: 'minutes', scale: 'linear' } as const;
  return [
    {
      kind: 'lines',
      name: 'soak-latency',
      title: 'Soak: from a change to its ack',
      x,
      y: { label: 'ms', scale: 'log' },
      series: [
        series('median', ({ ackP50Ms }) => ackP50Ms),
        series('p99, with faults', ({ ackP99Ms }) => ackP99Ms),
        series('p99 by the service', ({ servedP99Ms }) => servedP99Ms),
      ],
    },
    {
      kind: 'lines',
      name: 'soak-memory',
      title: 'Soak: memory of the service',
      x,
      y: { label: 'MiB', scale: 'linear' },
      series: [
        series('resident', ({ residentBytes }) => residentBytes / MEBIBYTE),
        series('JavaScript heap', ({ heapBytes }) => heapBytes / MEBIBYTE),
      ],
    },
    {
      kind: 'lines',
      name: 'soak-tables',
      title: 'Soak: tables with garbage collection',
      x,
      y: { label: 'MiB · thousands', scale: 'linear' },
      series: [
        series('tables and indexes, MiB', ({ tableBytes }) => tableBytes / MEBIBYTE),
        series('tombstones, thousands', ({ tombstones }) => tombstones / 1_000),
      ],
    },
  ];
}
