import { createOriginSchema } from '../peers/origin.ts';
import { measureCuepoint, measureOrigin } from '../support/measured-writes.ts';
import { runRounds } from '../support/rounds.ts';
import { createCuepointSchema, dropSchemas, fillProgressTable } from '../support/server-client.ts';
import { toVariant, toWritesReport, type Growing } from '../support/growth.ts';
import type { BenchContext, Workload } from '../workload.ts';

const WRITERS = 2;
const CALLERS = 1_000;

/** Durable progress writes to tables of ever more users with a row each, beside the origin's design. */
export const growthUsers: Workload = {
  name: 'growth-users',
  async run(context) {
    const schemas: string[] = [];
    const measured: Growing[] = [];
    for (const users of context.scale.growth.users) {
      const sized: BenchContext = {
        ...context,
        scale: { ...context.scale, users, contentsPerUser: 1 },
      };
      const own = `bench_users_${users}`;
      const origin = `origin_users_${users}`;
      schemas.push(own, origin);
      await createCuepointSchema(sized, own);
      await createOriginSchema(sized, origin);
      for (const schema of [own, origin]) await fillProgressTable(sized, `${schema}.user_progress`);
      measured.push(
        {
          system: 'Cuepoint',
          size: users,
          measure: () =>
            measureCuepoint(sized, { schema: own, writers: WRITERS, callers: CALLERS }),
        },
        {
          system: 'origin: a statement a change',
          size: users,
          measure: () => measureOrigin(sized, { schema: origin, callers: CALLERS }),
        },
      );
    }
    const samples = await runRounds(context, measured.map(toVariant));
    await dropSchemas(context, schemas);
    return toWritesReport(measured, samples, {
      name: 'growth-users',
      title: 'Durable progress writes by users in the table',
      size: 'users, one row each',
    });
  },
};
