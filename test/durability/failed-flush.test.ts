import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '@cuepoint/store';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { createPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { startServiceProcess, type ServiceProcess } from '../support/service-process.ts';
import { MarkedClient, SECRET } from './marked-client.ts';
import { postgresProcesses } from './processes.ts';
import { attachStrace, hasStrace } from './strace.ts';

const TEST_TIMEOUT_MS = 90_000;
/** Every flush fails, as with a disk that has died. */
const DEAD_DISK = 'fdatasync,fsync:error=EIO';
const PUSHES = 20;

let folder: string;
let service: ServiceProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cuepoint-failed-flush-'));
});
afterEach(async () => {
  await service?.kill();
  service = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function start(env: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const shared = { CUEPOINT_JWT_SECRET: SECRET, DATABASE_URL: '', UV_USE_IO_URING: '0' };
  service = await startServiceProcess({ port: await freePort(), env: { ...shared, ...env } });
  return service;
}

/** Pushes that are sent now. @returns the stamp of each mark. */
function pushMany(client: MarkedClient): Map<string, string> {
  const marks = Array.from({ length: PUSHES }, () => client.newMark());
  return new Map(marks.map((mark) => [mark, client.push(mark)]));
}

const ackedOf = (client: MarkedClient, stamps: ReadonlyMap<string, string>) =>
  [...stamps.keys()].filter((mark) => client.resultOf(mark) !== undefined);

/** Every push again, as it was, which is what a client does. */
async function repeat(client: MarkedClient, stamps: ReadonlyMap<string, string>): Promise<void> {
  for (const [mark, stamp] of stamps) client.push(mark, stamp);
  await client.untilAcked([...stamps.keys()]);
  for (const mark of stamps.keys()) {
    expect(['applied', 'duplicate']).toContain(client.resultOf(mark));
  }
}

describe.skipIf(!hasStrace())('a disk that fails the flush of a commit, under PostgreSQL,', () => {
  let server: PostgresServer;
  beforeEach(async () => {
    server = await createPostgresServer();
  });
  afterEach(() => server.destroy());

  it(
    '[GC1] costs the ack: none is sent until the server is back and has the change',
    async () => {
      await server.start();
      // The batch is still tried again when the server is back.
      const { address } = await start({
        DATABASE_URL: server.url(),
        CUEPOINT_ACK_TIMEOUT_MS: '60000',
      });
      const client = await MarkedClient.connect(address);
      const before = client.newMark();
      client.push(before);
      await client.untilAcked([before]);

      const bystander = new pg.Client({ connectionString: server.url() });
      bystander.on('error', () => undefined);
      await bystander.connect();
      const strace = await attachStrace({
        processIds: await postgresProcesses(server.dataDir),
        inject: DEAD_DISK,
      });
      const thrownOut = new Promise<void>((resolve) => bystander.once('end', () => resolve()));
      const stamps = pushMany(client);
      // The backend panics, and every session of the server ends with it. Its recovery needs flushes as well.
      await thrownOut;
      const trace = await strace.detach();
      expect(trace).toMatch(/fdatasync\(.*pg_wal.*EIO.*INJECTED/);
      await client.socket.roundTrip();
      expect(ackedOf(client, stamps)).toEqual([]);

      await server.kill();
      await server.start();
      await client.untilAcked([...stamps.keys()]);
      // What the kernel holds survives this; that it was flushed is what the trace shows.
      const stored = await storedMarks(server.url(), client.userId);
      expect(stored).toEqual([before, ...stamps.keys()].toSorted());
      await client.socket.close();
    },
    TEST_TIMEOUT_MS,
  );
});

async function storedMarks(url: string, userId: string): Promise<string[]> {
  const database = await openDatabase({ url });
  try {
    const { rows } = await database.execute<{ content_id: string }>(
      'select content_id from user_progress where user_id = $1 order by content_id collate "C"',
      [userId],
    );
    return rows.map(({ content_id: contentId }) => contentId);
  } finally {
    await database.close();
  }
}

describe.skipIf(!hasStrace())('a disk that fails a flush under the embedded database', () => {
  it(
    '[GC1] costs the ack and every later one, until a new start and a repeat',
    async () => {
      const env = { CUEPOINT_DATA_DIR: folder };
      const first = await start(env);
      const client = await MarkedClient.connect(first.address);
      const before = client.newMark();
      client.push(before);
      await client.untilAcked([before]);

      const strace = await attachStrace({ processIds: [first.pid], inject: DEAD_DISK });
      const stamps = pushMany(client);
      const failed = await client.socket.take('error');
      expect(failed.code).toBe('storage_failed');
      expect(await strace.detach()).toMatch(/fdatasync\(.*pg_wal.*EIO.*INJECTED/);
      // The disk takes flushes again; what they would prove is not known.
      const later = client.newMark();
      const laterStamp = client.push(later);
      const failures = () => client.socket.received.filter(({ type }) => type === 'error');
      await client.socket.until(() => failures().length === PUSHES + 1, 'refused');
      expect(ackedOf(client, stamps)).toEqual([]);
      expect(client.resultOf(later)).toBeUndefined();
      expect((await fetch(`${first.address}/readyz`)).status).toBe(503);
      await first.kill();

      const second = await start(env);
      const again = await MarkedClient.connect(second.address, client.userId);
      await repeat(again, new Map([...stamps, [later, laterStamp]]));
      await again.socket.close();
    },
    TEST_TIMEOUT_MS,
  );
});
