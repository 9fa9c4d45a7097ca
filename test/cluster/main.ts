// `npm run cluster`: three services on one database, restarted and killed in turn under load, and nothing that
// they acknowledged is lost.
import { parseArgs } from 'node:util';
import { createNatsServer, hasNatsServer } from '../support/nats-server.ts';
import { createPostgresServer } from '../support/postgres-server.ts';
import { createRandom } from '../support/random.ts';
import { Cluster, type StopSignal } from './cluster.ts';
import { acknowledgedBy, restartInstance } from './rolling-restart.ts';
import { isGood, judge } from './verdict.ts';
import { connectUsers, startLoad } from './viewers.ts';

const INSTANCES = 3;
const SECRET = 'a secret of the cluster script, long enough';
/** Every so many restarts one is a SIGKILL. */
const KILL_EVERY = 4;
const HEALING_INTERVAL_MS = 5_000;

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    users: { type: 'string', default: '10' },
    devices: { type: 'string', default: '3' },
    rate: { type: 'string', default: '10' },
    feed: { type: 'string', default: 'postgres' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log(
    [
      'npm run cluster -- [--seconds 60] [--users 10] [--devices 3] [--rate 10] [--feed postgres|nats] [--seed n]',
      '  --devices  of each user · --rate  changes a second of each device',
      '  --feed nats starts a nats-server of this machine.',
    ].join('\n'),
  );
  process.exit(0);
}
const seconds = readCount('seconds');
const [users, devicesPerUser, rate] = [readCount('users'), readCount('devices'), readCount('rate')];
const random = createRandom(Number(flags.seed));

const startedAt = performance.now();
const say = (text: string): void => {
  const at = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${at.padStart(6)} s  ${text}`);
};

say(`seed ${flags.seed}, feed ${flags.feed}`);
if (flags.feed === 'nats' && !hasNatsServer()) process.exit(1);
const nats = flags.feed === 'nats' ? await createNatsServer() : undefined;
const postgres = await createPostgresServer();
await Promise.all([postgres.start(), nats?.start()]);
let cluster: Cluster | undefined;
try {
  cluster = await Cluster.start({
    instances: INSTANCES,
    env: {
      DATABASE_URL: postgres.url(),
      CUEPOINT_JWT_SECRET: SECRET,
      CUEPOINT_FEED: flags.feed,
      ...(nats === undefined ? {} : { NATS_URL: nats.url }),
      CUEPOINT_HEALING_INTERVAL_MS: String(HEALING_INTERVAL_MS),
    },
  });
  say(`${INSTANCES} services on one PostgreSQL, behind a TCP balancer.`);
  await run(cluster);
} finally {
  await cluster?.[Symbol.asyncDispose]();
  await Promise.all([postgres.destroy(), nats?.destroy()]);
}

async function run(running: Cluster): Promise<void> {
  const url = running.liveUrl;
  const people = await connectUsers({ url, secret: SECRET, users, devicesPerUser, random });
  const devices = people.flatMap((user) => user.devices);
  say(`${users} users x ${devicesPerUser} devices, each with ${rate} changes a second.`);
  const endLoad = startLoad(people, { rate, random });
  for (let restart = 1; performance.now() - startedAt < seconds * 1_000; restart += 1) {
    const signal: StopSignal = restart % KILL_EVERY === 0 ? 'SIGKILL' : 'SIGTERM';
    const instance = restart % INSTANCES;
    const step = await restartInstance(
      running,
      { instance, signal },
      { devices, acksBetween: devices.length * rate },
    );
    const ended = signal === 'SIGKILL' ? 'killed' : `exit code ${step.exitCode}`;
    say(
      `${signal} to instance ${instance + 1}: ${ended} after ${step.stopMs.toFixed(0)} ms; ` +
        `${step.acknowledgedMeanwhile} acks by the others; back again, sockets ${running.connections().join(' + ')}`,
    );
    if (signal === 'SIGTERM' && step.exitCode !== 0) process.exitCode = 1;
  }
  endLoad();
  say(`The load ends at ${acknowledgedBy(devices)} acks. The devices push what they have left.`);
  const verdict = await judge(people, { url, timeoutMs: 4 * HEALING_INTERVAL_MS });
  say(
    `${verdict.acknowledged} acknowledged, ${verdict.lost} of them lost; ${verdict.reconnects} reconnects; ` +
      `all had everything ${verdict.convergedAfterMs.toFixed(0)} ms after the last ack.`,
  );
  for (const device of verdict.diverged) say(`  diverged: ${device}`);
  for (const error of verdict.errors) say(`  error: ${error}`);
  await Promise.all(devices.map((device) => device.leave()));
  const good = isGood(verdict) && process.exitCode !== 1;
  console.log(
    good ? '\nNothing was lost, all are equal, no client met more than a reconnect.' : '\nFAILED.',
  );
  if (!good) process.exitCode = 1;
}

function readCount(name: 'seconds' | 'users' | 'devices' | 'rate'): number {
  const count = Number(flags[name]);
  if (Number.isInteger(count) && count > 0) return count;
  console.error(`--${name} takes a whole number above 0`);
  process.exit(1);
}
