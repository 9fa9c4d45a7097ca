import { CHARTS } from './chart-definitions.ts';
import { ChartCard } from './chart-card.tsx';
import { useHealth } from './use-health.ts';
import { useServiceFacts, type ServiceFacts } from './use-service-facts.ts';
import './health-page.css';

export default function HealthPage() {
  const { history, problem } = useHealth();
  const facts = useServiceFacts(problem === undefined);
  const { last, points } = history;
  return (
    <section className="page health">
      <header className="page-head">
        <h1>Health</h1>
        <p className="lead">
          What this instance does, read from <a href="/metrics">/metrics</a> each second while the
          page is seen: the last five minutes.
        </p>
      </header>
      {problem === undefined ? null : (
        <p className="notice bad" role="alert">
          <strong>{problem.message}</strong> The charts go on when it answers again.
        </p>
      )}
      {facts === undefined ? null : (
        <Facts facts={facts} isFeedConnected={last?.isFeedConnected ?? true} />
      )}
      <div className="chart-grid">
        {CHARTS.map((chart) => (
          <ChartCard key={chart.title} chart={chart} points={points} />
        ))}
      </div>
    </section>
  );
}

interface FactsProps {
  readonly facts: ServiceFacts;
  readonly isFeedConnected: boolean;
}

function Facts({ facts, isFeedConnected }: FactsProps) {
  const { version, mode, database, durable, durabilityWarnings, feed } = facts;
  return (
    <>
      <dl className="health-facts">
        <div>
          <dt>Version</dt>
          <dd>{version}</dd>
        </div>
        <div>
          <dt>Mode</dt>
          <dd>{mode}</dd>
        </div>
        <div>
          <dt>Database</dt>
          <dd>{database === 'pglite' ? 'embedded' : 'PostgreSQL'}</dd>
        </div>
        <div>
          <dt>An ack survives a power cut</dt>
          <dd>
            <span className={durable ? 'badge good' : 'badge bad'}>{durable ? 'yes' : 'no'}</span>
          </dd>
        </div>
        <div>
          <dt>Feed</dt>
          <dd>
            {feed.kind}{' '}
            <span className={isFeedConnected ? 'badge good' : 'badge bad'}>
              {isFeedConnected ? 'connected' : 'lost'}
            </span>
          </dd>
        </div>
      </dl>
      {durabilityWarnings.map((warning) => (
        <p key={warning} className="notice warn">
          {warning}
        </p>
      ))}
    </>
  );
}
