import type { Variant } from '../support/rounds.ts';
import { decimal, medianOf, percent, ratioOf, whole, withSpread } from '../support/statistics.ts';
import type { Sample, Table } from '../workload.ts';
import { ORIGIN } from './own-variants.ts';

export interface WriteVariant extends Variant {
  /** What has become of a change when its caller is answered; empty where nobody is. */
  readonly ack: 'flushed' | 'in memory' | '';
}

export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

export type Samples = Readonly<Record<string, readonly Sample[]>>;

export interface WriteRows {
  readonly variants: readonly WriteVariant[];
  readonly leftOut?: readonly LeftOut[];
  readonly samples: Samples;
  /** The ceiling at as many connections, for those that have one. */
  ceilingOf?(this: void, name: string): readonly Sample[] | undefined;
}

const NOT_MEASURED = 'did not get through';

export function toWritesTable(title: string, rows: WriteRows): Table {
  const { variants, leftOut = [], samples, ceilingOf } = rows;
  const columns = [
    'variant',
    'when acknowledged',
    'acks/s',
    'p50 ms',
    'p99 ms',
    'acks / origin',
    'p99 / origin',
    'share of ceiling',
    'heap-only',
    'rows a commit',
  ];
  const origin = samples[ORIGIN] ?? [];
  const measured = variants.map(({ name, ack }) => {
    const own = samples[name] ?? [];
    if (own.length === 0) return columns.map((_, column) => [name, NOT_MEASURED][column] ?? '');
    const ceiling = ceilingOf?.(name);
    const shown = (key: string, format: () => string) =>
      Number.isNaN(own[0]?.[key] ?? Number.NaN) ? '' : format();
    return [
      name,
      ack,
      withSpread(own, 'acksPerSecond', whole),
      shown('p50Ms', () => withSpread(own, 'p50Ms', decimal)),
      shown('p99Ms', () => withSpread(own, 'p99Ms', decimal)),
      decimal(ratioOf(own, origin, 'acksPerSecond')),
      shown('p99Ms', () => decimal(ratioOf(own, origin, 'p99Ms'))),
      ceiling === undefined ? '' : decimal(ratioOf(own, ceiling, 'acksPerSecond')),
      shown('heapOnlyShare', () => percent(medianOf(own, 'heapOnlyShare'))),
      shown('rowsPerCommit', () => whole(medianOf(own, 'rowsPerCommit'))),
    ];
  });
  const missing = leftOut.map(({ name, reason }) =>
    columns.map((_, column) => [name, reason][column] ?? ''),
  );
  return withoutEmptyColumns({ title, columns, rows: [...measured, ...missing] });
}

function withoutEmptyColumns({ title, columns, rows }: Table): Table {
  const isKept = columns.map((_, column) => rows.some((cells) => cells[column] !== ''));
  const kept = (cells: readonly string[]) => cells.filter((_, column) => isKept[column]);
  return { title, columns: kept(columns), rows: rows.map(kept) };
}

/** Processor time tells how the cores divide, also on a machine that others use meanwhile. */
export function toProcessorTable(title: string, { variants, samples }: WriteRows): Table {
  const sides = ['load', 'service', 'postgres'] as const;
  const rows = variants.flatMap(({ name }) => {
    const own = (samples[name] ?? []).map(coresOf);
    if (own[0]?.['loadCores'] === undefined) return [];
    const cell = (figure: string) =>
      Number.isNaN(medianOf(own, figure)) ? '' : decimal(medianOf(own, figure));
    return [
      [
        name,
        ...sides.map((side) => cell(`${side}Cores`)),
        ...sides.map((side) => cell(`${side}MicrosPerAck`)),
      ],
    ];
  });
  const columns = [
    'variant',
    'load generator, with the store or client in its process: cores',
    'service cores',
    'PostgreSQL cores',
    'generator µs an ack',
    'service µs an ack',
    'PostgreSQL µs an ack',
  ];
  return { title, columns, rows };
}

function coresOf(sample: Sample): Sample {
  const { acksPerSecond = NaN, nodeCores, generatorCores = nodeCores } = sample;
  if (generatorCores === undefined) return {};
  const { serviceCores = NaN, postgresCores = NaN } = sample;
  const micros = (cores: number) => (1e6 * cores) / acksPerSecond;
  return {
    loadCores: generatorCores,
    serviceCores,
    postgresCores,
    loadMicrosPerAck: micros(generatorCores),
    serviceMicrosPerAck: micros(serviceCores),
    postgresMicrosPerAck: micros(postgresCores),
  };
}
