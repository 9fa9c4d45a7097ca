import { createCeiling, measureCeiling } from '../peers/ceiling.ts';
import { runRounds } from '../support/rounds.ts';
import {
  createCuepointSchema,
  dropSchemas,
  fillProgressTable,
  onServer,
} from '../support/server-client.ts';
import { decimal, medianOf, percent, ratioOf, whole, withSpread } from '../support/statistics.ts';
import { withHeapOnlyShare } from '../support/table-updates.ts';
import type { BenchContext, Sample, Workload } from '../workload.ts';

interface Kind {
  readonly name: string;
  readonly schema: string;
  /** Changes to the schema of the migrations; `S` stands for the schema. */
  readonly changes: readonly string[];
}

const AS_MIGRATED = 'as migrated';

const KINDS: readonly Kind[] = [
  { name: AS_MIGRATED, schema: 'kind_migrated', changes: [] },
  {
    name: "origin's b-trees, fillfactor 100",
    schema: 'kind_origin',
    changes: [
      'drop index S.idx_progress_user, S.idx_progress_content, S.idx_progress_state, S.idx_progress_updated',
      'create index on S.user_progress (user_id)',
      'create index on S.user_progress (content_id)',
      'create index on S.user_progress (state)',
      'create index on S.user_progress (updated_at)',
      'alter table S.user_progress reset (fillfactor)',
    ],
  },
  {
    name: 'as migrated, b-tree on content_id',
    schema: 'kind_content',
    changes: ['drop index S.idx_progress_content', 'create index on S.user_progress (content_id)'],
  },
  {
    name: 'as migrated, without idx_progress_user',
    schema: 'kind_user',
    changes: ['drop index S.idx_progress_user'],
  },
  {
    name: 'as migrated, without the three BRIN indexes',
    schema: 'kind_plain',
    changes: ['drop index S.idx_progress_content, S.idx_progress_state, S.idx_progress_updated'],
  },
  {
    name: 'as migrated, fillfactor 100',
    schema: 'kind_full',
    changes: ['alter table S.user_progress reset (fillfactor)'],
  },
];

/** What each kind of index costs a batch of upserts; the schema's kinds are chosen by this. */
export const indexKinds: Workload = {
  name: 'index-kinds',
  async run(context) {
    for (const { schema, changes } of KINDS) {
      await createCuepointSchema(context, schema);
      await onServer(context, async (client) => {
        for (const change of changes) await client.query(change.replaceAll('S.', `${schema}.`));
      });
      await createCeiling(context, schema);
      await fillProgressTable(context, `${schema}.user_progress`);
    }
    const samples = await runRounds(
      context,
      KINDS.map(({ name, schema }) => ({ name, measure: () => measure(context, schema) })),
    );
    await dropSchemas(
      context,
      KINDS.map(({ schema }) => schema),
    );
    const migrated = samples[AS_MIGRATED] ?? [];
    return {
      samples,
      tables: [
        {
          title:
            'Index kinds of user_progress (500-row batches from within the database, one connection)',
          columns: ['kinds', 'rows/s', 'rows / as migrated', 'heap-only', 'table and indexes MiB'],
          rows: Object.entries(samples).map(([name, own]) => [
            name,
            withSpread(own, 'acksPerSecond', whole),
            decimal(ratioOf(own, migrated, 'acksPerSecond')),
            percent(medianOf(own, 'heapOnlyShare')),
            whole(own.at(-1)?.['sizeMib'] ?? Number.NaN),
          ]),
        },
      ],
    };
  },
};

async function measure(context: BenchContext, schema: string): Promise<Sample> {
  const table = `${schema}.user_progress`;
  await onServer(context, (client) => client.query(`vacuum ${table}`));
  const { result, heapOnlyShare } = await withHeapOnlyShare(context, table, () =>
    measureCeiling(context, schema, 1),
  );
  const sizeMib = await onServer(context, async (client) => {
    const { rows } = await client.query<{ mib: number }>(
      'select (pg_total_relation_size($1::regclass) / 1048576.0)::float8 as mib',
      [table],
    );
    return rows[0]?.mib ?? Number.NaN;
  });
  return { ...result, heapOnlyShare, sizeMib };
}
