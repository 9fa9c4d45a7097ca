// `npm run test:sim`: simulated runs, one seed after the other, until one of them breaks a promise.
import { parseArgs } from 'node:util';
import { createProgressBar } from '../../packages/server/src/cli/progress-bar.ts';
import { describeFailure } from './describe-failure.ts';
import { run } from './run.ts';
import { shrink } from './shrink.ts';

const SHRINK_RUNS_MAX = 400;
/** Without a terminal a line says this often how far it is. */
const REPORT_EVERY_MS = 10_000;

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log(
    'npm run test:sim -- [--runs 200] [--seed n]   seeds n, n + 1, … up to the first failure',
  );
  process.exit(0);
}
const [runs, first] = [readCount('runs'), readCount('seed')];
console.log(`${runs} runs from seed ${first}`);

const startedAtMs = performance.now();
const bar = createProgressBar(process, { label: 'simulation', unit: 'runs', total: runs });
const totals = { acked: 0, quietPoints: 0, actions: 0 };
let reportedAtMs = startedAtMs;
for (let index = 0; index < runs; index += 1) {
  const seed = first + index;
  const report = await run({ seed });
  totals.acked += report.acked;
  totals.quietPoints += report.quietPoints;
  totals.actions += report.history.length;
  if (report.violation !== undefined) {
    bar.stop();
    console.log(`seed ${seed} after ${secondsSince(startedAtMs)} s: ${report.violation.message}`);
    console.log('Looking for a shorter history …');
    const shortest = await shrink({ seed, failed: report, runsMax: SHRINK_RUNS_MAX });
    console.log(describeFailure(seed, shortest));
    process.exit(1);
  }
  bar.update(index + 1);
  if (process.stderr.isTTY || performance.now() - reportedAtMs < REPORT_EVERY_MS) continue;
  reportedAtMs = performance.now();
  console.log(`${index + 1} of ${runs} runs after ${secondsSince(startedAtMs)} s`);
}
bar.stop();
console.log(
  `${runs} runs in ${secondsSince(startedAtMs)} s: ${totals.actions} actions, ${totals.acked} acknowledged ` +
    `changes, ${totals.quietPoints} quiet points. No promise was broken.`,
);

function secondsSince(atMs: number): string {
  return ((performance.now() - atMs) / 1_000).toFixed(1);
}

function readCount(name: 'runs' | 'seed'): number {
  const count = Number(flags[name]);
  if (Number.isInteger(count) && count > 0) return count;
  console.error(`--${name} takes a whole number above 0`);
  process.exit(1);
}
