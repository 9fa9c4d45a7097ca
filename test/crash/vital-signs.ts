import type { Instance } from './instance.ts';

/** What an instance holds at a moment, by its own metrics. */
export interface VitalSigns {
  readonly residentBytes: number;
  /** Changes, bytes, events and callers that wait for something; 0 when all is quiet. */
  readonly waiting: number;
}

/** Gauges that are 0 when nothing is on its way. */
const WAITING_GAUGES = [
  'cuepoint_backlog_changes',
  'cuepoint_backlog_bytes',
  'cuepoint_feed_queued_events',
  'cuepoint_pool_connections{state="waiting"}',
];
const RESIDENT = 'process_resident_memory_bytes';
const RETRIES = 'cuepoint_commit_retries_total';
const ANSWER_TIMEOUT_MS = 5_000;

/** @throws Error where `/health` or `/metrics` does not answer as it should */
export async function readVitalSigns({ address }: Instance): Promise<VitalSigns> {
  const health = await get(`${address}/health`);
  if ((JSON.parse(health) as { readonly status?: unknown }).status !== 'live') {
    throw new Error(`/health says ${health}`);
  }
  const gauges = readGauges(await get(`${address}/metrics`));
  const valueOf = (name: string): number => {
    const value = gauges.get(name);
    if (value === undefined) throw new Error(`/metrics has no ${name}`);
    return value;
  };
  return {
    residentBytes: valueOf(RESIDENT),
    waiting: WAITING_GAUGES.reduce((sum, name) => sum + valueOf(name), 0),
  };
}

/** How often a commit had to be tried again since the process started. */
export async function readRetries({ address }: Instance): Promise<number> {
  let sum = 0;
  for (const [name, value] of readGauges(await get(`${address}/metrics`))) {
    if (name.startsWith(RETRIES)) sum += value;
  }
  return sum;
}

/** Samples by name and labels as they are written. */
function readGauges(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
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
