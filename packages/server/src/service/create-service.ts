import { lookup } from 'node:dns/promises';
import { CuepointError } from '@cuepoint/core';
import type { SetTimer } from '@cuepoint/store';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { verifierOf } from '../accounts/access-tokens.ts';
import { createAuthority, type DevelopmentMode } from '../auth/authority.ts';
import { LOOPBACK_HOSTS, type Config } from '../config/config.ts';
import { findConsoleFiles } from '../console/console-files.ts';
import { createFeed } from '../feed/create-feed.ts';
import { createAuditTrail } from '../http/audit-trail.ts';
import { createServiceMetrics, type ServiceMetrics } from '../metrics/service-metrics.ts';
import { LISTEN_BACKLOG, REQUESTS_WAITING_MAX } from '../limits.ts';
import { createAwaitDatabase } from './await-database.ts';
import { closeServer } from './close-server.ts';
import { createApp } from './create-app.ts';
import { delay } from './delay.ts';
import { openWithRetry } from './open-with-retry.ts';
import { listenAt, type SecondListener } from './second-listener.ts';
import { openStoredParts, type StoredParts } from './stored-parts.ts';

export interface ServiceOptions {
  readonly config: Config;
  readonly logger: Logger;
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
  /** In development mode: told of the code of the next one-time link, once one was used. [SEC2] */
  readonly onNextLink?: (code: string) => void;
}

export interface StartedService {
  /** Such as `http://127.0.0.1:8083`. */
  readonly address: string;
  /** Of operators, where they have one of their own. */
  readonly operatorAddress: string | undefined;
  /** Of Trakt's API, where it has a port of its own. */
  readonly traktAddress: string | undefined;
  /** Where the data is, printable. */
  readonly storage: string;
  readonly durabilityWarnings: readonly string[];
  /** In development mode only. */
  readonly development: DevelopmentMode | undefined;
  /** What makes the first person of a household, while there is nobody. [ACC1] */
  readonly setUpCode: string | undefined;
}

export interface Service {
  /**
   * Waits for the database, migrates it and listens.
   *
   * @throws CuepointError for what does not mend by waiting; nothing is left open.
   */
  start(): Promise<StartedService>;
  /**
   * Refuses new requests with `shutting_down`, finishes those in flight, flushes and closes the
   * database; it also ends a start that still waits.
   */
  stop(): Promise<void>;
  /** The Fastify app, once started. */
  readonly app: FastifyInstance | undefined;
}

export function createService(options: ServiceOptions): Service {
  const { config, logger, writeAudit, now, randomUuid, random } = options;
  const timers = options.setTimer === undefined ? {} : { setTimer: options.setTimer };
  const { onUnavailable = () => undefined, onNextLink = () => undefined } = options;
  const stopping = new AbortController();
  let app: FastifyInstance | undefined;
  const listeners: SecondListener[] = [];
  let stored: StoredParts | undefined;
  let started: Promise<StartedService> | undefined;
  let stopped: Promise<void> | undefined;

  async function start(): Promise<StartedService> {
    requireSafeAddress(config);
    const { verifier: others, development } = await createAuthority(config.auth, {
      dataDir: config.dataDir,
      now,
      randomUuid,
      onNextLink,
      onKeySetFailed: (err) => logger.warn({ err }, 'the key set cannot be fetched'),
    });
    requireNotStopping();
    const metrics = createServiceMetrics();
    stored = await openWithRetry(
      () =>
        openStoredParts(config, {
          logger,
          metrics,
          createFeed: feedFor(metrics),
          now,
          randomUuid,
          ...timers,
        }),
      { delay, random, onUnavailable },
      stopping.signal,
    );
    requireNotStopping();
    const { accounts } = stored;
    const operators = config.operatorAddress === undefined ? undefined : new WeakSet<object>();
    const traktConnections = config.traktPort === undefined ? undefined : new WeakSet<object>();
    const isMounted = config.trakt === 'on';
    app = await createApp({
      parts: {
        repository: stored.repository,
        catalogue: stored.catalogue,
        hooks: stored.hooks,
        numbers: stored.numbers,
        watchedLists: stored.watchedLists,
        persistence: stored.persistence,
        feed: stored.feed,
        live: config,
        onStaleDevices: stored.onStaleDevices,
        awaitDatabase: createAwaitDatabase(
          { delay, random },
          {
            timeoutMs: config.ackTimeoutMs,
            waitingMax: REQUESTS_WAITING_MAX,
            signal: stopping.signal,
          },
        ),
        health: stored.health,
        verifier: verifierOf(accounts, others),
        ...(accounts === undefined ? {} : { accounts, publicUrl: config.publicUrl }),
        metrics,
        audit: createAuditTrail(writeAudit, now),
        ...(operators === undefined ? {} : { operators }),
        ...(isMounted || traktConnections !== undefined
          ? {
              trakt: {
                isMounted,
                redirectUris: config.traktRedirectUris ?? [],
                ...(traktConnections === undefined ? {} : { connections: traktConnections }),
              },
            }
          : {}),
        ...(config.console === 'on' ? { console: findConsoleFiles() } : {}),
        development,
        corsOrigins: config.corsOrigins ?? [],
        maxDriftMs: config.maxDriftMs,
        rateLimit: config.rateLimit,
        devicesPerUser: config.devicesPerUser,
        rowsPerUser: config.rowsPerUser,
        stopTimeoutMs: config.stopTimeoutMs,
        now,
        randomUuid,
        random,
        ...timers,
      },
      logger,
      isStopping: () => stopping.signal.aborted,
    });
    requireNotStopping();
    const address = await app.listen({
      host: await oneAddressOf(config.host),
      port: config.port,
      backlog: LISTEN_BACKLOG,
    });
    const { server } = app;
    async function listenAlso(
      at: { readonly host: string; readonly port: number } | undefined,
      connections: WeakSet<object> | undefined,
    ): Promise<string | undefined> {
      if (at === undefined || connections === undefined) return undefined;
      const host = await oneAddressOf(at.host);
      const listener = await listenAt(server, { host, port: at.port }, connections);
      listeners.push(listener);
      return listener.address;
    }
    const operatorAddress = await listenAlso(config.operatorAddress, operators);
    const { traktPort } = config;
    const traktAt = traktPort === undefined ? undefined : { host: config.host, port: traktPort };
    const traktAddress = await listenAlso(traktAt, traktConnections);
    return {
      address,
      operatorAddress,
      traktAddress,
      storage: stored.description,
      durabilityWarnings: stored.durabilityWarnings,
      development,
      setUpCode: (await accounts?.readSetUp())?.code,
    };
  }

  function feedFor(metrics: ServiceMetrics) {
    return (secret: string) =>
      createFeed(config, {
        instanceId: randomUuid(),
        secret,
        delay,
        random,
        now,
        observer: {
          ...metrics.feedObserver,
          stateChanged(state, reason) {
            metrics.feedObserver.stateChanged(state);
            if (state === 'lost') logger.warn({ feed: config.feed }, `the feed is lost: ${reason}`);
            else logger.info({ feed: config.feed }, 'the feed is connected');
          },
        },
      });
  }

  function requireNotStopping(): void {
    if (!stopping.signal.aborted) return;
    throw new CuepointError('shutting_down', 'The service was stopped before it was up.');
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await started?.catch(() => undefined);
    for (const listener of listeners) listener.close();
    const server = app;
    const closing =
      server === undefined
        ? undefined
        : await closeServer(server, { delay, timeoutMs: config.stopTimeoutMs });
    await stored?.stop();
    // What still hangs is a client that does not read; its write is settled.
    server?.server.closeAllConnections();
    await closing?.closed;
  }

  return {
    get app() {
      return app;
    },
    start() {
      started ??= start().catch(async (error: unknown) => {
        for (const listener of listeners) listener.close();
        const [opened, server] = [stored, app];
        [stored, app] = [undefined, undefined];
        await server?.close();
        await opened?.stop();
        throw error;
      });
      return started;
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** A configuration may be made by hand. @throws CuepointError `configuration_invalid` [SEC2] */
function requireSafeAddress({ auth, host, operatorAddress }: Config): void {
  const hosts = [host, operatorAddress?.host ?? host];
  if (auth.mode !== 'development' || hosts.every((one) => LOOPBACK_HOSTS.includes(one))) return;
  throw new CuepointError(
    'configuration_invalid',
    `In development mode the service listens on ${LOOPBACK_HOSTS.join(', ')} only.`,
  );
}

/** Fastify listens to `localhost` on a second server as well, which has none of what is attached to this one. */
async function oneAddressOf(host: string): Promise<string> {
  if (host !== 'localhost') return host;
  const { address } = await lookup(host, { order: 'ipv4first' });
  return address;
}
