import { createCeiling, measureCeiling } from '../peers/ceiling.ts';
import { createOriginSchema } from '../peers/origin.ts';
import { measureTable } from '../support/measured-table.ts';
import { measureCuepoint, measureOrigin } from '../support/measured-writes.ts';
import { runRounds, type Variant } from '../support/rounds.ts';
import { createCuepointSchema, dropSchemas, fillProgressTable } from '../support/server-client.ts';
import { decimal, medianOf, percent, ratioOf, whole, withSpread } from '../support/statistics.ts';
import type { BenchContext, Report, Sample, Table, Workload } from '../workload.ts';

const SCHEMA = 'bench_writes';
const ORIGIN = 'origin: a statement a change';

interface CuepointVariant {
  readonly writers: number;
  readonly callers: number;
}

const CUEPOINT_VARIANTS: readonly CuepointVariant[] = [
  { writers: 1, callers: 1_000 },
  { writers: 2, callers: 1_000 },
  { writers: 4, callers: 1_000 },
  { writers: 4, callers: 10_000 },
];
const CEILING_CONNECTIONS = [1, 2, 4];

/**
 * Acknowledged durable changes in a second: the origin's design, group commit, and the database fed from
 * within. Folded changes are not counted.
 */
export const durableWrites: Workload = {
  name: 'durable-writes',
  async run(context) {
    await createOriginSchema(context);
    await createCuepointSchema(context, SCHEMA);
    await createCeiling(context, SCHEMA);
    await fillProgressTable(context, 'origin.user_progress');
    await fillProgressTable(context, `${SCHEMA}.user_progress`);
    const samples = await runRounds(context, [
      { name: ORIGIN, measure: () => measureOrigin(context, { schema: 'origin', callers: 1_000 }) },
      ...CUEPOINT_VARIANTS.map((variant) => ({
        name: cuepointName(variant),
        measure: () => measureCuepoint(context, { schema: SCHEMA, ...variant }),
      })),
      ...CEILING_CONNECTIONS.map((connections) => ceilingVariant(context, connections)),
    ]);
    await dropSchemas(context, ['origin', SCHEMA]);
    return toReport(samples);
  },
};

function ceilingVariant(context: BenchContext, connections: number): Variant {
  return {
    name: ceilingName(connections),
    measure: () =>
      measureTable(context, `${SCHEMA}.user_progress`, () =>
        measureCeiling(context, SCHEMA, connections),
      ),
  };
}

function cuepointName({ writers, callers }: CuepointVariant): string {
  return `Cuepoint, writers ${writers}, callers ${whole(callers)}`;
}

function ceilingName(connections: number): string {
  return `ceiling, connections ${connections}`;
}

function toReport(samples: Record<string, Sample[]>): Report {
  const origin = samples[ORIGIN] ?? [];
  const writersOf = new Map(
    CUEPOINT_VARIANTS.map((variant) => [cuepointName(variant), variant.writers]),
  );
  const rows = Object.entries(samples).map(([name, own]) => {
    const writers = writersOf.get(name);
    const ceiling = writers === undefined ? undefined : samples[ceilingName(writers)];
    const figure = (key: string, format: (value: number) => string) =>
      own[0]?.[key] === undefined ? '' : withSpread(own, key, format);
    const plain = (key: string, format: (value: number) => string) =>
      own[0]?.[key] === undefined ? '' : format(medianOf(own, key));
    return [
      name,
      figure('acksPerSecond', whole),
      figure('p50Ms', decimal),
      figure('p99Ms', decimal),
      decimal(ratioOf(own, origin, 'acksPerSecond')),
      own[0]?.['p99Ms'] === undefined ? '' : decimal(ratioOf(own, origin, 'p99Ms')),
      ceiling === undefined ? '' : decimal(ratioOf(own, ceiling, 'acksPerSecond')),
      plain('heapOnlyShare', percent),
      plain('rowsPerCommit', whole),
    ];
  });
  const columns = [
    'variant',
    'acks/s',
    'p50 ms',
    'p99 ms',
    'acks / origin',
    'p99 / origin',
    'share of ceiling',
    'heap-only',
    'rows a commit',
  ];
  return {
    samples,
    tables: [{ title: 'Durable progress writes', columns, rows }, toProcessorTable(samples)],
  };
}

/** Processor time tells how the cores divide, also on a machine that others use meanwhile. */
function toProcessorTable(samples: Record<string, Sample[]>): Table {
  const measured = Object.entries(samples).filter(([, own]) => own[0]?.['nodeCores'] !== undefined);
  return {
    title: 'Where the processors go',
    columns: [
      'variant',
      'Node cores',
      'PostgreSQL cores',
      'Node µs an ack',
      'PostgreSQL µs an ack',
    ],
    rows: measured.map(([name, own]) => [
      name,
      decimal(medianOf(own, 'nodeCores')),
      decimal(medianOf(own, 'postgresCores')),
      decimal(medianOf(own, 'nodeMicrosPerAck')),
      decimal(medianOf(own, 'postgresMicrosPerAck')),
    ]),
  };
}
