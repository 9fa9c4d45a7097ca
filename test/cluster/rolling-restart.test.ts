import { randomUUID } from 'node:crypto';
import { openDatabase } from '@cuepoint/store';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { untilDevices } from '../support/live/until-devices.ts';
import { createNatsServer, hasNatsServer, type NatsServer } from '../support/nats-server.ts';
import { createRandom } from '../support/random.ts';
import { Cluster } from './cluster.ts';
import { acknowledgedBy, restartInstance, type RestartStep } from './rolling-restart.ts';
import { isGood, judge } from './verdict.ts';
import { connectDevice, connectUsers, startLoad, type User } from './viewers.ts';

const SECRET = 'a secret of the cluster tests, long enough';
/** For the last device to hear of the last change; far below the five minutes of the healing pull. */
const CONVERGED_TIMEOUT_MS = 30_000;
const RESTART_CODE = 1012;
const LOST_CODE = 1006;
const ACKS_BETWEEN = 60;
/** Each start of a process takes seconds on a machine that has other things to do. */
const TEST_TIMEOUT_MS = 240_000;

let schema: string;
let cluster: Cluster | undefined;
let nats: NatsServer | undefined;
let users: readonly User[] = [];
let random: () => number;
let endLoad = (): void => undefined;

beforeEach(() => {
  random = createRandom(7);
  schema = `cluster_${randomUUID().replaceAll('-', '')}`;
});
afterEach(async () => {
  endLoad();
  await Promise.all(devicesOf(users).map((device) => device.leave()));
  await cluster?.[Symbol.asyncDispose]();
  await nats?.destroy();
  nats = undefined;
  const database = await openDatabase({ url: inject('postgresUrl'), schema });
  await database.execute(`drop schema if exists ${schema} cascade`);
  await database.close();
});

const devicesOf = (people: readonly User[]) => people.flatMap(({ devices }) => devices);

interface LoadOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly instances: number;
  readonly users: number;
}

async function startUnderLoad({ env, instances, users: count }: LoadOptions): Promise<Cluster> {
  cluster = await Cluster.start({
    instances,
    env: {
      DATABASE_URL: inject('postgresUrl'),
      CUEPOINT_DATABASE_SCHEMA: schema,
      CUEPOINT_JWT_SECRET: SECRET,
      CUEPOINT_RATE_LIMIT: '0',
      ...env,
    },
  });
  const url = cluster.liveUrl;
  users = await connectUsers({ url, secret: SECRET, users: count, devicesPerUser: 3, random });
  endLoad = startLoad(users, { rate: 10, random });
  return cluster;
}

/**
 * Restarts the instances that are named, one after the other. Then a new device of each user comes, to the
 * instance with the fewest: in the end the devices of a user hear of each other by the feed alone.
 */
async function restart(
  running: Cluster,
  signal: RestartStep['signal'],
  instances: readonly number[],
): Promise<readonly RestartStep[]> {
  const steps: RestartStep[] = [];
  for (const instance of instances) {
    const options = { devices: devicesOf(users), acksBetween: ACKS_BETWEEN };
    steps.push(await restartInstance(running, { instance, signal }, options));
  }
  const before = acknowledgedBy(devicesOf(users));
  const options = { url: running.liveUrl, random };
  await Promise.all(users.map((user) => connectDevice(user, options)));
  expect(Math.min(...running.connections())).toBeGreaterThan(0);
  const devices = devicesOf(users);
  await untilDevices(devices, () => acknowledgedBy(devices) > before + ACKS_BETWEEN, 'going on');
  return steps;
}

/** Every op that was acknowledged is stored, every device has all of it, and no client saw more than a reconnect. */
async function expectWhole({ liveUrl: url }: Cluster): Promise<void> {
  endLoad();
  const verdict = await judge(users, { url, timeoutMs: CONVERGED_TIMEOUT_MS });
  expect(verdict).toMatchObject({ lost: 0, diverged: [], errors: [] });
  expect(isGood(verdict)).toBe(true);
}

/** Where the machine is too busy for a close handshake within the stop's time, a connection just ends. */
function expectRestarts(codes: ReadonlySet<number>): void {
  expect(codes).toContain(RESTART_CODE);
  expect([RESTART_CODE, LOST_CODE]).toEqual(expect.arrayContaining([...codes]));
}

const closeCodes = (): ReadonlySet<number> =>
  new Set(devicesOf(users).flatMap(({ closings }) => closings.map(({ code }) => code)));

describe('instances on one database', () => {
  it(
    '[LIV1] [LIV5] through a rolling restart of three under load nothing acknowledged is lost, all converge, and no client meets more than a reconnect',
    { timeout: TEST_TIMEOUT_MS },
    async () => {
      const env = { CUEPOINT_FEED: 'postgres' };
      const running = await startUnderLoad({ env, instances: 3, users: 3 });
      const steps = await restart(running, 'SIGTERM', [0, 1, 2]);
      expect(steps.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
      // Whoever was drained was told when to come back; nobody was cut off.
      expectRestarts(closeCodes());
      await expectWhole(running);
      // What was written before a stop was also acknowledged before it: nothing had to be sent twice.
      const results = devicesOf(users).flatMap((device) => device.results);
      expect(results.filter(({ result }) => result === 'duplicate')).toEqual([]);
    },
  );

  it(
    '[LIV1] [LIV2] one that is killed under load loses nothing that was acknowledged',
    { timeout: TEST_TIMEOUT_MS },
    async () => {
      // What it had committed and not told yet is healed by the pull every two seconds.
      const env = { CUEPOINT_FEED: 'postgres', CUEPOINT_HEALING_INTERVAL_MS: '2000' };
      const running = await startUnderLoad({ env, instances: 2, users: 2 });
      await restart(running, 'SIGKILL', [1]);
      expect(closeCodes()).toEqual(new Set([LOST_CODE]));
      await expectWhole(running);
    },
  );

  it.skipIf(!hasNatsServer())(
    '[LIV3] tell each other by NATS, also of what happens while one of them restarts',
    { timeout: TEST_TIMEOUT_MS },
    async () => {
      nats = await createNatsServer();
      await nats.start();
      const env = { CUEPOINT_FEED: 'nats', NATS_URL: nats.url };
      const running = await startUnderLoad({ env, instances: 2, users: 2 });
      await restart(running, 'SIGTERM', [1]);
      expectRestarts(closeCodes());
      await expectWhole(running);
    },
  );
});
