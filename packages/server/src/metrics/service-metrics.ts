import type { Op, OpResult } from '@cuepoint/core';
import type { PersistenceObserver } from '@cuepoint/store';
import { createLiveMetrics, type LiveMetrics } from './live-metrics.ts';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

export interface HttpSample {
  readonly method: string;
  /** The route's pattern. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

/**
 * What one service counts, in a registry of its own: two services of one process do not mix.
 *
 * Base units, and no label that names a user, a device or a content.
 */
export interface ServiceMetrics extends LiveMetrics {
  readonly registry: Registry;
  countOp(kind: Op['kind'] | 'unknown', result: OpResult['result']): void;
  /** Called with an op's hand-over to the group commit; what it returns is called with its durable result. */
  timeAck(): () => void;
  observeHttp(sample: HttpSample): void;
  countCollected(rows: number): void;
  readonly persistenceObserver: PersistenceObserver;
}

const COMMIT_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const COMMIT_ROWS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500];
const ACK_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const HTTP_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export function createServiceMetrics(): ServiceMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const ops = new Counter({
    name: 'cuepoint_ops_total',
    help: 'Ops by kind and by what became of them.',
    labelNames: ['kind', 'result'] as const,
    registers,
  });
  const ackSeconds = new Histogram({
    name: 'cuepoint_ack_duration_seconds',
    help: 'Time that an op waits for its durable result.',
    buckets: ACK_SECONDS,
    registers,
  });
  const commitSeconds = new Histogram({
    name: 'cuepoint_commit_duration_seconds',
    help: 'Time of one group commit, from its start to its flush.',
    buckets: COMMIT_SECONDS,
    registers,
  });
  const commitRows = new Histogram({
    name: 'cuepoint_commit_rows',
    help: 'Rows in one group commit.',
    buckets: COMMIT_ROWS,
    registers,
  });
  const folded = new Counter({
    name: 'cuepoint_folded_changes_total',
    help: 'Changes that another of the same batch stood for.',
    registers,
  });
  const retries = new Counter({
    name: 'cuepoint_commit_retries_total',
    help: 'Batches that were tried again, by SQLSTATE or error code.',
    labelNames: ['code'] as const,
    registers,
  });
  const poison = new Counter({
    name: 'cuepoint_poison_rows_total',
    help: 'Changes that the database refuses, by SQLSTATE.',
    labelNames: ['sqlstate'] as const,
    registers,
  });
  const collected = new Counter({
    name: 'cuepoint_gc_deleted_total',
    help: 'Tombstones deleted for good.',
    registers,
  });
  const httpSeconds = new Histogram({
    name: 'cuepoint_http_request_duration_seconds',
    help: 'Time to answer, by the pattern of the route.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: HTTP_SECONDS,
    registers,
  });

  return {
    registry,
    ...createLiveMetrics(registry),
    countOp: (kind, result) => ops.inc({ kind, result }),
    timeAck: () => ackSeconds.startTimer(),
    observeHttp: ({ method, route, status, durationMs }) =>
      httpSeconds.observe({ method, route, status: String(status) }, durationMs / 1_000),
    countCollected: (rows) => collected.inc(rows),
    persistenceObserver: {
      committed: ({ rows, folded: foldedChanges, durationMs }) => {
        commitSeconds.observe(durationMs / 1_000);
        commitRows.observe(rows);
        folded.inc(foldedChanges);
      },
      retried: ({ code }) => retries.inc({ code }),
      poisoned: ({ sqlState }) => poison.inc({ sqlstate: sqlState ?? 'none' }),
    },
  };
}
