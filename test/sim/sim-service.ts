import { CuepointError } from '@cuepoint/core';
import {
  createMaintenance,
  PostgresSyncRepository,
  SyncPersistence,
  type ChangesRequest,
  type Maintenance,
} from '@cuepoint/store';
import { SCOPE_SERVICE } from '../../packages/server/src/auth/identity.ts';
import type { Feed } from '../../packages/server/src/feed/feed.ts';
import { createMemoryFeed, type MemoryBus } from '../../packages/server/src/feed/memory-feed.ts';
import {
  createLiveServer,
  type LiveDeps,
  type LiveServer,
} from '../../packages/server/src/live/live-server.ts';
import { NO_QUOTA } from '../../packages/server/src/service/row-quota.ts';
import { createUserRates } from '../../packages/server/src/service/user-rates.ts';
import { createWorkTurns } from '../../packages/server/src/service/work-turns.ts';
import { readClaims } from '../../packages/client/src/connection/token.ts';
import type { Chance } from './chance.ts';
import type { SimConnection } from './connection.ts';
import { SERVICE_SKEW_MAX_MS } from './ledger.ts';
import type { Process, Scheduler } from './scheduler.ts';
import type { CommitFault, MemoryStore } from './store/memory-database.ts';

/** What may go wrong right now. */
export interface Faults {
  /** Of one commit, from 0 to 1. */
  readonly commitFaults: number;
  /** Of one feed message. */
  readonly feedLosses: number;
  /** Longest way of one statement, in ms. */
  readonly statementMaxMs: number;
}

export interface SimServiceDeps {
  readonly scheduler: Scheduler;
  readonly store: MemoryStore;
  readonly bus: MemoryBus;
  readonly faults: () => Faults;
  /** How far the clock of its machine is off, in ms. */
  readonly skewMs: () => number;
  readonly onBug: (error: unknown) => void;
}

/** One life of one instance of the service: the real live server over the real group commit. */
export interface SimService {
  readonly live: LiveServer;
  readonly maintenance: Maintenance;
  readonly isAlive: boolean;
  readonly isStopping: boolean;
  accept(connection: SimConnection): void;
  /** As by SIGTERM: resolves when it has drained. */
  stop(): Promise<void>;
  /** As by SIGKILL. */
  kill(): void;
}

/** Tombstones are collected this soon, so that a run of some minutes sees it. */
const RETENTION_MS = 45_000;
/** Above the longest transaction of a run. [CUR3] */
const GC_GRACE_MS = 90_000;
const HEALING_INTERVAL_MS = 20_000;
const PAGE_ROWS_MAX = 3;
const STOP_TIMEOUT_MS = 5_000;
/** One statement of a thousand is slow: an old snapshot lies over everything. */
const SLOW_STATEMENTS = 0.01;
const SLOW_STATEMENT_MAX_MS = 30_000;

export async function startService(
  { scheduler, store, bus, faults, skewMs: skewOfMachine, onBug }: SimServiceDeps,
  chance: Chance,
): Promise<SimService> {
  const process = scheduler.startProcess();
  const skewMs = Math.round(chance.between(-SERVICE_SKEW_MAX_MS / 2, SERVICE_SKEW_MAX_MS / 2));
  const now = () => scheduler.now() + skewMs + skewOfMachine();
  /** No clock that is set moves it. [OPS2] */
  const monotonic = () => scheduler.now();
  const { setTimer } = process;
  const connections = new Set<SimConnection>();
  const database = store.connect({
    isAlive: () => process.isAlive,
    later(callback) {
      // Not a timer of the process: the database goes on without it.
      const isSlow = faults().commitFaults > 0 && chance.isLucky(SLOW_STATEMENTS);
      const maxMs = isSlow ? SLOW_STATEMENT_MAX_MS : faults().statementMaxMs;
      scheduler.world.setTimer(callback, chance.between(0.05, maxMs));
    },
    fault: () => (chance.isLucky(faults().commitFaults) ? faultOf(chance) : undefined),
  });
  const persistence = new SyncPersistence(database, {
    now,
    monotonic,
    random: chance.random,
    setTimer,
  });
  const feed = lossyFeed(createMemoryFeed({ bus }), { scheduler, process, chance, faults });
  const live = createLiveServer(
    {
      repository: new ShortPages(database, { now }),
      persistence,
      awaitDatabase: (read) => read(),
      quota: NO_QUOTA,
      inTurn: createWorkTurns({ now: monotonic, atEndOfTurn: (callback) => setTimer(callback, 0) }),
      maxDriftMs: 60_000,
      now,
      monotonic,
      random: chance.random,
      randomUuid: chance.uuid,
      timeAck: () => ignore,
      countOp: ignore,
      verifier: { verify: async (token) => verifyToken(token, now()) },
      feed,
      rates: createUserRates(0, monotonic),
      observer: OBSERVER,
      log: logOf((error) => {
        if (isBug(error)) onBug(error);
      }),
      setTimer,
      atEndOfTurn: (callback) => setTimer(callback, 0),
    },
    {
      devicesPerUser: 50,
      socketsMax: 1_000,
      socketsPerUser: 50,
      pendingSocketsPerAddress: 1_000,
      healingIntervalMs: HEALING_INTERVAL_MS,
    },
  );
  await feed.start();
  await live.start();

  let isStopping = false;

  function end(): void {
    process.kill();
    for (const connection of connections) {
      connection.server.isDead = true;
      connection.cut(chance.between(0, 400), undefined);
    }
  }

  return {
    live,
    maintenance: createMaintenance(database, {
      setTimer,
      retentionMs: RETENTION_MS,
      gcGraceMs: GC_GRACE_MS,
    }),
    get isAlive() {
      return process.isAlive;
    },
    get isStopping() {
      return isStopping;
    },
    accept(connection) {
      connections.add(connection);
      live.accept(connection.server as never, connection.raw as never, 'somewhere');
      connection.accept();
    },
    async stop() {
      isStopping = true;
      await live.stop(STOP_TIMEOUT_MS);
      await persistence.stop();
      await feed.stop();
      end();
    },
    kill() {
      void feed.stop();
      end();
    },
  };
}

/** A whole state of some films comes in pages too. */
class ShortPages extends PostgresSyncRepository {
  override readChanges(userId: string, request: ChangesRequest) {
    return super.readChanges(userId, { ...request, limit: Math.min(request.limit, PAGE_ROWS_MAX) });
  }
}

/** An event arrives later, in order, or never: the feed is a hint. [LIV2] */
function lossyFeed(
  inner: Feed,
  {
    scheduler,
    process,
    chance,
    faults,
  }: {
    readonly scheduler: Scheduler;
    readonly process: Process;
    readonly chance: Chance;
    readonly faults: () => Faults;
  },
): Feed {
  let readyAtMs = 0;
  return {
    ...inner,
    state: 'connected',
    isAlone: false,
    publish(userId, event) {
      if (chance.isLucky(faults().feedLosses)) return;
      readyAtMs = Math.max(readyAtMs, scheduler.trueMs) + chance.between(0.05, 10);
      process.setTimer(() => inner.publish(userId, event), readyAtMs - scheduler.trueMs);
    },
  };
}

function faultOf(chance: Chance): CommitFault {
  return chance.isLucky(0.5) ? 'before' : 'after';
}

/** Tokens of a run carry no signature; everything else of them is checked. */
function verifyToken(token: string, nowMs: number) {
  const { subject, expiresAtMs } = readClaims(token) ?? {};
  if (subject === undefined || expiresAtMs === undefined || expiresAtMs <= nowMs) {
    throw new CuepointError('unauthenticated', 'The token is not good.');
  }
  return { userId: subject, deviceId: undefined, scopes: new Set([SCOPE_SERVICE]), expiresAtMs };
}

const OBSERVER = {
  welcomed: ignore,
  received: ignore,
  closed: ignore,
  fellBehind: ignore,
  healed: ignore,
  commandEnded: ignore,
};

function ignore(): void {
  // Nobody counts here.
}

function logOf(onWarning: (error: unknown) => void): LiveDeps['log'] {
  const warn = ({ err }: { readonly err: unknown }) => onWarning(err);
  const silent = { level: 'silent', info: ignore, debug: ignore, trace: ignore, silent: ignore };
  return { ...silent, warn, error: warn, fatal: warn } as unknown as LiveDeps['log'];
}

/** Connections are lost here; what is no such loss is a fault of ours. */
function isBug(error: unknown): boolean {
  if (error instanceof CuepointError) return error.code === 'internal';
  return !(error instanceof Error && error.message === 'the connection is lost');
}
