import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { SyncPersistence } from '@cuepoint/store';
import { createOriginSchema, saveWatchlistAsOrigin } from '../peers/origin.ts';
import { contentIdOf, createStamps } from '../support/data-set.ts';
import { runRounds } from '../support/rounds.ts';
import { createCuepointSchema, dropSchemas, withPersistence } from '../support/server-client.ts';
import { decimal, ratioOf, withSpread } from '../support/statistics.ts';
import { createWatchlist, fillWatchlists, type FilledWatchlist } from '../support/watchlists.ts';
import type { BenchContext, Sample, Workload } from '../workload.ts';
import { timeInTurn } from './lone-write.ts';

const SCHEMA = 'bench_watchlist';
const SMALL_ITEMS = 10;
const DEVICE_ID = 'device-0';
/** The origin takes seconds for one change of a large list. */
const ORIGIN_CHANGES = 3;

interface Way {
  readonly name: string;
  /** Makes one change of a user's list, large or small. */
  change(this: void, list: FilledWatchlist): Promise<unknown>;
  readonly times: number;
}

/** A change of a small and of a large watchlist: its cost must not grow with the list. [SQL3] */
export const watchlistChange: Workload = {
  name: 'watchlist-change',
  async run(context) {
    const lists = [SMALL_ITEMS, context.scale.watchlistItems].map(createWatchlist);
    await createOriginSchema(context);
    await createCuepointSchema(context, SCHEMA);
    await fillWatchlists(context, ['origin', SCHEMA], lists);
    const client = new pg.Client({ connectionString: context.server.url() });
    await client.connect();
    const samples = await withPersistence(context, { schema: SCHEMA }, {}, async (persistence) => {
      const ways = [
        addAndRemove(context, persistence),
        await persistSet(context, persistence, lists),
        saveAll(client),
      ];
      return measure(context, ways, lists);
    });
    await client.end();
    await dropSchemas(context, ['origin', SCHEMA]);
    const sizes = lists.map(({ items }) => items.length);
    return {
      samples,
      tables: [
        {
          title: 'One change of a watchlist',
          columns: ['way', 'items', 'p50 ms', 'p99 ms', `p50 / p50 at ${SMALL_ITEMS}`],
          rows: Object.entries(samples).map(([name, own], index) => [
            name.replace(/, \d+ items$/, ''),
            String(sizes[index % 2]),
            withSpread(own, 'p50Ms', decimal),
            withSpread(own, 'p99Ms', decimal),
            decimal(
              ratioOf(
                own,
                samples[name.replace(/\d+ items$/, `${SMALL_ITEMS} items`)] ?? [],
                'p50Ms',
              ),
            ),
          ]),
        },
      ],
    };
  },
};

/** Small and large in turn, one change at a time. */
async function measure(
  context: BenchContext,
  ways: readonly Way[],
  lists: readonly FilledWatchlist[],
): Promise<Record<string, Sample[]>> {
  const variants = ways.flatMap(({ name, change, times }) => {
    let turns: readonly Sample[] = [];
    const calls = lists.map((list) => () => change(list));
    return lists.map(({ items }, index) => ({
      name: `${name}, ${items.length} items`,
      async measure(round: number) {
        if (index === 0 && round === 0) await timeInTurn(calls, Math.ceil(times / 10));
        if (index === 0) turns = await timeInTurn(calls, times);
        return turns[index] ?? {};
      },
    }));
  });
  return runRounds(context, variants);
}

function addAndRemove({ scale }: BenchContext, persistence: SyncPersistence): Way {
  const nextStamp = createStamps();
  const contentId = contentIdOf(0);
  return {
    name: 'Cuepoint, persistOp add and remove',
    times: scale.writes / 2,
    async change({ userId }) {
      const tag = randomUUID();
      const stamped = () => ({ contentId, timestamp: nextStamp(), deviceId: DEVICE_ID });
      await persistence.persistOp(userId, { kind: 'watchlist.add', tag, ...stamped() });
      await persistence.persistOp(userId, { kind: 'watchlist.remove', tags: [tag], ...stamped() });
    },
  };
}

async function persistSet(
  { scale }: BenchContext,
  persistence: SyncPersistence,
  lists: readonly FilledWatchlist[],
): Promise<Way> {
  const nextStamp = createStamps();
  const setsByUserId = new Map(
    await Promise.all(
      lists.map(
        async ({ userId }) => [userId, await persistence.loadWatchlistState(userId)] as const,
      ),
    ),
  );
  return {
    name: 'Cuepoint, persistWatchlist',
    times: scale.writes / 2,
    async change({ userId }) {
      const set = setsByUserId.get(userId);
      if (set === undefined) throw new Error('a list of every user is loaded');
      set.add(contentIdOf(1), randomUUID(), { timestamp: nextStamp(), deviceId: DEVICE_ID });
      await persistence.persistWatchlist(userId, set);
    },
  };
}

function saveAll(client: pg.Client): Way {
  return {
    name: 'origin, saveWatchlist',
    times: ORIGIN_CHANGES,
    change: ({ userId, items }) => saveWatchlistAsOrigin(client, userId, items),
  };
}
