import { CuepointError } from '@cuepoint/core';
import {
  createContentNumbers,
  createHookStore,
  createMaintenance,
  createPostgresCatalogue,
  createWatchedLists,
  migrate,
  openDatabase,
  PostgresSyncRepository,
  prepareIdentity,
  readDurability,
  readHeapOnlyRatio,
  readFeedSecret,
  requireUsableSchema,
  SyncPersistence,
  type Catalogue,
  type ContentNumbers,
  type Database,
  type SetTimer,
  type SyncRepository,
  type WatchedLists,
} from '@cuepoint/store';
import type { FastifyBaseLogger } from 'fastify';
import { createBackups } from '../backup/backups.ts';
import { openOperatorSocket } from '../backup/operator-socket.ts';
import { openAccounts } from '../accounts/accounts.ts';
import type { Config } from '../config/config.ts';
import { makeDataDirectory } from '../config/data-directory.ts';
import { databaseOptionsOf } from '../config/database-config.ts';
import type { Feed } from '../feed/feed.ts';
import { registerSampledMetrics } from '../metrics/sampled-metrics.ts';
import type { ServiceMetrics } from '../metrics/service-metrics.ts';
import { delay } from './delay.ts';
import { guardStore } from './guard-store.ts';
import { createHealthProbe } from './health-probe.ts';
import { withRetryLog } from './retry-log.ts';
import { toStartError } from './start-error.ts';
import type { ServiceParts, StaleDevicesListener } from './parts.ts';
import { shareStore } from './share-store.ts';
import { createUserLimit } from './user-limit.ts';
import { within } from './within.ts';

export interface StoredParts extends Pick<
  ServiceParts,
  | 'repository'
  | 'hooks'
  | 'catalogue'
  | 'numbers'
  | 'watchedLists'
  | 'persistence'
  | 'feed'
  | 'health'
  | 'onStaleDevices'
  | 'accounts'
> {
  /** Where the data is, printable. */
  readonly description: string;
  readonly durabilityWarnings: readonly string[];
  /** Flushes, settles every caller and closes the database. [GC7] */
  readonly stop: () => Promise<void>;
}

export interface StoredPartsDeps {
  readonly logger: FastifyBaseLogger;
  readonly metrics: ServiceMetrics;
  /** @param secret what instances of the same database have in common. */
  readonly createFeed: (secret: string) => Feed;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly randomUuid: () => string;
  /** Of periodic work; the platform's by default. */
  readonly setTimer?: SetTimer;
}

/** How long a stop waits for each of its parts that has no bound of its own. */
const STOP_PART_TIMEOUT_MS = 5_000;

const DAY_MS = 24 * 60 * 60_000;
/** A dead connection is noticed early enough for its batch to be written on a new one in time. [OPS1] */
const SILENCES_PER_ACK_TIMEOUT = 4;

/**
 * Opens the database, brings its schema up and starts what stands on it.
 *
 * @throws CuepointError `database_unavailable`, `data_directory_in_use`, `data_directory_unusable`,
 * `schema_too_new`; the database is closed again.
 */
export async function openStoredParts(config: Config, deps: StoredPartsDeps): Promise<StoredParts> {
  if (config.databaseUrl === undefined) await makeDataDirectory(config.dataDir);
  const database = await openDatabase({
    ...databaseOptionsOf(config),
    silenceMs: config.ackTimeoutMs / SILENCES_PER_ACK_TIMEOUT,
  });
  try {
    requireWayPastPooler(database, config);
    await database.requireWritable?.();
    await migrate(database, {
      direction: 'up',
      onBlocked: (reason) => deps.logger.warn(`the migration waits: ${reason}`),
    });
    await requireUsableSchema(database);
    await prepareIdentity(database);
    return await startParts(database, config, deps);
  } catch (error) {
    await database.close();
    throw toStartError(error, database);
  }
}

/** A pooler hands the session to the next client: nothing would ever be heard on it. */
function requireWayPastPooler({ isPooled, description }: Database, config: Config): void {
  const { feed, databaseDirectUrl } = config;
  if (isPooled !== true || feed !== 'postgres' || databaseDirectUrl !== undefined) return;
  throw new CuepointError(
    'configuration_invalid',
    `${description} is behind a connection pooler, through which instances do not hear each other. Set ` +
      'CUEPOINT_DATABASE_DIRECT_URL to the database itself, or CUEPOINT_FEED to nats or, for a single instance, ' +
      'to memory. For a pooler that keeps sessions, set CUEPOINT_DATABASE_POOLED to false.',
    { field: 'CUEPOINT_DATABASE_DIRECT_URL' },
  );
}

async function startParts(
  database: Database,
  config: Config,
  { logger, metrics, createFeed, now, randomUuid, setTimer }: StoredPartsDeps,
): Promise<StoredParts> {
  const { durable, warnings } = await readDurability(database);
  for (const warning of warnings) logger.warn(warning);
  const persistence = new SyncPersistence(database, {
    backlogMax: config.backlogMax,
    backlogMaxBytes: config.backlogMaxBytes,
    ackTimeoutMs: config.ackTimeoutMs,
    stopTimeoutMs: config.stopTimeoutMs,
    progressDebounceMs: config.progressDebounceMs,
    observer: withRetryLog(metrics.persistenceObserver, logger, () => performance.now()),
    now,
  });
  const accounts =
    config.accounts === 'on' ? await openAccounts(database, { now, randomUuid }) : undefined;
  const feed = createFeed(await readFeedSecret(database));
  await feed.start();
  // As many as there are connections, so that what waits does so in the order of turns.
  const reads = createUserLimit({
    atOnceMax: database.kind === 'pglite' ? 1 : config.databasePoolSize,
  });
  let onStale: StaleDevicesListener = () => undefined;
  const maintenance = createMaintenance(database, {
    retentionMs: config.retentionDays * DAY_MS,
    now,
    ...(setTimer === undefined ? {} : { setTimer }),
    observer: {
      markedOffline: (devices) => onStale(devices),
      collected: (rows) => metrics.countCollected(rows),
      failed: (task, err) => logger.warn({ task, err }, 'maintenance failed'),
    },
  });
  maintenance.start();
  // A database server is asked by commands themselves.
  const operatorSocket =
    database.kind === 'pglite'
      ? await openOperatorSocket(config.dataDir, createBackups(database, { now }), logger)
      : undefined;
  registerSampledMetrics(metrics.registry, {
    feed: () => feed.stats(),
    persistence: () => persistence.stats(),
    pool: () => {
      const stats = database.stats();
      return { ...stats, waiting: stats.waiting + reads.waiting };
    },
    tableUpdates: () => readHeapOnlyRatio(database),
    monotonic: () => performance.now(),
  });
  return {
    repository: guardStore<SyncRepository>(shareStore(new PostgresSyncRepository(database), reads)),
    catalogue: guardStore<Catalogue>(shareStore(createPostgresCatalogue(database, { now }), reads)),
    numbers: guardStore<ContentNumbers>(createContentNumbers(database)),
    watchedLists: guardStore<WatchedLists>(shareStore(createWatchedLists(database), reads)),
    hooks: guardStore(createHookStore(database)),
    persistence: guardStore(persistence),
    feed,
    ...(accounts === undefined ? {} : { accounts }),
    onStaleDevices: (listener) => {
      onStale = listener;
    },
    description: database.description,
    durabilityWarnings: warnings,
    health: createHealthProbe({
      ping: async () => {
        await Promise.all([database.ping(), database.requireWritable?.()]);
      },
      requireUsableSchema: () => requireUsableSchema(database),
      report: () => {
        const { backlogChanges, backlogBytes } = persistence.stats();
        return {
          database: database.kind,
          durable,
          durabilityWarnings: warnings,
          backlogChanges,
          backlogBytes,
          feed: { kind: feed.kind, state: feed.state },
        };
      },
      delay,
    }),
    async stop() {
      await operatorSocket?.close();
      await within(maintenance.stop(), STOP_PART_TIMEOUT_MS);
      await within(feed.stop(), STOP_PART_TIMEOUT_MS);
      await persistence.stop();
    },
  };
}
