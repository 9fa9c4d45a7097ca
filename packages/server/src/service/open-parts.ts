import { CuepointError } from '@cuepoint/core';
import type { SetTimer } from '@cuepoint/store';
import type { FastifyBaseLogger } from 'fastify';
import { verifierOf } from '../accounts/access-tokens.ts';
import { createAuthority } from '../auth/authority.ts';
import type { Config } from '../config/config.ts';
import { findConsoleFiles } from '../console/console-files.ts';
import { createFeed } from '../feed/create-feed.ts';
import { createAuditTrail } from '../http/audit-trail.ts';
import { REQUESTS_WAITING_MAX } from '../limits.ts';
import { createServiceMetrics, type ServiceMetrics } from '../metrics/service-metrics.ts';
import { createAwaitDatabase } from './await-database.ts';
import { delay } from './delay.ts';
import { openWithRetry } from './open-with-retry.ts';
import type { ServiceParts } from './parts.ts';
import { openStoredParts, type StoredParts } from './stored-parts.ts';

export interface OpenPartsDeps {
  readonly logger: FastifyBaseLogger;
  /** Takes the lines of the trail of who touched whose data; `openAudit` makes one. */
  readonly writeAudit: (line: string) => void;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly randomUuid: () => string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Of periodic work and live sessions; the platform's by default. */
  readonly setTimer?: SetTimer;
  /** Told why the database cannot be reached, once for each reason. */
  readonly onUnavailable?: (reason: string) => void;
  /** Ends the wait for a database that does not answer; by default only a stop does. */
  readonly patience?: AbortSignal;
  /** In development mode: told of the code of the next one-time link, once one was used. [SEC2] */
  readonly onNextLink?: (code: string) => void;
}

/** Parts with what stands behind them: an open database, a feed, periodic work. */
export interface OpenedParts {
  readonly parts: ServiceParts;
  /** Connections that came in where operators have an address of their own. */
  readonly operators: WeakSet<object> | undefined;
  /** Connections that came in at the port of Trakt's API. */
  readonly traktConnections: WeakSet<object> | undefined;
  /** Where the data is, printable. */
  readonly storage: string;
  readonly durabilityWarnings: readonly string[];
  /** Flushes, settles every caller and closes the database. [GC7] */
  stop(): Promise<void>;
}

/**
 * Makes everything that the service is made of, by its settings; waits for a database that is on its way up.
 *
 * @param signal of a stop: ends the wait, and from then on no write waits for the database.
 * @throws CuepointError for what does not mend by waiting, `shutting_down` where the signal came first; nothing is left open.
 */
export async function openParts(
  config: Config,
  deps: OpenPartsDeps,
  signal: AbortSignal,
): Promise<OpenedParts> {
  const { logger, writeAudit, now, randomUuid, random, onUnavailable = () => undefined } = deps;
  const timers = deps.setTimer === undefined ? {} : { setTimer: deps.setTimer };
  const { verifier: others, development } = await createAuthority(config.auth, {
    dataDir: config.dataDir,
    now,
    randomUuid,
    onNextLink: deps.onNextLink ?? (() => undefined),
    onKeySetFailed: (err) => logger.warn({ err }, 'the key set cannot be fetched'),
  });
  requireGoingOn(signal);
  const metrics = createServiceMetrics();
  const createObservedFeed = feedFor(config, deps, metrics);
  const stored = await openWithRetry(
    () =>
      openStoredParts(config, {
        logger,
        metrics,
        createFeed: createObservedFeed,
        now,
        randomUuid,
        ...timers,
      }),
    { delay, random, onUnavailable },
    deps.patience === undefined ? signal : AbortSignal.any([signal, deps.patience]),
  );
  try {
    requireGoingOn(signal);
    const operators = config.operatorAddress === undefined ? undefined : new WeakSet<object>();
    const traktConnections = config.traktPort === undefined ? undefined : new WeakSet<object>();
    const parts = partsOf(config, stored, {
      awaitDatabase: createAwaitDatabase(
        { delay, random },
        { timeoutMs: config.ackTimeoutMs, waitingMax: REQUESTS_WAITING_MAX, signal },
      ),
      verifier: verifierOf(stored.accounts, others),
      development,
      metrics,
      audit: createAuditTrail(writeAudit, now),
      now,
      randomUuid,
      random,
      ...timers,
      ...(operators === undefined ? {} : { operators }),
      ...(config.console === 'on' ? { console: findConsoleFiles() } : {}),
    });
    return {
      parts: withTrakt(parts, config, traktConnections),
      operators,
      traktConnections,
      storage: stored.description,
      durabilityWarnings: stored.durabilityWarnings,
      stop: () => stored.stop(),
    };
  } catch (error) {
    await stored.stop();
    throw error;
  }
}

/** What is made by neither the settings nor the store. */
export type MadeParts = Pick<
  ServiceParts,
  | 'awaitDatabase'
  | 'verifier'
  | 'development'
  | 'metrics'
  | 'audit'
  | 'now'
  | 'randomUuid'
  | 'random'
> &
  Partial<Pick<ServiceParts, 'setTimer' | 'operators' | 'console'>>;

export function partsOf(config: Config, stored: StoredParts, made: MadeParts): ServiceParts {
  const { accounts } = stored;
  return {
    ...made,
    repository: stored.repository,
    catalogue: stored.catalogue,
    hooks: stored.hooks,
    numbers: stored.numbers,
    watchedLists: stored.watchedLists,
    persistence: stored.persistence,
    feed: stored.feed,
    live: config,
    onStaleDevices: stored.onStaleDevices,
    health: stored.health,
    ...(accounts === undefined ? {} : { accounts }),
    publicUrl: config.publicUrl,
    corsOrigins: config.corsOrigins ?? [],
    maxDriftMs: config.maxDriftMs,
    rateLimit: config.rateLimit,
    devicesPerUser: config.devicesPerUser,
    rowsPerUser: config.rowsPerUser,
    stopTimeoutMs: config.stopTimeoutMs,
  };
}

/** The same parts, with Trakt's API where the settings have it. */
export function withTrakt(
  parts: ServiceParts,
  { trakt, traktRedirectUris = [] }: Config,
  connections?: WeakSet<object>,
): ServiceParts {
  const isMounted = trakt === 'on';
  if (!isMounted && connections === undefined) return parts;
  const mount = { isMounted, redirectUris: traktRedirectUris };
  return { ...parts, trakt: connections === undefined ? mount : { ...mount, connections } };
}

function feedFor(
  config: Config,
  { logger, now, random, randomUuid }: OpenPartsDeps,
  { feedObserver }: ServiceMetrics,
) {
  return (secret: string) =>
    createFeed(config, {
      instanceId: randomUuid(),
      secret,
      delay,
      random,
      now,
      observer: {
        ...feedObserver,
        stateChanged(state, reason) {
          feedObserver.stateChanged(state);
          if (state === 'lost') logger.warn({ feed: config.feed }, `the feed is lost: ${reason}`);
          else logger.info({ feed: config.feed }, 'the feed is connected');
        },
      },
    });
}

function requireGoingOn({ aborted }: AbortSignal): void {
  if (!aborted) return;
  throw new CuepointError('shutting_down', 'The service was stopped before it was up.');
}
