import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { startServiceProcess, type ServiceProcess } from '../support/service-process.ts';
import { openLazyProxy } from './lazy-proxy.ts';
import { SECRET } from './marked-client.ts';
import { postgresProcesses } from './processes.ts';
import { hasStrace } from './strace.ts';
import { WAVES, WRITES, writeUnderTrace, type TracedRun } from './traced-run.ts';

/** A process under trace is slow, and starts take seconds on a machine that has other things to do. */
const TEST_TIMEOUT_MS = 180_000;
const FORGETFUL = `--import=${new URL('forget-flushes.mjs', import.meta.url).href}`;

let service: ServiceProcess | undefined;
afterEach(async () => {
  await service?.kill();
  service = undefined;
});

/** @param env settings of the service, and what its platform reads. */
async function start(env: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  // A flush that went by a ring would be no system call.
  const shared = { CUEPOINT_JWT_SECRET: SECRET, DATABASE_URL: '', UV_USE_IO_URING: '0' };
  service = await startServiceProcess({ port: 0, env: { ...shared, ...env } });
  return service;
}

function expectEveryAckFlushed({ told, acked, violations, flushes }: TracedRun): void {
  expect(violations).toEqual([]);
  expect(acked.toSorted()).toEqual(told.toSorted());
  expect(told.length).toBe(WRITES);
  // One flush serves a batch, and a batch has many changes.
  expect(flushes).toBeGreaterThanOrEqual(WAVES);
}

/** The same trace, in which the flushes are missing: by chance one that is not the commit's may come in time. */
function expectHardlyAnAckFlushed({ told, acked, violations }: TracedRun): void {
  expect(acked.toSorted()).toEqual(told.toSorted());
  expect(told.length).toBe(WRITES);
  expect(violations.length).toBeGreaterThan(WRITES * 0.8);
}

describe.skipIf(!hasStrace())('a trace of system calls, on PostgreSQL,', () => {
  let server: PostgresServer;
  beforeEach(async () => {
    server = await createPostgresServer();
  });
  afterEach(() => server.destroy());

  async function trace(databaseUrl: string): Promise<TracedRun> {
    const { address, pid } = await start({ DATABASE_URL: databaseUrl });
    return writeUnderTrace(address, async () => [
      ...(await postgresProcesses(server.dataDir)),
      pid,
    ]);
  }

  it(
    '[GC1] shows a flush of the log between each change and its ack, whatever the server defaults to',
    async () => {
      await server.start({ synchronous_commit: 'off' });
      expectEveryAckFlushed(await trace(server.url()));
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'shows that there is none where synchronous_commit is off in the sessions of the service',
    async () => {
      await server.start();
      await using proxy = await openLazyProxy(server.port);
      expectHardlyAnAckFlushed(await trace(proxy.url));
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'shows that there is none where fsync is off',
    async () => {
      await server.start({ fsync: 'off' });
      expectHardlyAnAckFlushed(await trace(server.url()));
    },
    TEST_TIMEOUT_MS,
  );
});

describe.skipIf(!hasStrace())('a trace of system calls, on the embedded database,', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cuepoint-flushes-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it(
    '[GC1] shows a flush of the log between each change and its ack',
    async () => {
      const { address, pid } = await start({ CUEPOINT_DATA_DIR: folder });
      expectEveryAckFlushed(await writeUnderTrace(address, async () => [pid]));
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'shows that there is none when the service forgets to flush',
    async () => {
      const { address, pid } = await start({ CUEPOINT_DATA_DIR: folder, NODE_OPTIONS: FORGETFUL });
      expectHardlyAnAckFlushed(await writeUnderTrace(address, async () => [pid]));
    },
    TEST_TIMEOUT_MS,
  );
});
