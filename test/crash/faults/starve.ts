import { setTimeout as pause } from 'node:timers/promises';
import type { Instance } from '../instance.ts';
import type { SmallDisk } from '../small-disk.ts';
import type { StagedPostgres } from '../stage.ts';
import { readRetries } from '../vital-signs.ts';
import { between, instanceOf, postgresOf, type Scene, type Strike } from '../scenario.ts';

/** The service wants up to 13: eight for reads, two that commit, two for maintenance, one that listens. */
const FEW_CONNECTIONS = 4;
const FEW_MS = { min: 500, max: 2_000 };
const FULL_MS = { min: 500, max: 2_500 };
/** Segments of its log that PostgreSQL may have made in advance, and more. */
const SWITCHES_MAX = 40;
const FELT_TRIES = 300;
const READY_TRIES = 30;
const READY_EVERY_MS = 100;

export async function fewConnections(scene: Scene): Promise<Strike> {
  const { server, start } = postgresOf(scene);
  const durationMs = between(scene.random, FEW_MS.min, FEW_MS.max);
  await server.stop();
  await start({ max_connections: String(FEW_CONNECTIONS) });
  await pause(durationMs);
  return {
    what: `PostgreSQL with ${FEW_CONNECTIONS} connections for ${durationMs} ms`,
    async mend() {
      await server.stop();
      await start();
    },
  };
}

/** In half of the rounds its tables cannot grow, in the others its log cannot either, and PostgreSQL panics. */
export async function fillPostgresDisk(scene: Scene): Promise<Strike> {
  const postgres = postgresOf(scene);
  const disk = diskOf(scene);
  const isLogFull = scene.random() < 0.5;
  await fillUntilFelt(disk, instanceOf(scene));
  if (isLogFull) await useUpLog(postgres);
  await pause(between(scene.random, FULL_MS.min, FULL_MS.max));
  return {
    what: isLogFull ? 'disk full for tables and log' : 'disk full for tables',
    async mend() {
      await disk.free();
      return (await comesBack(() => isAnswering(postgres)))
        ? undefined
        : startAgain('PostgreSQL', () => restart(postgres));
    },
  };
}

export async function fillPgliteDisk(scene: Scene): Promise<Strike> {
  const instance = instanceOf(scene);
  const disk = diskOf(scene);
  await fillUntilFelt(disk, instance);
  await pause(between(scene.random, FULL_MS.min, FULL_MS.max));
  return {
    what: 'disk full',
    async mend() {
      await disk.free();
      if (await comesBack(() => isReady(instance))) return undefined;
      return startAgain('the service', async () => {
        await instance.kill();
        await instance.startAgain();
      });
    },
  };
}

function diskOf({ stage }: Scene): SmallDisk {
  if (stage.disk === undefined) throw new Error('this stage has no small disk');
  return stage.disk;
}

/** Resolves once the service had to try a commit again. @throws Error where it has no need to */
async function fillUntilFelt(disk: SmallDisk, instance: Instance): Promise<void> {
  const before = await readRetries(instance);
  for (let count = 0; count < FELT_TRIES; count += 1) {
    // Again: a database gives up files that it has no use for.
    await disk.fill();
    if ((await readRetries(instance)) > before) return;
    await pause(READY_EVERY_MS);
  }
  throw new Error('the disk is full, and the service has not felt it');
}

/** Goes from segment to segment until there is no room for the next. */
async function useUpLog({ withClient }: StagedPostgres): Promise<void> {
  try {
    await withClient(async (client) => {
      for (let count = 0; count < SWITCHES_MAX; count += 1) {
        await client.query('select pg_switch_wal()');
        await client.query('select pg_logical_emit_message(true, $1, $1)', ['fills the log']);
      }
    });
  } catch {
    return;
  }
  throw new Error('PostgreSQL found room for its log on a full disk');
}

async function comesBack(isBack: () => Promise<boolean>): Promise<boolean> {
  for (let count = 0; count < READY_TRIES; count += 1) {
    if (await isBack()) return true;
    await pause(READY_EVERY_MS);
  }
  return false;
}

async function startAgain(what: string, start: () => Promise<void>): Promise<string> {
  await start();
  return `${what} had to be started again`;
}

async function restart({ server, start }: StagedPostgres): Promise<void> {
  await server.kill();
  await start();
}

async function isAnswering({ server, withClient }: StagedPostgres): Promise<boolean> {
  if (!server.isRunning) return false;
  return withClient(async (client) => {
    await client.query('select 1');
    return true;
  }).catch(() => false);
}

async function isReady({ address }: Instance): Promise<boolean> {
  try {
    const answer = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(2_000) });
    return answer.status === 200;
  } catch {
    return false;
  }
}
