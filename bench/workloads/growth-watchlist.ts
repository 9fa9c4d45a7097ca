import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { SyncPersistence } from '@cuepoint/store';
import { createOriginSchema, saveWatchlistAsOrigin } from '../peers/origin.ts';
import { withYjsDocuments } from '../peers/yjs-documents.ts';
import { createStamps, contentIdOf } from '../support/data-set.ts';
import { runRounds } from '../support/rounds.ts';
import { createCuepointSchema, dropSchemas, withPersistence } from '../support/server-client.ts';
import { decimal, summarize, whole, withSpread } from '../support/statistics.ts';
import { createWatchlist, fillWatchlists, type FilledWatchlist } from '../support/watchlists.ts';
import { plotsBySize, samplesOf, toVariant, type Growing } from '../support/growth.ts';
import type { BenchContext, Report, Sample, Workload } from '../workload.ts';

const SCHEMA = 'bench_growing';
const ORIGIN = 'origin_growing';
/** A share of a variant's time: there are three ways and five sizes. */
const SECONDS_SHARE = 0.25;
const CHANGES_MIN = 3;
const WARM_UP_CHANGES = 2;

/** Makes the next change of a list. */
type Change = () => Promise<unknown>;

/** One change of watchlists of ever more items: its time, and the bytes that it adds to the write-ahead log. */
export const growthWatchlist: Workload = {
  name: 'growth-watchlist',
  async run(context) {
    const lists = context.scale.growth.items.map(createWatchlist);
    await createOriginSchema(context, ORIGIN);
    await createCuepointSchema(context, SCHEMA);
    await fillWatchlists(context, [ORIGIN, SCHEMA], lists);
    const client = new pg.Client({ connectionString: context.server.url() });
    await client.connect();
    await client.query('create extension if not exists pg_walinspect');
    try {
      return await withPersistence(context, { schema: SCHEMA }, {}, (persistence) =>
        withYjsDocuments(context, (storeYjs) => {
          const measured = lists.flatMap((list): Growing[] => {
            const size = list.items.length;
            const way = (system: string, change: Change): Growing => ({
              system,
              size,
              measure: () => measureChanges(context, client, change),
            });
            const ways = [
              way('Cuepoint, persistOp', addOrRemove(persistence, list)),
              way('origin, saveWatchlist', () =>
                saveWatchlistAsOrigin(client, list.userId, list.items, ORIGIN),
              ),
            ];
            if (storeYjs !== undefined) {
              ways.push(way('Yjs, the document as Hocuspocus stores it', storeYjs(list)));
            }
            return ways;
          });
          return measure(context, measured);
        }),
      );
    } finally {
      await client.query('drop extension pg_walinspect');
      await client.end();
      await dropSchemas(context, [ORIGIN, SCHEMA]);
    }
  },
};

async function measure(context: BenchContext, measured: readonly Growing[]): Promise<Report> {
  const samples = await runRounds(context, measured.map(toVariant));
  const title = 'One change of a watchlist, by its items';
  const plot = plotsBySize(measured, samples, { title, size: 'items of the watchlist' });
  return {
    samples,
    tables: [
      {
        title,
        columns: [
          'items',
          'way',
          'p50 ms',
          'p99 ms',
          'WAL bytes a change',
          'and of whole pages',
          'changes',
        ],
        rows: measured.map((one) => {
          const own = samplesOf(one, samples);
          return [
            whole(one.size),
            one.system,
            withSpread(own, 'p50Ms', decimal),
            withSpread(own, 'p99Ms', decimal),
            withSpread(own, 'walBytes', whole),
            withSpread(own, 'imageBytes', whole),
            whole(own[0]?.['count'] ?? NaN),
          ];
        }),
      },
    ],
    plots: [
      plot('growth-watchlist-time', 'p50Ms', 'median time of a change, ms'),
      plot('growth-watchlist-wal', 'walBytes', 'bytes written to the WAL a change'),
    ],
  };
}

/** In turn, as many as fit; with what the log holds of them. */
async function measureChanges(
  { scale }: BenchContext,
  client: pg.Client,
  change: Change,
): Promise<Sample> {
  for (let times = 0; times < WARM_UP_CHANGES; times += 1) await change();
  const durationsMs: number[] = [];
  const from = await readLogEnd(client);
  const endsAtMs = performance.now() + 1_000 * SECONDS_SHARE * scale.seconds;
  while (
    durationsMs.length < CHANGES_MIN ||
    (durationsMs.length < scale.writes && performance.now() < endsAtMs)
  ) {
    const startedAtMs = performance.now();
    await change();
    durationsMs.push(performance.now() - startedAtMs);
  }
  const { records, images } = await readLog(client, from);
  return {
    ...summarize(durationsMs),
    walBytes: records / durationsMs.length,
    imageBytes: images / durationsMs.length,
  };
}

async function readLogEnd(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_insert_lsn() as lsn');
  return rows[0]?.lsn ?? '';
}

/**
 * Bytes of the records since then, and of the pages that they hold whole: those that were touched for the first time
 * since a checkpoint. The images depend on when that was, the records do not.
 */
async function readLog(client: pg.Client, from: string) {
  const { rows } = await client.query<{ records: number; images: number }>(
    `select sum(record_size)::float8 as records, sum(fpi_size)::float8 as images
     from pg_get_wal_stats($1::pg_lsn, pg_current_wal_flush_lsn())`,
    [from],
  );
  return rows[0] ?? { records: NaN, images: NaN };
}

/** An add, the next time its removal: one op each. */
function addOrRemove(persistence: SyncPersistence, { userId }: FilledWatchlist): Change {
  const nextStamp = createStamps();
  const contentId = contentIdOf(0);
  let added: string | undefined;
  return async () => {
    const op = { contentId, timestamp: nextStamp(), deviceId: 'device-0' };
    if (added === undefined) {
      const tag = randomUUID();
      await persistence.persistOp(userId, { kind: 'watchlist.add', tag, ...op });
      added = tag;
    } else {
      await persistence.persistOp(userId, { kind: 'watchlist.remove', tags: [added], ...op });
      added = undefined;
    }
  };
}
