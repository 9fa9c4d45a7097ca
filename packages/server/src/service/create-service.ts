import { lookup } from 'node:dns/promises';
import { CuepointError } from '@cuepoint/core';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { DevelopmentMode } from '../auth/authority.ts';
import { LOOPBACK_HOSTS, type Config } from '../config/config.ts';
import { LISTEN_BACKLOG } from '../limits.ts';
import { closeServer } from './close-server.ts';
import { createApp } from './create-app.ts';
import { delay } from './delay.ts';
import { openParts, type OpenedParts, type OpenPartsDeps } from './open-parts.ts';
import { listenAt, type SecondListener } from './second-listener.ts';

export interface ServiceOptions extends OpenPartsDeps {
  readonly config: Config;
  readonly logger: Logger;
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

export function createService({ config, ...deps }: ServiceOptions): Service {
  const stopping = new AbortController();
  let app: FastifyInstance | undefined;
  const listeners: SecondListener[] = [];
  let opened: OpenedParts | undefined;
  let started: Promise<StartedService> | undefined;
  let stopped: Promise<void> | undefined;

  async function start(): Promise<StartedService> {
    requireSafeAddress(config);
    opened = await openParts(config, deps, stopping.signal);
    const { parts, operators, traktConnections, storage, durabilityWarnings } = opened;
    app = await createApp({
      parts,
      logger: deps.logger,
      isStopping: () => stopping.signal.aborted,
    });
    if (stopping.signal.aborted) {
      throw new CuepointError('shutting_down', 'The service was stopped before it was up.');
    }
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
      storage,
      durabilityWarnings,
      development: parts.development,
      setUpCode: (await parts.accounts?.readSetUp())?.code,
    };
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
    await opened?.stop();
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
        const [parts, server] = [opened, app];
        [opened, app] = [undefined, undefined];
        await server?.close();
        await parts?.stop();
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
