// `npm run demo`: a household watches, the service is killed with SIGKILL in the middle, and nothing that it
// acknowledged is gone.
import type { Op } from '@cuepoint/core';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServiceProcess } from '../support/service-process.ts';
import { freePort } from '../support/free-port.ts';
import { Api } from './api.ts';
import { HOUSEHOLD, SimulatedDevice } from './household.ts';
import { createRandom } from '../support/random.ts';
import { Replica } from '../support/replica.ts';
import { readTitles } from './titles.ts';

const isSmoke = process.argv.includes('--smoke');
const TITLES = 3_000;
const ACTIONS_PER_DEVICE = isSmoke ? 200 : 2_000;

const titles = readTitles(TITLES);
const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-demo-'));
const env = { CUEPOINT_DATA_DIR: dataDir };
const port = await freePort();
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const random = createRandom(seed);
const userId = randomUUID();
const devices = HOUSEHOLD.map((spec) => new SimulatedDevice(spec, titles, random));

console.log(`${devices.length} devices, ${titles.length} film titles, seed ${seed}`);
const storage =
  process.env['DATABASE_URL'] === undefined ? dataDir : 'the database of DATABASE_URL';
console.log(`The data is in ${storage}.\n`);

const first = await startServiceProcess({ port, env });
const api = new Api(first.address);
await api.signIn(userId);
for (const device of devices) {
  for (let action = 0; action < ACTIONS_PER_DEVICE; action += 1) device.act();
}
const queued = devices.reduce((sum, device) => sum + device.pending, 0);
console.log(`Offline, they queued ${queued} changes. Now all push at once …`);

// Killed while pushes are in flight: about half of the changes are acknowledged by then.
const acknowledged = () => devices.reduce((sum, device) => sum + device.acknowledged.length, 0);
let killed: Promise<void> | undefined;
await Promise.all(
  devices.map(async (device) => {
    try {
      while (device.pending > 0) {
        await device.sync(api);
        if (acknowledged() >= queued / 2) killed ??= first.kill();
      }
    } catch {
      // No answer came: the device keeps what it sent and asks again later.
    }
  }),
);
await killed;
const acknowledgedBefore = devices.flatMap((device) => device.acknowledged);
console.log(`SIGKILL. Acknowledged until then: ${acknowledgedBefore.length} changes.\n`);

const startedAt = performance.now();
const second = await startServiceProcess({ port, env });
const startSeconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.log(`Started again in ${startSeconds} s, on the same data, without a question.`);
await api.signIn(userId);

const cameBack = replicaOf(await api.pull());
const before = cameBack.lines().length;
// An acknowledged op is there if folding it in once more changes nothing.
const missing = acknowledgedBefore.filter((op) => cameBack.apply(op));
console.log(`Came back: ${before} tags and registers.`);
console.log(
  `Of the ${acknowledgedBefore.length} acknowledged changes, ${missing.length} are missing.\n`,
);

console.log('The devices push the rest, with the tags and stamps of the first try …');
for (const device of devices) {
  await device.sync(api);
  for (let action = 0; action < ACTIONS_PER_DEVICE / 10; action += 1) device.act();
}
await Promise.all(
  devices.map(async (device) => {
    while (device.pending > 0) await device.sync(api);
  }),
);

// One more round, so that everyone hears of the last change.
for (const device of devices) await device.sync(api);
const wanted = replicaOf(devices.flatMap((device) => device.acknowledged)).lines();
const stored = replicaOf(await api.pull()).lines();
const views = devices.map((device) => device.view.lines());
const equal = [stored, ...views].every((lines) => JSON.stringify(lines) === JSON.stringify(wanted));
const results = new Map<string, number>();
for (const result of devices.flatMap((device) => device.results)) {
  results.set(result, (results.get(result) ?? 0) + 1);
}
console.log(`Results: ${[...results].map(([result, count]) => `${count} ${result}`).join(', ')}.`);
console.log(
  `Acknowledged in all: ${acknowledged()} changes, which fold to ${wanted.length} lines.`,
);
console.log(
  `Stored by the service: ${stored.length} lines; seen by the devices: ${views.map((view) => view.length).join(', ')}.`,
);
console.log(equal && missing.length === 0 ? '\nEqual. Nothing was lost.' : '\nNOT EQUAL.');

await second.stop();
await rm(dataDir, { recursive: true, force: true });
if (!equal || missing.length > 0) process.exitCode = 1;

function replicaOf(ops: Iterable<Op>): Replica {
  const replica = new Replica();
  for (const op of ops) replica.apply(op);
  return replica;
}
