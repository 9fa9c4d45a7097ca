import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import {
  pointBetween,
  readingOf,
  type Reading,
} from '../../apps/console/src/health/health-point.ts';
import { percentile } from '../../bench/support/statistics.ts';
import type { Instance } from '../crash/instance.ts';
import type { Ledger } from '../crash/ledger.ts';
import { readMetrics, requireMetric } from '../support/read-metrics.ts';

/** What one stretch of the run looked like. */
export interface SoakSample {
  /** Since the start of the run, at the end of the stretch. */
  readonly atSeconds: number;
  readonly acksPerSecond: number;
  /** From the moment a push left the device to its ack; NaN where none came. */
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  /** From the service's read of a change to its durable result, as near as its histogram tells; NaN where none came. */
  readonly servedP99Ms: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** Of everything that a user's rows lie in, indexes included. */
  readonly tableBytes: number;
  readonly tombstones: number;
  /** Share of the time in which the event loop of this process worked: all devices live in it, and wait for it. */
  readonly crowdUtilization: number;
  /** Nothing was broken and nothing on its way back. */
  readonly isCalm: boolean;
}

const SELECT_SIZES = `
select
  (
    pg_total_relation_size('user_watchlists') + pg_total_relation_size('user_progress')
    + pg_total_relation_size('user_devices') + pg_total_relation_size('user_floors')
  )::float8 as "tableBytes",
  (select count(*) from user_watchlists where is_removed)::float8 as tombstones`;

/** Takes samples; what was acknowledged between two of them is the later one's. */
export class Sampler {
  readonly #ledger: Ledger;
  readonly #startedAtMs = performance.now();
  #lastAtMs = performance.now();
  #lastAcked: number;
  #waitedMs: number[] = [];
  #lastUtilization = performance.eventLoopUtilization();
  #lastReading: Reading | undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#lastAcked = ledger.acked;
  }

  readonly answered = (waitedMs: number): void => {
    this.#waitedMs.push(waitedMs);
  };

  async take(instance: Instance, client: pg.Client, isCalm: boolean): Promise<SoakSample> {
    const nowMs = performance.now();
    const { acked } = this.#ledger;
    const waitedMs = this.#waitedMs.sort((a, b) => a - b);
    const seconds = (nowMs - this.#lastAtMs) / 1_000;
    const acksPerSecond = (acked - this.#lastAcked) / seconds;
    const utilization = performance.eventLoopUtilization();
    const crowdUtilization = performance.eventLoopUtilization(
      utilization,
      this.#lastUtilization,
    ).utilization;
    this.#waitedMs = [];
    this.#lastUtilization = utilization;
    this.#lastAtMs = nowMs;
    this.#lastAcked = acked;
    const lastReading = this.#lastReading;
    // Where nobody answers, the next difference would hold this time too.
    this.#lastReading = undefined;
    const [metrics, sizes] = await Promise.all([
      readMetrics(instance.address),
      client.query<Pick<SoakSample, 'tableBytes' | 'tombstones'>>(SELECT_SIZES),
    ]);
    const [row] = sizes.rows;
    if (row === undefined) throw new Error('a select without a table has one row');
    const reading = readingOf(metrics, nowMs);
    const served = pointBetween(lastReading ?? reading, reading);
    this.#lastReading = reading;
    return {
      atSeconds: (nowMs - this.#startedAtMs) / 1_000,
      acksPerSecond,
      ackP50Ms: percentile(waitedMs, 0.5),
      ackP99Ms: percentile(waitedMs, 0.99),
      servedP99Ms: served.ackP99Ms ?? Number.NaN,
      residentBytes: requireMetric(metrics, 'process_resident_memory_bytes'),
      heapBytes: requireMetric(metrics, 'nodejs_heap_size_used_bytes'),
      ...row,
      crowdUtilization,
      isCalm,
    };
  }
}
