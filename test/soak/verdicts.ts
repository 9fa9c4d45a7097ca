import { median } from '../../bench/support/statistics.ts';
import type { SoakSample } from './sampler.ts';

/** What has to be flat, and whether it was. */
export interface Verdict {
  readonly what: string;
  /** Medians of the second and of the last quarter of the run; the first is for everything to fill up. */
  readonly before: number;
  readonly after: number;
  readonly ratioMax: number;
  readonly isFlat: boolean;
}

type Figure =
  | 'residentBytes'
  | 'heapBytes'
  | 'ackP50Ms'
  | 'ackP99Ms'
  | 'servedP99Ms'
  | 'tableBytes'
  | 'tombstones';

const LIMITS: readonly {
  readonly figure: Figure;
  readonly what: string;
  readonly ratioMax: number;
  /** Less of a difference than this is none, in the figure's unit. */
  readonly tolerance: number;
  /** A fault is meant to be felt in this one. */
  readonly calmOnly: boolean;
}[] = [
  {
    figure: 'residentBytes',
    what: 'resident memory of the service',
    ratioMax: 1.2,
    tolerance: 16 * 2 ** 20,
    calmOnly: false,
  },
  {
    figure: 'heapBytes',
    what: 'JavaScript heap of the service',
    ratioMax: 1.3,
    tolerance: 16 * 2 ** 20,
    calmOnly: false,
  },
  { figure: 'ackP50Ms', what: 'ack, median', ratioMax: 1.5, tolerance: 5, calmOnly: true },
  { figure: 'ackP99Ms', what: 'ack, p99', ratioMax: 2, tolerance: 20, calmOnly: true },
  {
    figure: 'servedP99Ms',
    what: 'ack, p99, by the service',
    ratioMax: 2,
    tolerance: 20,
    calmOnly: true,
  },
  {
    figure: 'tableBytes',
    what: 'tables and indexes',
    ratioMax: 1.3,
    tolerance: 8 * 2 ** 20,
    calmOnly: false,
  },
  { figure: 'tombstones', what: 'tombstones', ratioMax: 1.3, tolerance: 2_000, calmOnly: false },
];

/** Whether the last quarter of a run looks like its second. */
export function judge(samples: readonly SoakSample[]): readonly Verdict[] {
  const quarter = Math.floor(samples.length / 4);
  const second = samples.slice(quarter, 2 * quarter);
  const last = samples.slice(-quarter);
  return LIMITS.map(({ figure, what, ratioMax, tolerance, calmOnly }) => {
    const medianOf = (part: readonly SoakSample[]) =>
      median(
        part
          .filter(({ isCalm }) => isCalm || !calmOnly)
          .map((sample) => sample[figure])
          .filter((value) => !Number.isNaN(value)),
      );
    const [before, after] = [medianOf(second), medianOf(last)];
    // NaN, where there was nothing to measure, is not flat.
    const isFlat = after <= before * ratioMax || after - before <= tolerance;
    return { what, before, after, ratioMax, isFlat };
  });
}
