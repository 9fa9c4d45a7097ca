import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { registerSampledMetrics, type MetricSources } from './sampled-metrics.ts';

it('samples at a scrape, asks the database seldom, and survives its absence', async () => {
  let [nowMs, asked, isAway] = [0, 0, false];
  const registry = new Registry();
  const sources: MetricSources = {
    persistence: () => ({ backlogChanges: 3, backlogBytes: 400 }),
    feed: () => ({ users: 1, queuedEvents: 7, queuedBytes: 70, brokerQueueUsage: 0.25 }),
    pool: () => ({ total: 5, idle: 2, waiting: 1 }),
    tableUpdates: async () => {
      asked += 1;
      if (isAway) throw new Error('away');
      return [{ table: 'user_progress', updates: 10 * asked, heapOnlyUpdates: 9 * asked }];
    },
    monotonic: () => nowMs,
  };
  registerSampledMetrics(registry, sources);
  const heapOnly = /cuepoint_table_updates_total\{table="user_progress",kind="heap_only"\} (\d+)/;
  const scrape = async () => heapOnly.exec(await registry.metrics())?.[1];

  const text = await registry.metrics();
  expect(text).toContain('cuepoint_backlog_changes 3\n');
  expect(text).toContain('cuepoint_backlog_bytes 400\n');
  expect(text).toContain('cuepoint_feed_queued_events 7\n');
  expect(text).toContain('cuepoint_feed_broker_queue_usage 0.25\n');
  expect(text).toContain('cuepoint_pool_connections{state="used"} 3\n');
  expect(text).toContain('cuepoint_pool_connections{state="waiting"} 1\n');
  expect(await scrape()).toBe('9');
  expect(asked).toBe(1);
  nowMs += 30_000;
  expect(await scrape()).toBe('18');
  nowMs += 30_000;
  isAway = true;
  expect(await scrape()).toBe('18');
});

it('[OPS1] a scrape ends though the database never answers', async () => {
  const registry = new Registry();
  registerSampledMetrics(registry, {
    persistence: () => ({ backlogChanges: 3, backlogBytes: 400 }),
    feed: () => ({ users: 1, queuedEvents: 7, queuedBytes: 70 }),
    pool: () => ({ total: 5, idle: 2, waiting: 1 }),
    tableUpdates: () => new Promise(() => undefined),
    monotonic: () => 0,
  });
  expect(await registry.metrics()).toContain('cuepoint_backlog_changes 3\n');
});
