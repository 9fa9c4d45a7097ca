import { randomUUID } from 'node:crypto';
import { openDatabase } from '@cuepoint/store';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createRandom } from '../support/random.ts';
import { Cluster } from './cluster.ts';
import { restartInstance, type RestartStep } from './rolling-restart.ts';
import { isGood, judge } from './verdict.ts';
import { connectUsers, startLoad, type User } from './viewers.ts';

const SECRET = 'a secret of the cluster tests, long enough';
const HEALING_INTERVAL_MS = 2_000;
const RESTART_CODE = 1012;
const LOST_CODE = 1006;

let schema: string;
let cluster: Cluster | undefined;
let users: readonly User[] = [];
let endLoad = (): void => undefined;

beforeEach(() => {
  schema = `cluster_${randomUUID().replaceAll('-', '')}`;
});
afterEach(async () => {
  endLoad();
  await Promise.all(devicesOf(users).map((device) => device.leave()));
  await cluster?.[Symbol.asyncDispose]();
  const database = await openDatabase({ url: inject('postgresUrl'), schema });
  await database.execute(`drop schema if exists ${schema} cascade`);
  await database.close();
});

const devicesOf = (people: readonly User[]) => people.flatMap(({ devices }) => devices);

async function startUnderLoad(env: Readonly<Record<string, string>>): Promise<Cluster> {
  const random = createRandom(7);
  cluster = await Cluster.start({
    instances: 3,
    env: {
      DATABASE_URL: inject('postgresUrl'),
      CUEPOINT_DATABASE_SCHEMA: schema,
      CUEPOINT_JWT_SECRET: SECRET,
      CUEPOINT_HEALING_INTERVAL_MS: String(HEALING_INTERVAL_MS),
      ...env,
    },
  });
  const url = cluster.liveUrl;
  users = await connectUsers({ url, secret: SECRET, users: 4, devicesPerUser: 3, random });
  endLoad = startLoad(users, { rate: 20, random });
  return cluster;
}

/** Restarts the instances that are named, one after the other. */
async function restart(
  running: Cluster,
  signal: RestartStep['signal'],
  instances: readonly number[],
): Promise<readonly RestartStep[]> {
  const steps: RestartStep[] = [];
  for (const instance of instances) {
    const options = { devices: devicesOf(users), acksBetween: 100 };
    steps.push(await restartInstance(running, { instance, signal }, options));
  }
  return steps;
}

describe('three instances on one database', () => {
  it('[LIV1] [LIV5] through a rolling restart and a SIGKILL under load nothing acknowledged is lost, all converge, and no client meets more than a reconnect', async () => {
    const running = await startUnderLoad({ CUEPOINT_FEED: 'postgres' });
    const devices = devicesOf(users);
    const steps = await restart(running, 'SIGTERM', [0, 1, 2]);
    expect(steps.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    // A drained socket is told when to come back; none is cut.
    const closings = devices.flatMap((device) => device.closings);
    expect(new Set(closings.map(({ code }) => code))).toEqual(new Set([RESTART_CODE]));

    await restart(running, 'SIGKILL', [1]);
    expect(devices.flatMap((device) => device.closings).map(({ code }) => code)).toContain(
      LOST_CODE,
    );

    endLoad();
    const verdict = await judge(users, { url: running.liveUrl, timeoutMs: 15_000 });
    expect(verdict).toMatchObject({ lost: 0, diverged: [], errors: [] });
    expect(isGood(verdict)).toBe(true);
  });
});
