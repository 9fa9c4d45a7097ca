import { toGoalTable, type Goal } from '../live/change-tables.ts';
import { createCeiling, measureCeiling } from '../peers/ceiling.ts';
import { createOriginSchema } from '../peers/origin.ts';
import { runClosedLoop } from '../support/closed-loop.ts';
import { withEmbeddedWrites, type EmbeddedWrites } from '../support/embedded-writes.ts';
import { measureTable } from '../support/measured-table.ts';
import { runRounds } from '../support/rounds.ts';
import { createCuepointSchema, dropSchemas, fillProgressTable } from '../support/server-client.ts';
import { decimal, ratioOf, toBar } from '../support/statistics.ts';
import {
  cuepointName,
  cuepointVariant,
  ORIGIN,
  originVariant,
  type Writers,
} from '../writes/own-variants.ts';
import { withPeerVariants } from '../writes/peer-variants.ts';
import { measureServiceWrites } from '../writes/service-writes.ts';
import {
  toProcessorTable,
  toWritesTable,
  type Samples,
  type WriteRows,
  type WriteVariant,
} from '../writes/write-tables.ts';
import type { BenchContext, Report, Workload } from '../workload.ts';

const SCHEMA = 'bench_writes';
const TITLE = 'Durable progress writes';
const CALLERS = 1_000;
const WARM_UP_SECONDS = 1;

const CUEPOINT_VARIANTS: readonly Writers[] = [
  { writers: 1, callers: CALLERS },
  { writers: 2, callers: CALLERS },
  { writers: 4, callers: CALLERS },
  { writers: 4, callers: 10_000 },
];
/** The store's default. */
const DEFAULT_VARIANT = cuepointName({ writers: 2, callers: CALLERS });
const CEILING_CONNECTIONS = [1, 2, 4];

/**
 * Acknowledged changes in a second: the origin's design, group commit on PostgreSQL and PGlite, the database
 * fed from within, and what people would pick instead. Folded changes are not counted.
 */
export const durableWrites: Workload = {
  name: 'durable-writes',
  async run(context) {
    await createOriginSchema(context);
    await createCuepointSchema(context, SCHEMA);
    await createCeiling(context, SCHEMA);
    await fillProgressTable(context, 'origin.user_progress');
    await fillProgressTable(context, `${SCHEMA}.user_progress`);
    const report = await withEmbeddedWrites(context, (embedded) =>
      withPeerVariants(context, CALLERS, async ({ variants: peers, leftOut }) => {
        const variants: readonly WriteVariant[] = [
          originVariant(context, CALLERS),
          ...CUEPOINT_VARIANTS.map((writers) => cuepointVariant(context, SCHEMA, writers)),
          embeddedVariant(context, embedded),
          serviceVariant(context),
          ...peers,
          ...CEILING_CONNECTIONS.map((connections) => ceilingVariant(context, connections)),
        ];
        const samples = await runRounds(context, variants);
        return toReport({ variants, leftOut, samples, ceilingOf: ceilingOf(samples) }, peers);
      }),
    );
    await dropSchemas(context, ['origin', SCHEMA]);
    return report;
  },
};

/** Database, store and callers share one thread. */
function embeddedVariant(context: BenchContext, { write, counted }: EmbeddedWrites): WriteVariant {
  const { seconds } = context.scale;
  const loop = {
    callers: CALLERS,
    call: write,
    warmUpSeconds: Math.min(WARM_UP_SECONDS, seconds),
    seconds,
  };
  return {
    name: 'Cuepoint on PGlite',
    ack: 'flushed',
    measure: () => counted(() => runClosedLoop(loop)),
  };
}

function serviceVariant(context: BenchContext): WriteVariant {
  return {
    name: 'Cuepoint service over WebSocket',
    ack: 'flushed',
    measure: () => measureServiceWrites(context, SCHEMA, CALLERS),
  };
}

function ceilingVariant(context: BenchContext, connections: number): WriteVariant {
  return {
    name: ceilingName(connections),
    ack: '',
    measure: () =>
      measureTable(context, `${SCHEMA}.user_progress`, () =>
        measureCeiling(context, SCHEMA, connections),
      ),
  };
}

function ceilingName(connections: number): string {
  return `ceiling, connections ${connections}`;
}

function ceilingOf(samples: Samples): NonNullable<WriteRows['ceilingOf']> {
  const writersOf = new Map(
    CUEPOINT_VARIANTS.map((variant) => [cuepointName(variant), variant.writers]),
  );
  return (name) => {
    const writers = writersOf.get(name);
    return writers === undefined ? undefined : samples[ceilingName(writers)];
  };
}

function toReport(rows: WriteRows, peers: readonly WriteVariant[]): Report {
  const { variants, samples } = rows;
  return {
    samples,
    tables: [
      toWritesTable(TITLE, rows),
      toProcessorTable(`Where the processors go: ${TITLE}`, rows),
      toGoalTable(`Goals: ${TITLE}`, goalsOf(rows, peers)),
    ],
    plots: [
      {
        kind: 'bars',
        name: 'durable-writes',
        title: `${TITLE}, ${CALLERS.toLocaleString('en-US')} callers`,
        value: { label: 'acks a second', scale: 'linear' },
        bars: variants.map(({ name, ack }) =>
          toBar(
            ack === 'in memory' ? `${name} (not durable)` : name,
            samples[name] ?? [],
            'acksPerSecond',
          ),
        ),
      },
    ],
  };
}

function goalsOf({ samples, ceilingOf: ceiling }: WriteRows, peers: readonly WriteVariant[]) {
  const own = samples[DEFAULT_VARIANT] ?? [];
  const times = (other: readonly (typeof own)[number][], figure = 'acksPerSecond') =>
    ratioOf(own, other, figure);
  const acks = times(samples[ORIGIN] ?? []);
  const p99 = times(samples[ORIGIN] ?? [], 'p99Ms');
  const share = times(ceiling?.(DEFAULT_VARIANT) ?? []);
  const goals: Goal[] = [
    { goal: 'acks at least 8 x the origin', reached: `${decimal(acks)} x`, isReached: acks >= 8 },
    {
      goal: "p99 at most a quarter of the origin's",
      reached: decimal(p99),
      isReached: p99 <= 0.25,
    },
    {
      goal: 'at least 0.75 of the ceiling at equal connections',
      reached: decimal(share),
      isReached: share >= 0.75,
    },
  ];
  for (const { name, ack } of peers) {
    if (ack !== 'flushed') continue;
    const ratio = times(samples[name] ?? []);
    goals.push({
      goal: `acks ahead of ${name}`,
      reached: `${decimal(ratio)} x`,
      isReached: ratio > 1,
    });
  }
  return goals;
}
