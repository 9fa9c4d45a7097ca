import { parse, View, type Spec } from 'vega';
import type { Plot } from '../workload.ts';
import { barSpec } from './plot-bars.ts';
import { lineSpec } from './plot-lines.ts';

/** An SVG on white, which reads on light and dark pages. The same plot gives the same bytes. */
export async function renderPlot(plot: Plot): Promise<string> {
  const spec: Spec = {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: 'white',
    padding: 16,
    width: 640,
    autosize: { type: 'pad', contains: 'padding' },
    config: CONFIG,
    title: plot.title,
    ...(plot.kind === 'lines' ? lineSpec(plot) : barSpec(plot)),
  };
  const svg = await new View(parse(spec), { renderer: 'none' }).toSVG();
  return `${svg}\n`;
}

const FONT = 'Helvetica, Arial, sans-serif';
const INK = '#1f2328';

const CONFIG: NonNullable<Spec['config']> = {
  title: { font: FONT, fontSize: 17, color: INK, anchor: 'start', offset: 16, limit: 0 },
  axis: {
    labelFont: FONT,
    labelFontSize: 13,
    labelColor: INK,
    titleFont: FONT,
    titleFontSize: 14,
    titleFontWeight: 'normal',
    titleColor: INK,
    titlePadding: 10,
    gridColor: '#e3e6ea',
    domainColor: '#8b949e',
    tickColor: '#8b949e',
  },
  legend: {
    labelFont: FONT,
    labelFontSize: 13,
    labelColor: INK,
    labelLimit: 0,
    symbolSize: 90,
    symbolStrokeWidth: 2,
    rowPadding: 4,
  },
  text: { font: FONT, fontSize: 13, fill: INK },
};
