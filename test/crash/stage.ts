import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createNatsServer, hasNatsServer, type NatsServer } from '../support/nats-server.ts';
import { createPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { Disposal } from './disposal.ts';
import { createFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { Instance } from './instance.ts';
import { createSmallDisk, type SmallDisk } from './small-disk.ts';

/** What a scenario runs on. */
export type StageName = keyof typeof LAYOUTS;

interface Layout {
  readonly database: 'pglite' | 'postgres';
  readonly instances: 1 | 2;
  readonly feed?: 'nats';
  readonly isOnSmallDisk?: true;
}

const LAYOUTS = {
  pglite: { database: 'pglite', instances: 1 },
  postgres: { database: 'postgres', instances: 1 },
  cluster: { database: 'postgres', instances: 2, feed: 'nats' },
  'pglite on a small disk': { database: 'pglite', instances: 1, isOnSmallDisk: true },
  'postgres on a small disk': { database: 'postgres', instances: 1, isOnSmallDisk: true },
} as const satisfies Record<string, Layout>;

const SMALL_DISK_MEGABYTES = 192;
/** So that its log alone does not fill the disk. */
const SMALL_DISK_SETTINGS = { max_wal_size: '64MB', min_wal_size: '32MB' };

export const SECRET = 'a secret of the crash harness, long enough';

/** Short, so that the time of a run goes into faults. */
const ACK_TIMEOUT_MS = 2_000;
const HEALING_INTERVAL_MS = 1_000;

/** The real processes of a scenario, and everything between them that can be broken. */
export interface Stage extends AsyncDisposable {
  readonly instances: readonly Instance[];
  readonly postgres: StagedPostgres | undefined;
  readonly nats: { readonly server: NatsServer; readonly network: FaultProxy } | undefined;
  /** None where this machine cannot make one; it has been said. */
  readonly disk: SmallDisk | undefined;
}

export interface StagedPostgres {
  readonly server: PostgresServer;
  /** Between it and the service. */
  readonly network: FaultProxy;
  /** With the stage's own settings; more replace them. */
  readonly start: (settings?: Readonly<Record<string, string>>) => Promise<void>;
  /** Runs `work` on a connection of the harness, past that network. */
  readonly withClient: <Result>(work: (client: pg.Client) => Promise<Result>) => Promise<Result>;
}

/** `undefined` where this machine has no NATS; it has been said. */
export async function openStage(name: StageName): Promise<Stage | undefined> {
  const layout: Layout = LAYOUTS[name];
  if (layout.feed === 'nats' && !hasNatsServer()) return undefined;
  const opened = new Disposal();
  try {
    const disk = layout.isOnSmallDisk ? await createSmallDisk(SMALL_DISK_MEGABYTES) : undefined;
    if (disk !== undefined) opened.use(disk);
    const folder = await mkdtemp(path.join(disk?.folder ?? tmpdir(), 'cuepoint-crash-'));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    const postgres = layout.database === 'postgres' ? await openPostgres(disk, opened) : undefined;
    const nats = layout.feed === 'nats' ? await openNats(opened) : undefined;
    const env = {
      CUEPOINT_JWT_SECRET: SECRET,
      CUEPOINT_DATA_DIR: folder,
      CUEPOINT_ACK_TIMEOUT_MS: String(ACK_TIMEOUT_MS),
      CUEPOINT_HEALING_INTERVAL_MS: String(HEALING_INTERVAL_MS),
      CUEPOINT_RATE_LIMIT: '0',
      ...(postgres && {
        DATABASE_URL: `postgres://postgres@127.0.0.1:${postgres.network.port}/postgres`,
      }),
      ...(nats && { CUEPOINT_FEED: 'nats', NATS_URL: `nats://127.0.0.1:${nats.network.port}` }),
    };
    const instances: Instance[] = [];
    for (let count = 0; count < layout.instances; count += 1) {
      instances.push(opened.use(await Instance.start(env)));
    }
    return {
      instances,
      postgres,
      nats,
      disk,
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

async function openPostgres(
  disk: SmallDisk | undefined,
  opened: Disposal,
): Promise<StagedPostgres> {
  const settings = disk === undefined ? {} : SMALL_DISK_SETTINGS;
  const server = await createPostgresServer(disk === undefined ? {} : { dataParent: disk.folder });
  opened.defer(() => server.destroy());
  await server.start(settings);
  const network = opened.use(await createFaultProxy(server.port));
  return {
    server,
    network,
    start: (more = {}) => server.start({ ...settings, ...more }),
    async withClient(work) {
      const client = new pg.Client({ connectionString: server.url() });
      client.on('error', () => undefined);
      await client.connect();
      try {
        return await work(client);
      } finally {
        // A server that is gone does not answer the farewell.
        await client.end().catch(() => undefined);
      }
    },
  };
}

async function openNats(opened: Disposal) {
  const server = await createNatsServer();
  opened.defer(() => server.destroy());
  await server.start();
  const network = opened.use(await createFaultProxy(Number(new URL(server.url).port)));
  return { server, network };
}
