import {
  goalsOf,
  storedGoal,
  toCoresTable,
  toGoalTable,
  toLatencyTable,
} from '../live/change-tables.ts';
import { measureChanges } from '../live/measure-changes.ts';
import { withNatsServer } from '../live/nats-server.ts';
import { withServices } from '../live/services.ts';
import { liveRounds, runRounds } from '../support/rounds.ts';
import { whole } from '../support/statistics.ts';
import type { BenchContext, Sample, Workload } from '../workload.ts';
import { nameOf, requireStored } from './live-propagation.ts';

const SCHEMA = 'bench_instances';
const INSTANCES = 3;
const FEEDS = { postgres: 'LISTEN/NOTIFY', nats: 'NATS' } as const;

type Feed = keyof typeof FEEDS;

/** The two devices of each user on different instances, which tell each other through a feed. */
export const liveInstances: Workload = {
  name: 'live-instances',
  isLeftOutOfSmoke: true,
  async run(context) {
    const { rates, users } = context.scale.live;
    const measured = rates.flatMap((changesPerSecond) =>
      (Object.keys(FEEDS) as Feed[]).map((feed) => ({ feed, changesPerSecond })),
    );
    const samples = await runRounds(
      liveRounds(context),
      measured.map(({ feed, changesPerSecond }) => ({
        name: nameOf(FEEDS[feed], changesPerSecond),
        measure: () => measureFeed(context, feed, changesPerSecond),
      })),
    );
    const rows = measured.map(({ feed, changesPerSecond }) => ({
      system: FEEDS[feed],
      changesPerSecond,
      samples: samples[nameOf(FEEDS[feed], changesPerSecond)] ?? [],
    }));
    requireStored(rows);
    const title = `${whole(users)} users x 2 sockets, ${INSTANCES} instances`;
    return {
      samples,
      tables: [
        toLatencyTable(`A change on one instance, shown on another: ${title}`, rows),
        toCoresTable(`Where the processors go: ${title}`, rows),
        toGoalTable(`Goals: ${title}`, [
          ...rows.flatMap((row) => goalsOf(row, `${row.system}: `)),
          storedGoal(rows),
        ]),
      ],
    };
  },
};

function measureFeed(context: BenchContext, feed: Feed, changesPerSecond: number): Promise<Sample> {
  const measure = (env: Readonly<Record<string, string>>) =>
    withServices(
      context,
      { schema: SCHEMA, instances: INSTANCES, env: { CUEPOINT_FEED: feed, ...env } },
      async ({ mintUsers, ...services }) =>
        measureChanges(
          context,
          {
            ...services,
            system: 'cuepoint',
            users: await mintUsers(context.scale.live.users),
            schema: SCHEMA,
          },
          changesPerSecond,
        ),
    );
  return feed === 'nats' ? withNatsServer((url) => measure({ NATS_URL: url })) : measure({});
}
