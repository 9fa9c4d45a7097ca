import { decimal, medianOf, percent, whole, withSpread } from '../support/statistics.ts';
import type { Sample, Table } from '../workload.ts';

/** Rounds of one system at one rate. */
export interface ChangeRow {
  readonly system: string;
  readonly changesPerSecond: number;
  readonly samples: readonly Sample[];
}

const LATENCY_COLUMNS = [
  'acks/s',
  'shown p50 ms',
  'shown p99 ms',
  'ack p50 ms',
  'ack p99 ms',
  'waiting, first to last quarter',
  'held',
  'stored when shown',
  'refused',
  'never shown',
];
const NOT_MEASURED = 'not held, or not measured since a lower rate was not';

export function toLatencyTable(title: string, rows: readonly ChangeRow[]): Table {
  return {
    title,
    columns: ['system', 'changes/s asked', ...LATENCY_COLUMNS],
    rows: rows.map(({ system, changesPerSecond, samples }) => [
      system,
      whole(changesPerSecond),
      ...(samples.length === 0
        ? [NOT_MEASURED, ...LATENCY_COLUMNS.slice(1).map(() => '')]
        : latencyCells(changesPerSecond, samples)),
    ]),
  };
}

function latencyCells(changesPerSecond: number, samples: readonly Sample[]): string[] {
  return [
    whole(medianOf(samples, 'acksPerSecond')),
    withSpread(samples, 'shownP50Ms', decimal),
    withSpread(samples, 'shownP99Ms', decimal),
    withSpread(samples, 'ackP50Ms', decimal),
    withSpread(samples, 'ackP99Ms', decimal),
    `${whole(medianOf(samples, 'waitingFirst'))} to ${whole(medianOf(samples, 'waitingLast'))}`,
    isHeld({ changesPerSecond, samples }) ? 'yes' : 'no',
    percent(sumOf(samples, 'storedWhenShown') / sumOf(samples, 'storedChecks')),
    whole(sumOf(samples, 'refused')),
    whole(sumOf(samples, 'neverShown')),
  ];
}

export function toCoresTable(title: string, rows: readonly ChangeRow[]): Table {
  return {
    title,
    columns: [
      'system',
      'changes/s asked',
      'service cores',
      'PostgreSQL cores',
      'generator cores',
      'others',
      'service µs a change',
      'PostgreSQL µs a change',
      'generator late p99 ms',
    ],
    rows: rows.flatMap(({ system, changesPerSecond, samples }) => {
      if (samples.length === 0) return [];
      const cores = (side: string) => medianOf(samples, `${side}Cores`);
      const acks = medianOf(samples, 'acksPerSecond');
      return [
        [
          system,
          whole(changesPerSecond),
          decimal(cores('service')),
          decimal(cores('postgres')),
          decimal(cores('generator')),
          decimal(cores('other')),
          decimal((1e6 * cores('service')) / acks),
          decimal((1e6 * cores('postgres')) / acks),
          decimal(medianOf(samples, 'latenessP99Ms')),
        ],
      ];
    }),
  };
}

export interface Goal {
  readonly goal: string;
  readonly reached: string;
  readonly isReached: boolean;
}

export function toGoalTable(title: string, goals: readonly Goal[]): Table {
  return {
    title,
    columns: ['goal', 'reached', ''],
    rows: goals.map(({ goal, reached, isReached }) => [goal, reached, isReached ? 'yes' : 'no']),
  };
}

/** The greatest p99 from a change on one device to the other, by the rate it is asked at. */
const SHOWN_P99_GOALS_MS: ReadonlyMap<number, number> = new Map([
  [1_000, 15],
  [4_000, 60],
]);
const HELD_RATE = 8_000;
/** Growth of what waits, in the time that it takes to send it: less is the clock's and the disk's noise. */
const HELD_GROWTH_SECONDS = 0.05;
const HELD_SHARE = 0.995;
const FALLEN_BEHIND_SHARE = 0.9;

/** What the issue asks of one system, where its rate was measured. */
export function goalsOf({ changesPerSecond, samples }: ChangeRow, prefix = ''): Goal[] {
  const goals: Goal[] = [];
  const p99Goal = SHOWN_P99_GOALS_MS.get(changesPerSecond);
  const p99 = medianOf(samples, 'shownP99Ms');
  if (p99Goal !== undefined) {
    goals.push({
      goal: `${prefix}shown p99 at most ${p99Goal} ms at ${whole(changesPerSecond)}/s`,
      reached: `${decimal(p99)} ms`,
      isReached: p99 <= p99Goal,
    });
  }
  if (changesPerSecond === HELD_RATE) {
    const acks = medianOf(samples, 'acksPerSecond');
    const growth = growthOf(samples);
    const refused = sumOf(samples, 'refused');
    goals.push({
      goal: `${prefix}${whole(HELD_RATE)}/s held, what waits does not grow`,
      reached: `${whole(acks)}/s, ${growth < 0 ? '' : '+'}${whole(growth)} changes, ${whole(refused)} refused`,
      isReached: isHeld({ changesPerSecond, samples }),
    });
  }
  return goals;
}

function isHeld({ changesPerSecond, samples }: Omit<ChangeRow, 'system'>): boolean {
  return (
    medianOf(samples, 'acksPerSecond') >= HELD_SHARE * changesPerSecond &&
    growthOf(samples) <= HELD_GROWTH_SECONDS * changesPerSecond &&
    sumOf(samples, 'refused') === 0
  );
}

/** So far behind that a higher rate would only measure the queue. */
export function hasFallenBehind(
  { acksPerSecond = NaN }: Sample,
  changesPerSecond: number,
): boolean {
  return !(acksPerSecond >= FALLEN_BEHIND_SHARE * changesPerSecond);
}

function growthOf(samples: readonly Sample[]): number {
  return medianOf(samples, 'waitingLast') - medianOf(samples, 'waitingFirst');
}

export function storedGoal(rows: readonly ChangeRow[]): Goal {
  const samples = rows.flatMap((row) => row.samples);
  const [checks, stored] = [sumOf(samples, 'storedChecks'), sumOf(samples, 'storedWhenShown')];
  return {
    goal: 'stored before it is shown',
    reached: `${whole(stored)} of ${whole(checks)} reads`,
    isReached: checks > 0 && stored === checks,
  };
}

function sumOf(samples: readonly Sample[], figure: string): number {
  return samples.reduce((sum, sample) => sum + (sample[figure] ?? 0), 0);
}
