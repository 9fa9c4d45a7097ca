import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mintToken } from '@cuepoint/server';
import { freePort } from '../../test/support/free-port.ts';
import { startServiceProcess, type ServiceProcess } from '../../test/support/service-process.ts';
import { userIdOf } from '../support/data-set.ts';
import { createCuepointSchema, dropSchemas } from '../support/server-client.ts';
import { endWithThisProcess } from '../support/started-processes.ts';
import type { BenchContext } from '../workload.ts';
import type { LiveUser } from './job.ts';

const TOKEN_TTL_SECONDS = 3_600;

export interface ServiceOptions {
  readonly schema: string;
  /** Instances on the one database. */
  readonly instances: number;
  readonly env: Readonly<Record<string, string>>;
  /** Of the debugger of the first instance; without one it has none. */
  readonly inspectorPort?: number | undefined;
  /** Fills the fresh tables before the first instance starts. */
  fill?(this: void): Promise<void>;
  /** The schema is there, and stays. */
  readonly keepsTables?: boolean;
}

/** One instance on an embedded database of its own. */
export interface EmbeddedOptions {
  readonly env: Readonly<Record<string, string>>;
}

export interface Services {
  readonly pids: readonly number[];
  /** `http://…` of each instance. */
  readonly addresses: readonly string[];
  /** `ws://…` of each instance. */
  readonly urls: readonly string[];
  /** Users of the data set, each with a token that any of their devices may show. */
  mintUsers(this: void, count: number): Promise<LiveUser[]>;
}

/** `cuepoint serve` as real processes, on fresh tables unless they are to be kept, for the time of `work`. */
export async function withServices<T>(
  context: BenchContext,
  { schema, instances, env, inspectorPort, fill, keepsTables = false }: ServiceOptions,
  work: (services: Services) => Promise<T>,
): Promise<T> {
  const secret = newSecret();
  const started: ServiceProcess[] = [];
  const releases: (() => void)[] = [];
  if (!keepsTables) await createCuepointSchema(context, schema);
  try {
    await fill?.();
    while (started.length < instances) {
      const service = await startServiceProcess({
        port: await freePort(),
        env: {
          DATABASE_URL: context.server.url(),
          CUEPOINT_DATABASE_SCHEMA: schema,
          CUEPOINT_JWT_SECRET: secret,
          // The load is of a few users, of whom each does what many do.
          CUEPOINT_RATE_LIMIT: '0',
          ...(inspectorPort === undefined || started.length > 0
            ? {}
            : { NODE_OPTIONS: `--inspect=127.0.0.1:${inspectorPort}` }),
          ...env,
        },
      });
      started.push(service);
      releases.push(endWithThisProcess(service.pid));
    }
    return await work(servicesOf(started, secret));
  } finally {
    await Promise.all(started.map((service) => service.stop()));
    for (const release of releases) release();
    if (!keepsTables) await dropSchemas(context, [schema]);
  }
}

/** The same on an embedded database, which is gone afterwards. */
export async function withEmbeddedService<T>(
  { env }: EmbeddedOptions,
  work: (services: Services) => Promise<T>,
): Promise<T> {
  const secret = newSecret();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-bench-'));
  try {
    const service = await startServiceProcess({
      port: await freePort(),
      env: { CUEPOINT_DATA_DIR: dataDir, CUEPOINT_JWT_SECRET: secret, ...env },
    });
    const release = endWithThisProcess(service.pid);
    try {
      return await work(servicesOf([service], secret));
    } finally {
      await service.stop();
      release();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

function newSecret(): string {
  return randomBytes(32).toString('hex');
}

function servicesOf(started: readonly ServiceProcess[], secret: string): Services {
  const addresses = started.map(({ address }) => address);
  return {
    pids: started.map(({ pid }) => pid),
    addresses,
    urls: addresses.map((address) => `${address.replace(/^http/, 'ws')}/api/v1/ws`),
    mintUsers: (count) => mintUsers(secret, count),
  };
}

function mintUsers(secret: string, count: number): Promise<LiveUser[]> {
  const key = new TextEncoder().encode(secret);
  return Promise.all(
    Array.from({ length: count }, async (_, user) => {
      const userId = userIdOf(user);
      const token = await mintToken(key, { userId, ttlSeconds: TOKEN_TTL_SECONDS }, Date.now());
      return { userId, token };
    }),
  );
}
