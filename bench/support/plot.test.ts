import { expect, test } from 'vitest';
import type { BarPlot, LinePlot } from '../workload.ts';
import { renderPlot } from './plot.ts';

const LINES: LinePlot = {
  kind: 'lines',
  name: 'example',
  title: 'An example',
  x: { label: 'changes a second', scale: 'log' },
  y: { label: 'p99, ms', scale: 'log' },
  series: [
    {
      name: 'Cuepoint',
      points: [
        { x: 1_000, y: 12, low: 9, high: 20 },
        { x: 8_000, y: 150, low: 140, high: 180 },
      ],
    },
    { name: 'a peer', points: [{ x: 1_000, y: 70 }] },
  ],
};

const BARS: BarPlot = {
  kind: 'bars',
  name: 'bars',
  title: 'Bars',
  value: { label: 'acks a second', scale: 'linear' },
  bars: [
    { name: 'Cuepoint', value: 31_234, low: 29_000, high: 34_000 },
    { name: 'a peer & <others>', value: 4_100 },
  ],
};

test('a plot names its axes, its series and the measured values', async () => {
  const svg = await renderPlot(LINES);
  for (const text of ['An example', 'changes a second', 'p99, ms', 'Cuepoint', 'a peer', '8,000'])
    expect(svg).toContain(`>${text}<`);
});

test('bars carry their names and figures, as text that SVG can hold', async () => {
  const svg = await renderPlot(BARS);
  expect(svg).toContain('>31,234<');
  expect(svg).toContain('a peer &amp; &lt;others&gt;');
});

test('the same plot gives the same bytes, whatever was drawn before', async () => {
  const first = await renderPlot(LINES);
  await renderPlot(BARS);
  expect(await renderPlot(LINES)).toBe(first);
});

test('what was not measured, or has no place on a logarithmic axis, is left out', async () => {
  const drawn = (points: LinePlot['series'][number]['points']) =>
    renderPlot({ ...LINES, series: [{ name: 'Cuepoint', points }] });
  const point = { x: 1_000, y: 12 };
  expect(await drawn([point, { x: 2_000, y: NaN }, { x: 4_000, y: 0 }])).toBe(await drawn([point]));
  expect(await drawn([])).not.toContain('NaN');
});

test('thousands on a linear axis are written in full', async () => {
  expect(await renderPlot(BARS)).toContain('>30,000<');
});

test('rounds have a bar from the least to the greatest with two ends, a single one has none', async () => {
  const drawn = async (spread: object) => {
    const svg = await renderPlot({ ...BARS, bars: [{ name: 'a', value: 5, ...spread }] });
    return svg.match(/<line[^>]*stroke="#1f2328"/g)?.length ?? 0;
  };
  expect([await drawn({ low: 4, high: 6 }), await drawn({})]).toEqual([3, 0]);
});
