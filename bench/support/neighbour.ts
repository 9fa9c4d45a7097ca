import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  migrate,
  openDatabase,
  PostgresSyncRepository,
  prepareIdentity,
  type SyncRepository,
} from '@cuepoint/store';

/**
 * What another user's write takes on the embedded database while somebody with many titles syncs for the first time,
 * lists and exports. Run: `npx tsx --conditions=cuepoint-source bench/support/neighbour.ts [titles]`
 */
const titles = Number(process.argv[2] ?? 100_000);
const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-neighbour-'));
const database = await openDatabase({ dataDir });
try {
  await migrate(database, { direction: 'up' });
  await prepareIdentity(database);
  const repository = new PostgresSyncRepository(database);
  const userId = randomUUID();
  await fill(userId);
  console.log(`titles ${titles}, registers ${titles}`);
  await report('alone', repository, () => wait(3_000));
  await report('first sync, pages of 500', repository, () => sync(repository, userId));
  await report('watchlist, pages of 100', repository, () => list(repository, userId));
  await report('progress, pages of 100', repository, () => progress(repository, userId));
  await report('export', repository, () => exportAll(repository, userId));
} finally {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
}

async function fill(userId: string): Promise<void> {
  await database.execute(
    `insert into user_watchlists (
       user_id, content_id, unique_tag, timestamp_physical, timestamp_logical, device_id
     )
     select $1, 'film-' || n, gen_random_uuid()::text, 1700000000000 + n, 0, 'tv'
     from generate_series(1, $2::integer) n`,
    [userId, titles],
  );
  await database.execute(
    `insert into user_progress (
       user_id, content_id, position_seconds, duration_seconds, state,
       timestamp_physical, timestamp_logical, device_id
     )
     select $1, 'film-' || n, n * 7919 % 6000, 6000, 'paused', 1700000000000 + n * 1000::bigint, 0, 'tv'
     from generate_series(1, $2::integer) n`,
    [userId, titles],
  );
}

async function sync(repository: SyncRepository, userId: string): Promise<void> {
  let page: string | undefined;
  do {
    page = (
      await repository.readChanges(userId, { limit: 500, ...(page === undefined ? {} : { page }) })
    ).page;
  } while (page !== undefined);
}

async function list(repository: SyncRepository, userId: string): Promise<void> {
  let after: string | undefined;
  for (let page = 0; page < 200; page += 1) {
    const options = { limit: 100, ...(after === undefined ? {} : { after }) };
    after = (await repository.listWatchlist(userId, options)).nextCursor;
    if (after === undefined) return;
  }
}

async function progress(repository: SyncRepository, userId: string): Promise<void> {
  let after: string | undefined;
  for (let page = 0; page < 200; page += 1) {
    const options = {
      limit: 100,
      status: 'all' as const,
      ...(after === undefined ? {} : { after }),
    };
    after = (await repository.listProgress(userId, options)).nextCursor;
    if (after === undefined) return;
  }
}

async function exportAll(repository: SyncRepository, userId: string): Promise<void> {
  for await (const _ of repository.exportUser(userId));
}

/** Another user writes, one write after the other, for as long as the work takes. */
async function report(name: string, repository: SyncRepository, work: () => Promise<unknown>) {
  const userId = randomUUID();
  const took: number[] = [];
  const over = new AbortController();
  const startedMs = performance.now();
  const worked = work().then(() => over.abort());
  for (let physical = Date.now(); !over.signal.aborted; physical += 1) {
    const beforeMs = performance.now();
    await repository.saveProgress(userId, {
      kind: 'progress.set',
      contentId: 'film',
      positionSeconds: 1,
      durationSeconds: 100,
      state: 'playing',
      timestamp: { physical, logical: 0 },
      deviceId: 'phone',
    });
    took.push(performance.now() - beforeMs);
  }
  await worked;
  took.sort((a, b) => a - b);
  const quantile = (q: number) => (took[Math.floor((took.length - 1) * q)] ?? 0).toFixed(1);
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(
    `${name}: ${seconds} s; the other's write p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, longest ${quantile(1)} ms (${took.length})`,
  );
}
