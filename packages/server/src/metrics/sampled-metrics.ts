import type { TableUpdates } from '@cuepoint/store';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { FeedStats } from '../feed/feed.ts';
import { within } from '../service/within.ts';

/** What is read at the moment of a scrape. */
export interface MetricSources {
  readonly persistence: () => { readonly backlogChanges: number; readonly backlogBytes: number };
  readonly feed: () => FeedStats;
  readonly pool: () => { readonly total: number; readonly idle: number; readonly waiting: number };
  readonly tableUpdates: () => Promise<readonly TableUpdates[]>;
  /** In ms. */
  readonly monotonic: () => number;
}

/** PostgreSQL's own counters move slowly; a scrape each second must not ask each second. */
const TABLE_UPDATES_TTL_MS = 30_000;
/** A scrape waits no longer for the database. [OPS1] */
const SAMPLE_TIMEOUT_MS = 2_000;

export function registerSampledMetrics(registry: Registry, sources: MetricSources): void {
  registry.registerMetric(
    new Gauge({
      name: 'cuepoint_backlog_changes',
      help: 'Changes that wait for their commit.',
      registers: [],
      collect() {
        this.set(sources.persistence().backlogChanges);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'cuepoint_backlog_bytes',
      help: 'Bytes of the changes that wait for their commit.',
      registers: [],
      collect() {
        this.set(sources.persistence().backlogBytes);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'cuepoint_pool_connections',
      help: 'Database connections in use and idle, and callers that wait for one.',
      labelNames: ['state'] as const,
      registers: [],
      collect() {
        const { total, idle, waiting } = sources.pool();
        this.set({ state: 'used' }, total - idle);
        this.set({ state: 'idle' }, idle);
        this.set({ state: 'waiting' }, waiting);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'cuepoint_feed_queued_events',
      help: 'Events for other instances that wait for the broker.',
      registers: [],
      collect() {
        this.set(sources.feed().queuedEvents);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'cuepoint_feed_broker_queue_usage',
      help: "Share of PostgreSQL's notification queue in use; 0 where the feed is another.",
      registers: [],
      collect() {
        this.set(sources.feed().brokerQueueUsage ?? 0);
      },
    }),
  );
  const sampleTableUpdates = cached(sources.tableUpdates, sources.monotonic);
  registry.registerMetric(
    new Counter({
      name: 'cuepoint_table_updates_total',
      help: "Updated rows by PostgreSQL's own count; heap_only ones touched no index.",
      labelNames: ['table', 'kind'] as const,
      registers: [],
      async collect() {
        const samples = await sampleTableUpdates();
        this.reset();
        for (const { table, updates, heapOnlyUpdates } of samples) {
          this.inc({ table, kind: 'heap_only' }, heapOnlyUpdates);
          this.inc({ table, kind: 'other' }, updates - heapOnlyUpdates);
        }
      },
    }),
  );
}

/** Keeps the last good sample: a database that is away must not turn a scrape into an error. */
function cached(
  sample: () => Promise<readonly TableUpdates[]>,
  monotonic: () => number,
): () => Promise<readonly TableUpdates[]> {
  let last: readonly TableUpdates[] = [];
  let sampledAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (monotonic() - sampledAtMs < TABLE_UPDATES_TTL_MS) return last;
    sampledAtMs = monotonic();
    // A database that is away fails, or comes later: the scrape says what was last known, /readyz the rest.
    const sampled = sample().then(
      (current) => {
        last = current;
      },
      () => undefined,
    );
    await within(sampled, SAMPLE_TIMEOUT_MS);
    return last;
  };
}
