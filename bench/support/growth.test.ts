import { expect, test } from 'vitest';
import { toSeries, toWritesReport, type Growing } from './growth.ts';

const measure = () => Promise.resolve({});
const MEASURED: readonly Growing[] = [
  { system: 'Cuepoint', size: 10, measure },
  { system: 'a peer', size: 10, measure },
  { system: 'Cuepoint', size: 100, measure },
];
const SAMPLES = {
  'Cuepoint, 10': [
    { acksPerSecond: 5, p99Ms: 1 },
    { acksPerSecond: 7, p99Ms: 3 },
    { acksPerSecond: 6, p99Ms: 2 },
  ],
  'Cuepoint, 100': [{ acksPerSecond: 50, p99Ms: 4 }],
  'a peer, 10': [{ acksPerSecond: 1, p99Ms: 9 }],
};

test('each system is a line over the sizes at which it was measured, with the spread of its rounds', () => {
  expect(toSeries(MEASURED, SAMPLES, 'acksPerSecond')).toEqual([
    {
      name: 'Cuepoint',
      points: [
        { x: 10, y: 6, low: 5, high: 7 },
        { x: 100, y: 50 },
      ],
    },
    { name: 'a peer', points: [{ x: 10, y: 1 }] },
  ]);
});

test('writes are reported in a row a size and system, and in a plot of acks and one of their p99', () => {
  const texts = { name: 'growth-example', title: 'Writes', size: 'callers' };
  const { tables, plots = [] } = toWritesReport(MEASURED, SAMPLES, texts);
  expect(tables[0]?.rows.map((row) => row.slice(0, 3))).toEqual([
    ['10', 'Cuepoint', '6 (5 to 7)'],
    ['10', 'a peer', '1'],
    ['100', 'Cuepoint', '50'],
  ]);
  expect(plots.map(({ name }) => name)).toEqual(['growth-example-acks', 'growth-example-p99']);
});
