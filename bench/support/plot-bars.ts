import type { Spec } from 'vega';
import type { BarPlot } from '../workload.ts';
import { logRange } from './plot-axes.ts';
import { colorsOf } from './plot-colors.ts';
import { isShown, toAxis, toScale } from './plot-lines.ts';

const ROW_PX = 46;
const BAR_PX = 18;
const CAP_PX = 4;

/** A bar a variant with its name above it and its figure at its end, and its rounds' spread on it. */
export function barSpec({ value: axis, bars }: BarPlot): Partial<Spec> {
  const shown = bars.filter(({ value }) => isShown(axis, value));
  const colors = colorsOf(shown.map(({ name }) => name));
  const values = shown.map(({ name, value, low, high }, index) => ({
    name,
    value,
    low: isShown(axis, low) ? low : value,
    high: isShown(axis, high) ? high : value,
    color: colors[index],
    text: figureText(value),
    top: index * ROW_PX,
  }));
  const all = values.flatMap(({ low, high }) => [low, high]);
  const from = { data: 'bars' };
  const middle = { field: 'top', offset: ROW_PX - BAR_PX / 2 - 4 };
  const cap = (field: 'low' | 'high') => ({
    type: 'rule' as const,
    from: { data: 'spreads' },
    encode: {
      enter: {
        x: { scale: 'value', field },
        y: { ...middle, offset: middle.offset - CAP_PX },
        y2: { ...middle, offset: middle.offset + CAP_PX },
        stroke: { value: '#1f2328' },
      },
    },
  });
  return {
    height: values.length * ROW_PX,
    data: [
      { name: 'bars', values },
      { name: 'spreads', values: values.filter(({ low, high }) => low < high) },
    ],
    scales: [toScale('value', 'width', axis, all, true)],
    axes: [toAxis('value', 'bottom', axis, axis.scale === 'log' ? logRange(all).ticks : undefined)],
    marks: [
      {
        type: 'rect',
        from,
        encode: {
          enter: {
            x: { value: 0 },
            x2: { scale: 'value', field: 'value' },
            yc: middle,
            height: { value: BAR_PX },
            fill: { field: 'color' },
          },
        },
      },
      {
        type: 'rule',
        from: { data: 'spreads' },
        encode: {
          enter: {
            x: { scale: 'value', field: 'low' },
            x2: { scale: 'value', field: 'high' },
            y: middle,
            stroke: { value: '#1f2328' },
          },
        },
      },
      cap('low'),
      cap('high'),
      {
        type: 'text',
        from,
        encode: {
          enter: {
            x: { value: 2 },
            y: { field: 'top', offset: ROW_PX - BAR_PX - 9 },
            text: { field: 'name' },
          },
        },
      },
      {
        type: 'text',
        from,
        encode: {
          enter: {
            x: { scale: 'value', field: 'high', offset: 7 },
            y: middle,
            baseline: { value: 'middle' },
            text: { field: 'text' },
          },
        },
      },
    ],
  };
}

/** Three figures, and thousands in full. */
function figureText(value: number): string {
  return value.toLocaleString('en-US', {
    maximumFractionDigits: value >= 100 ? 0 : value >= 10 ? 1 : 2,
  });
}
