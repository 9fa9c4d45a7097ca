import type { Axis as VegaAxis, Scale as VegaScale, Spec } from 'vega';
import type { Axis, LinePlot } from '../workload.ts';
import { logRange, measuredTicks } from './plot-axes.ts';
import { colorsOf } from './plot-colors.ts';

const SHAPES = ['circle', 'square', 'diamond', 'triangle-up', 'cross', 'triangle-down'];
const CAP_PX = 5;

/** A line and points a series, and a bar from the least to the greatest round of each point. */
export function lineSpec({ x, y, series }: LinePlot): Partial<Spec> {
  const names = series.map(({ name }) => name);
  const values = series.flatMap(({ name, points }) =>
    points
      .filter((point) => isShown(x, point.x) && isShown(y, point.y))
      .map((point) => ({
        series: name,
        x: point.x,
        y: point.y,
        low: isShown(y, point.low) ? point.low : point.y,
        high: isShown(y, point.high) ? point.high : point.y,
      })),
  );
  const xs = values.map((value) => value.x);
  const ys = values.flatMap(({ low, high }) => [low, high]);
  const at = { x: { scale: 'x', field: 'x' }, stroke: { scale: 'color', field: 'series' } };
  const cap = (field: 'low' | 'high') => ({
    type: 'rule' as const,
    from: { data: 'spreads' },
    encode: {
      enter: {
        x: { ...at.x, offset: -CAP_PX },
        x2: { ...at.x, offset: CAP_PX },
        y: { scale: 'y', field },
        stroke: at.stroke,
      },
    },
  });
  return {
    height: 360,
    data: [
      { name: 'points', values },
      { name: 'spreads', values: values.filter(({ low, high }) => low < high) },
    ],
    scales: [
      toScale('x', 'width', x, xs, false),
      toScale('y', 'height', y, ys, true),
      { name: 'color', type: 'ordinal', domain: names, range: colorsOf(names) },
      { name: 'shape', type: 'ordinal', domain: names, range: SHAPES },
    ],
    axes: [
      toAxis('x', 'bottom', x, measuredTicks(xs)),
      toAxis('y', 'left', y, y.scale === 'log' ? logRange(ys).ticks : undefined),
    ],
    legends: [
      { fill: 'color', shape: 'shape', orient: 'bottom', direction: 'vertical', offset: 12 },
    ],
    marks: [
      {
        type: 'group',
        from: { facet: { name: 'of-series', data: 'points', groupby: 'series' } },
        marks: [
          {
            type: 'line',
            from: { data: 'of-series' },
            encode: {
              enter: { ...at, y: { scale: 'y', field: 'y' }, strokeWidth: { value: 2 } },
            },
          },
        ],
      },
      {
        type: 'rule',
        from: { data: 'spreads' },
        encode: {
          enter: { ...at, y: { scale: 'y', field: 'low' }, y2: { scale: 'y', field: 'high' } },
        },
      },
      cap('low'),
      cap('high'),
      {
        type: 'symbol',
        from: { data: 'points' },
        encode: {
          enter: {
            x: at.x,
            y: { scale: 'y', field: 'y' },
            shape: { scale: 'shape', field: 'series' },
            fill: at.stroke,
            size: { value: 80 },
          },
        },
      },
    ],
  };
}

/** A logarithmic axis has no place for 0; what was not measured is NaN, or null once it was stored. */
export function isShown({ scale }: Axis, value: number | null | undefined): value is number {
  return Number.isFinite(value) && (scale === 'linear' || Number(value) > 0);
}

export function toScale(
  name: string,
  range: 'width' | 'height',
  { scale }: Axis,
  values: readonly number[],
  isZeroBased: boolean,
): VegaScale {
  if (values.length === 0) return { name, type: 'linear', range, domain: [0, 1] };
  if (scale === 'log') {
    const domain =
      name === 'x' ? [Math.min(...values), Math.max(...values)] : logRange(values).domain;
    return { name, type: 'log', range, domain: [...domain] };
  }
  const domain = [isZeroBased ? 0 : Math.min(...values), Math.max(...values)];
  return { name, type: 'linear', range, domain, nice: isZeroBased };
}

export function toAxis(
  scale: string,
  orient: 'left' | 'bottom',
  { label }: Axis,
  ticks: readonly number[] | undefined,
): VegaAxis {
  return {
    scale,
    orient,
    title: label,
    grid: true,
    labelOverlap: true,
    ...(ticks === undefined ? { tickCount: 6 } : { values: [...ticks] }),
  };
}
