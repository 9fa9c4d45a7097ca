import { useId } from 'react';
import type { ChartDefinition } from './chart-definitions.ts';
import { describeLine, formatFigure } from './format-figure.ts';
import type { HealthPoint } from './health-point.ts';
import { LineChart } from './line-chart.tsx';

export interface ChartCardProps {
  readonly chart: ChartDefinition;
  readonly points: readonly HealthPoint[];
}

/** One chart: what it is, its value now in figures, its course in words, and its lines. */
export function ChartCard({ chart, points }: ChartCardProps) {
  const titleId = useId();
  const { title, hint, unit, series } = chart;
  const last = points.at(-1);
  const hasNothing =
    points.length > 1 && series.every(({ key }) => points.every((point) => point[key] === null));
  return (
    <section className="chart-card" aria-labelledby={titleId}>
      <h2 id={titleId}>{title}</h2>
      <dl>
        {series.map(({ label, key }, index) => (
          <div key={key} className={`chart-figure series-${index + 1}`}>
            <dt>{label}</dt>
            <dd>
              {formatFigure(last?.[key] ?? null, unit)}
              <span className="visually-hidden">
                {', '}
                {describeLine(
                  points.map((point) => point[key]),
                  unit,
                )}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      <LineChart chart={chart} points={points} />
      {hasNothing && <p>Nothing to measure in these minutes.</p>}
      <p className="quiet">{hint}</p>
    </section>
  );
}
