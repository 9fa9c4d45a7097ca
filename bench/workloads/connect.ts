import { toGoalTable } from '../live/change-tables.ts';
import { createCoreMeter } from '../live/core-meter.ts';
import { runGenerator } from '../live/generator-process.ts';
import type { ConnectsJob } from '../live/job.ts';
import { withServices, type Services } from '../live/services.ts';
import { liveRounds, runRounds } from '../support/rounds.ts';
import { onServer } from '../support/server-client.ts';
import { decimal, medianOf, withSpread } from '../support/statistics.ts';
import type { BenchContext, Sample, Workload } from '../workload.ts';

const SCHEMA = 'bench_connect';
/** Of the watchlist, and of progress. */
const ROWS_EACH = 250;
const WARM_UP_SECONDS_MAX = 3;
const RETURNING_SHARE = 0.8;
const P99_GOAL_MS = 20;

/** From the start of a connection to its welcome, which carries the whole state of its user. */
export const connect: Workload = {
  name: 'connect',
  async run(context) {
    const { connectsPerSecond } = context.scale.live;
    const samples = await withServices(
      context,
      { schema: SCHEMA, instances: 1, env: FEED, fill: () => fill(context) },
      (services) =>
        runRounds(
          liveRounds(context),
          ENDINGS.map((ending) => ({
            name: nameOf(ending),
            measure: () => measureConnects(context, services, ending),
          })),
        ),
    );
    const ownOf = (ending: Ending) => samples[nameOf(ending)] ?? [];
    const p99Of = (ending: Ending) => medianOf(ownOf(ending), 'p99Ms');
    return {
      samples,
      tables: [
        {
          title: `Connect to first welcome with ${2 * ROWS_EACH} rows`,
          columns: [
            'load',
            'p50 ms',
            'p99 ms',
            'service cores',
            'PostgreSQL cores',
            'generator cores',
            'others',
          ],
          rows: ENDINGS.map((ending) => [
            `${connectsPerSecond} connects/s, each device ${ending} after a second`,
            withSpread(ownOf(ending), 'p50Ms', decimal),
            withSpread(ownOf(ending), 'p99Ms', decimal),
            ...['service', 'postgres', 'generator', 'other'].map((side) =>
              decimal(medianOf(ownOf(ending), `${side}Cores`)),
            ),
          ]),
        },
        toGoalTable(
          'Goals: connect',
          ENDINGS.map((ending) => ({
            goal: `p99 at most ${P99_GOAL_MS} ms at ${connectsPerSecond} connects/s, each device ${ending}`,
            reached: `${decimal(p99Of(ending))} ms`,
            isReached: p99Of(ending) <= P99_GOAL_MS,
          })),
        ),
      ],
    };
  },
};

/** Alone on its database, an instance needs no feed but its own. */
const FEED = { CUEPOINT_FEED: 'memory' };

type Ending = ConnectsJob['ending'];
/** One that said nothing comes back without a write: that is a network that went, or a service that was started again. */
const ENDINGS: readonly Ending[] = ['leaves', 'is lost'];
const nameOf = (ending: Ending) => `each ${ending}`;

async function measureConnects(
  context: BenchContext,
  { pids, urls: [url = ''], mintUsers }: Services,
  ending: Ending,
): Promise<Sample> {
  const { seconds, live } = context.scale;
  const warmUpSeconds = Math.min(WARM_UP_SECONDS_MAX, seconds);
  // Those who come back were all here during the warm-up.
  const returning = Math.max(
    1,
    Math.floor(live.connectsPerSecond * warmUpSeconds * RETURNING_SHARE),
  );
  const userCount =
    ending === 'leaves' ? live.connectUsers : Math.min(live.connectUsers, returning);
  const meter = createCoreMeter(context, pids);
  let cores: Sample = {};
  const sample = await runGenerator(
    {
      kind: 'connects',
      url,
      users: await mintUsers(userCount),
      connectsPerSecond: live.connectsPerSecond,
      warmUpSeconds,
      seconds,
      rows: 2 * ROWS_EACH,
      ending,
    },
    async (phase, generatorPid) => {
      if (phase === 'window-start') meter.start(generatorPid);
      else cores = meter.stop();
    },
  );
  return { ...sample, ...cores };
}

/** Each user's rows lie where writes over a long time would have put them: not beside one another. */
async function fill(context: BenchContext): Promise<void> {
  const { connectUsers } = context.scale.live;
  context.progress(`filling ${2 * ROWS_EACH} rows for each of ${connectUsers} users`);
  await onServer(context, async (client) => {
    await client.query(
      `insert into ${SCHEMA}.user_progress (
         user_id, content_id, position_seconds, duration_seconds, state,
         timestamp_physical, timestamp_logical, device_id
       )
       select md5('user-' || u)::uuid, 'title-' || lpad(c::text, 6, '0'), c, 5400, 'paused', 1000, 0, 'device-0'
       from generate_series(0, $2 - 1) as c, generate_series(0, $1 - 1) as u
       order by c`,
      [connectUsers, ROWS_EACH],
    );
    await client.query(
      `insert into ${SCHEMA}.user_watchlists (
         user_id, content_id, unique_tag, timestamp_physical, timestamp_logical, device_id
       )
       select md5('user-' || u)::uuid, 'title-' || lpad(c::text, 6, '0'),
         md5(u || '-' || c)::uuid::text, 1000, 0, 'device-0'
       from generate_series(0, $2 - 1) as c, generate_series(0, $1 - 1) as u
       order by c`,
      [connectUsers, ROWS_EACH],
    );
    await client.query(`vacuum analyze ${SCHEMA}.user_progress`);
    await client.query(`vacuum analyze ${SCHEMA}.user_watchlists`);
    await client.query('checkpoint');
  });
}
