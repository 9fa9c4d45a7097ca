import { sumOf } from '../../apps/console/src/health/parse-metrics.ts';
import { readMetrics, requireMetric } from '../support/read-metrics.ts';
import type { Instance } from './instance.ts';

/** What an instance holds at a moment, by its own metrics. */
export interface VitalSigns {
  readonly residentBytes: number;
  /** Changes, bytes, events and callers that wait for something; 0 when all is quiet. */
  readonly waiting: number;
}

/** Gauges that are 0 when nothing is on its way. */
const WAITING_GAUGES: readonly (readonly [name: string, labels?: Record<string, string>])[] = [
  ['cuepoint_backlog_changes'],
  ['cuepoint_backlog_bytes'],
  ['cuepoint_feed_queued_events'],
  ['cuepoint_pool_connections', { state: 'waiting' }],
];
const ANSWER_TIMEOUT_MS = 5_000;

/** @throws Error where `/health` or `/metrics` does not answer as it should */
export async function readVitalSigns({ address }: Instance): Promise<VitalSigns> {
  const health = await get(`${address}/health`);
  if ((JSON.parse(health) as { readonly status?: unknown }).status !== 'live') {
    throw new Error(`/health says ${health}`);
  }
  const metrics = await readMetrics(address);
  return {
    residentBytes: requireMetric(metrics, 'process_resident_memory_bytes'),
    waiting: WAITING_GAUGES.reduce(
      (sum, [name, labels]) => sum + requireMetric(metrics, name, labels),
      0,
    ),
  };
}

/** How often a commit had to be tried again since the process started. */
export async function readRetries({ address }: Instance): Promise<number> {
  return sumOf(await readMetrics(address), 'cuepoint_commit_retries_total');
}

async function get(url: string): Promise<string> {
  const answer = await fetch(url, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}: ${text}`);
  return text;
}
