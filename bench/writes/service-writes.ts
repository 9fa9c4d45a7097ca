import { withServices } from '../live/services.ts';
import { onServer } from '../support/server-client.ts';
import type { BenchContext, Sample } from '../workload.ts';
import { measureWrites } from './measure-writes.ts';

/** The whole service in front of the same table: what a peer that is a server is to be held beside. */
export function measureServiceWrites(
  context: BenchContext,
  schema: string,
  callers: number,
): Promise<Sample> {
  const env = { CUEPOINT_FEED: 'memory' };
  return withServices(
    context,
    { schema, instances: 1, env, keepsTables: true },
    async ({ pids, urls: [url = ''], mintUsers }) => {
      await onServer(context, (client) => client.query(`vacuum ${schema}.user_progress`));
      const users = await mintUsers(context.scale.users);
      return measureWrites(context, { system: 'cuepoint', pids, url, users, callers });
    },
  );
}
