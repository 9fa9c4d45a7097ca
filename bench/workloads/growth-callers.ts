import { createOriginSchema } from '../peers/origin.ts';
import { measureCuepoint, measureOrigin } from '../support/measured-writes.ts';
import { runRounds } from '../support/rounds.ts';
import { createCuepointSchema, dropSchemas, fillProgressTable } from '../support/server-client.ts';
import { toVariant, toWritesReport, type Growing } from '../support/growth.ts';
import type { Workload } from '../workload.ts';

const SCHEMA = 'bench_callers';
const WRITERS = 2;

/** Durable progress writes by one caller and by thousands, beside the origin's design. */
export const growthCallers: Workload = {
  name: 'growth-callers',
  async run(context) {
    await createOriginSchema(context);
    await createCuepointSchema(context, SCHEMA);
    await fillProgressTable(context, 'origin.user_progress');
    await fillProgressTable(context, `${SCHEMA}.user_progress`);
    const measured = context.scale.growth.callers.flatMap((callers): Growing[] => [
      {
        system: 'Cuepoint',
        size: callers,
        measure: () => measureCuepoint(context, { schema: SCHEMA, writers: WRITERS, callers }),
      },
      {
        system: 'origin: a statement a change',
        size: callers,
        measure: () => measureOrigin(context, { schema: 'origin', callers }),
      },
    ]);
    const samples = await runRounds(context, measured.map(toVariant));
    await dropSchemas(context, ['origin', SCHEMA]);
    return toWritesReport(measured, samples, {
      name: 'growth-callers',
      title: 'Durable progress writes by callers at a time',
      size: 'callers at a time',
    });
  },
};
