import { useEffect, useRef } from 'react';
import UPlot, { type AlignedData, type Options } from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ChartDefinition } from './chart-definitions.ts';
import { themeColor, useColorScheme } from './chart-theme.ts';
import { formatFigure } from './format-figure.ts';
import type { HealthPoint } from './health-point.ts';

const HEIGHT = 150;
/** Seconds on the axis, also while there are fewer readings. */
const SPAN_SECONDS_MIN = 60;

export interface LineChartProps {
  readonly chart: ChartDefinition;
  readonly points: readonly HealthPoint[];
}

/** The lines alone, for whoever sees them: what they say stands beside it in words. */
export function LineChart(props: LineChartProps) {
  // Colours are painted, so another scheme is another canvas.
  return <Canvas key={useColorScheme()} {...props} />;
}

function Canvas({ chart, points }: LineChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const drawn = new UPlot(optionsOf(chart, element.clientWidth), EMPTY, element);
    plot.current = drawn;
    const resizing = new ResizeObserver(() => {
      drawn.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    resizing.observe(element);
    return () => {
      resizing.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [chart]);

  useEffect(() => {
    plot.current?.setData(dataOf(chart, points));
  }, [chart, points]);

  return <div className="line-chart" ref={host} aria-hidden="true" />;
}

const EMPTY: AlignedData = [[]];

function dataOf({ series }: ChartDefinition, points: readonly HealthPoint[]): AlignedData {
  return [
    points.map(({ atMs }) => atMs / 1_000),
    ...series.map(({ key }) => points.map((point) => point[key])),
  ];
}

function optionsOf({ series, unit, most }: ChartDefinition, width: number): Options {
  const [ink, line] = [themeColor('--ink-quiet'), themeColor('--line')];
  const font = `12px ${themeColor('--font')}`;
  const grid = { stroke: line, width: 1 };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      x: {
        time: true,
        range: (_plot, earliest, latest) => {
          const [start, end] = [earliest ?? 0, latest ?? 0];
          return [Math.min(start, end - SPAN_SECONDS_MIN), end];
        },
      },
      y: { range: (_plot, _least, highest) => [0, most ?? topOf(highest)] },
    },
    axes: [
      {
        stroke: ink,
        font,
        grid: { show: false },
        ticks: grid,
        space: 90,
        size: 28,
        values: (_plot, splits) => splits.map(timeOf),
      },
      {
        stroke: ink,
        font,
        grid,
        ticks: { show: false },
        size: 66,
        space: 36,
        values: (_plot, splits) => splits.map((value) => formatFigure(value, unit)),
      },
    ],
    series: [
      {},
      ...series.map(({ label }, index) => ({
        label,
        stroke: themeColor(`--series-${index + 1}`),
        width: 2,
        // A reading between two gaps would be no line.
        points: { show: false },
      })),
    ],
  };
}

/** @param seconds since the epoch. */
function timeOf(seconds: number): string {
  const date = new Date(seconds * 1_000);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Some room above the highest value, and a scale where all is 0. */
function topOf(highest: number | null): number {
  return highest === null || highest <= 0 ? 1 : highest * 1.15;
}
