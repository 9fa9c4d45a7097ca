import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { timestampToText } from '@cuepoint/core';
import { freePort } from '../../test/support/free-port.ts';
import { createCoreMeter } from '../live/core-meter.ts';
import { runClosedLoop } from '../support/closed-loop.ts';
import { contentIdOf, createProgressChanges, userIdOf } from '../support/data-set.ts';
import { withProcess } from '../support/started-processes.ts';
import type { BenchContext, Sample } from '../workload.ts';
import type { Write } from '../writes/writers.ts';
import { installPeer, peerFolder } from './peer-packages.ts';

const FOLDER = 'redis';
/** In the `PATH`; Debian's package has this name. */
const PROGRAM = 'redis-server';
const WARM_UP_SECONDS = 1;

/**
 * Every command is flushed before it is answered. As with PostgreSQL, nothing that is due now and then falls
 * into one variant's round: no snapshot, no rewrite of the append-only file.
 */
const SETTINGS = {
  bind: '127.0.0.1',
  appendonly: 'yes',
  appendfsync: 'always',
  save: '',
  'auto-aof-rewrite-percentage': '0',
};

interface RedisRegisters {
  /** Over the connection of this caller. @returns whether it was stored. */
  write(caller: number, userId: string, change: Write): Promise<boolean>;
  fill(count: number, pairAt: (pair: number) => Write & { readonly userId: string }): Promise<void>;
  version(): Promise<string>;
  close(): Promise<unknown>;
}

export interface RedisServer {
  readonly port: number;
  readonly pid: number;
}

/** Whether the program is there: it is no npm package. */
export function hasRedis(): boolean {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders.some((folder) => existsSync(path.join(folder, PROGRAM)));
}

/** A filled Redis of the run's own, for the time of `work`. */
export async function withRedis<T>(
  context: BenchContext,
  env: Readonly<Record<string, string>>,
  work: (server: RedisServer) => Promise<T>,
): Promise<T> {
  await installPeer(context, { folder: FOLDER, told: ['ioredis'] });
  const dir = await mkdtemp(path.join(tmpdir(), 'cuepoint-bench-redis-'));
  const port = await freePort();
  const settings = Object.entries({ ...SETTINGS, dir, port: String(port) });
  const child = spawn(
    PROGRAM,
    settings.flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
  );
  try {
    return await withProcess(child, async (pid) => {
      for await (const line of createInterface({ input: child.stdout })) {
        if (line.includes('Ready to accept connections')) break;
      }
      child.stdout.resume();
      const server = { port, pid };
      await withRegisters(server, 1, (registers) => fill(context, registers));
      return work(server);
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The same writes in the same closed loop, through so many connections. */
export function measureRedis(
  context: BenchContext,
  server: RedisServer,
  { connections, callers }: { readonly connections: number; readonly callers: number },
): Promise<Sample> {
  const { seconds } = context.scale;
  const nextChange = createProgressChanges(context.scale);
  const meter = createCoreMeter(context, [server.pid]);
  let cores: Sample = {};
  return withRegisters(server, connections, async (registers) => {
    const sample = await runClosedLoop(
      {
        callers,
        warmUpSeconds: Math.min(WARM_UP_SECONDS, seconds),
        seconds,
        call(caller) {
          const { userId, op } = nextChange(caller);
          const { kind: _, timestamp, ...fields } = op;
          return registers.write(caller, userId, {
            ...fields,
            timestamp: timestampToText(timestamp),
          });
        },
      },
      (phase) => {
        if (phase === 'start') meter.start(process.pid);
        else cores = meter.stop();
      },
    );
    return { ...sample, ...cores };
  });
}

async function fill(context: BenchContext, registers: RedisRegisters): Promise<void> {
  const { users, contentsPerUser } = context.scale;
  context.progress(`filling Redis ${await registers.version()}`);
  const userIds = Array.from({ length: users }, (_, user) => userIdOf(user));
  await registers.fill(users * contentsPerUser, (pair) => ({
    userId: userIds[Math.floor(pair / contentsPerUser)] ?? '',
    contentId: contentIdOf(pair % contentsPerUser),
    positionSeconds: pair % 5_400,
    durationSeconds: 5_400,
    state: 'playing',
    timestamp: timestampToText({ physical: 1_000, logical: 0 }),
    deviceId: 'device-0',
  }));
}

async function withRegisters<T>(
  { port }: RedisServer,
  connections: number,
  work: (registers: RedisRegisters) => Promise<T>,
): Promise<T> {
  const module = pathToFileURL(path.join(peerFolder(FOLDER), 'client.mjs')).href;
  const { connectRegisters } = (await import(module)) as {
    connectRegisters(this: void, options: object): Promise<RedisRegisters>;
  };
  const registers = await connectRegisters({ port, connections });
  try {
    return await work(registers);
  } finally {
    await registers.close();
  }
}
