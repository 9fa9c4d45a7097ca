import { parseMetrics, sumOf, type Metrics } from '../../apps/console/src/health/parse-metrics.ts';

const ANSWER_TIMEOUT_MS = 5_000;

/** What a service tells of itself, as the console reads it. @throws Error where `/metrics` does not answer */
export async function readMetrics(address: string): Promise<Metrics> {
  const answer = await fetch(`${address}/metrics`, {
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`/metrics answers ${answer.status}: ${text}`);
  return parseMetrics(text);
}

/** The sum of the samples that have these labels. @throws Error where there is none */
export function requireMetric(
  metrics: Metrics,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = Object.entries(labels);
  const isThere = metrics
    .get(name)
    ?.some((sample) => wanted.every(([label, value]) => sample.labels[label] === value));
  if (isThere !== true) throw new Error(`/metrics has no ${name} ${JSON.stringify(labels)}`);
  return sumOf(metrics, name, labels);
}
