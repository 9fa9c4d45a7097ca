import { percentile } from '../support/statistics.ts';
import type { Sample } from '../workload.ts';
import type { Outcome } from './live-clients.ts';

/** When each change was acknowledged and shown, by its sequence number. */
export interface ChangeLog {
  acked(this: void, seq: number, outcome: Outcome): void;
  shown(this: void, seq: number): void;
  /** Acknowledged or refused. */
  readonly answeredCount: number;
  /** Whether every change is answered and, if it was applied, shown. */
  readonly isSettled: boolean;
  summary(window: Window): Sample;
}

/** The changes that count. */
export interface Window {
  /** The first, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Latency counts from here. */
  dueAtMs(this: void, seq: number): number;
  /** To here it counts for a change that never came: it is at least that. */
  readonly waitedUntilMs: number;
}

const CODES = { applied: 1, superseded: 2, refused: 3 } as const satisfies Record<Outcome, number>;

/** Times are by `performance.now()`, and 0 until they are known. */
export function createChangeLog(count: number): ChangeLog {
  const ackedAtMs = new Float64Array(count);
  const shownAtMs = new Float64Array(count);
  const outcomes = new Uint8Array(count);
  const totals = { answered: 0, applied: 0, refused: 0, shown: 0, shownTwice: 0 };

  return {
    acked(seq, outcome) {
      outcomes[seq] = CODES[outcome];
      totals.answered += 1;
      if (outcome === 'applied') totals.applied += 1;
      if (outcome === 'refused') totals.refused += 1;
      else ackedAtMs[seq] = performance.now();
    },
    shown(seq) {
      if (shownAtMs[seq] !== 0) {
        totals.shownTwice += 1;
        return;
      }
      shownAtMs[seq] = performance.now();
      totals.shown += 1;
    },
    get answeredCount() {
      return totals.answered;
    },
    get isSettled() {
      return totals.answered >= count && totals.shown >= totals.applied;
    },
    summary(window) {
      const isRefused = (seq: number) => outcomes[seq] === CODES.refused;
      const isFolded = (seq: number) => outcomes[seq] === CODES.superseded && shownAtMs[seq] === 0;
      const acks = latenciesMs(window, ackedAtMs, (seq) => !isRefused(seq));
      const shows = latenciesMs(window, shownAtMs, (seq) => !isRefused(seq) && !isFolded(seq));
      return {
        acksPerSecond: perSecondIn(window, ackedAtMs),
        shownP50Ms: percentile(shows.sorted, 0.5),
        shownP99Ms: percentile(shows.sorted, 0.99),
        shownMaxMs: percentile(shows.sorted, 1),
        ackP50Ms: percentile(acks.sorted, 0.5),
        ackP99Ms: percentile(acks.sorted, 0.99),
        foldedShare: 1 - shows.sorted.length / acks.sorted.length,
        refused: totals.refused,
        neverAcked: acks.missing,
        neverShown: shows.missing,
        shownTwice: totals.shownTwice,
      };
    },
  };
}

function latenciesMs(
  { from, to, dueAtMs, waitedUntilMs }: Window,
  atMs: Float64Array,
  counts: (seq: number) => boolean,
): { readonly sorted: Float64Array; readonly missing: number } {
  const latencies = new Float64Array(to - from);
  let length = 0;
  let missing = 0;
  for (let seq = from; seq < to; seq += 1) {
    if (!counts(seq)) continue;
    const at = atMs[seq] ?? 0;
    if (at === 0) missing += 1;
    latencies[length] = (at === 0 ? waitedUntilMs : at) - dueAtMs(seq);
    length += 1;
  }
  return { sorted: latencies.subarray(0, length).sort(), missing };
}

/** Events between the times at which the window's first and last change were due. */
function perSecondIn({ from, to, dueAtMs }: Window, atMs: Float64Array): number {
  const startMs = dueAtMs(from);
  const endMs = dueAtMs(to);
  let events = 0;
  for (const at of atMs) if (at >= startMs && at < endMs) events += 1;
  return (1_000 * events) / (endMs - startMs);
}
