// `npm run test:crash`: the real service, killed, stopped, cut off and starved under load, until it loses something.
import { writeFile } from 'node:fs/promises';
import { createProgressBar } from '../../packages/server/src/cli/progress-bar.ts';
import { describeReports } from './describe-report.ts';
import { parseFlags, USAGE, type Flags } from './flags.ts';
import { planOf } from './plan.ts';
import { runAll } from './run-all.ts';
import { SCENARIOS } from './scenarios.ts';

const names = SCENARIOS.map(({ name }) => name);
const flags = readFlags();
const planned = planOf(flags);
const total = planned.reduce((sum, { rounds }) => sum + rounds, 0);
console.log(`seed ${flags.seed}, ${total} rounds`);

const startedAtMs = performance.now();
const bar = createProgressBar(process, { label: 'crash', unit: 'rounds', total });
let done = 0;
const [lastRound, ended] = [new AbortController(), new AbortController()];
// SIGTERM leaves time for the round that is under way, and tells what was measured so far.
process.on('SIGTERM', () => lastRound.abort());
process.on('SIGINT', () => ended.abort(new Error('ended by SIGINT')));
const reports = await runAll(planned, {
  seed: flags.seed,
  lastRound: lastRound.signal,
  signal: ended.signal,
  onRound({ name }, { round, what, recoveryMs, acked, residentBytes }) {
    done += 1;
    bar.update(done);
    if (process.stderr.isTTY) return;
    const at = ((performance.now() - startedAtMs) / 1_000).toFixed(0).padStart(5);
    console.log(
      `${at} s  ${name} ${round}: ${what}; ${acked} acknowledged, all there after ` +
        `${(recoveryMs / 1_000).toFixed(1)} s, ${(residentBytes / 2 ** 20).toFixed(0)} MiB`,
    );
  },
}).catch((error: unknown) => {
  bar.stop();
  console.error(error);
  // What still runs in this process belongs to a run that is over.
  process.exit(1);
});
bar.stop();

const seconds = (performance.now() - startedAtMs) / 1_000;
console.log(`\n${describeReports(reports)}\n`);
if (flags.json !== undefined) {
  await writeFile(
    flags.json,
    `${JSON.stringify({ seed: flags.seed, seconds, reports }, null, 2)}\n`,
  );
}
const broken = reports.find((report) => report.broken !== undefined);
if (broken !== undefined) {
  console.log(`FAILED in ${broken.name}: ${broken.broken}`);
  console.log(`again: npm run test:crash -- --seed ${flags.seed} --only ${broken.name}`);
  process.exit(1);
}
const acked = reports.reduce((sum, report) => sum + report.acked, 0);
console.log(`${acked} acknowledged ops in ${seconds.toFixed(0)} s. None was lost.`);
// Not left to the end of the loop: after a long run Node 20 turned for ever in its own clean-up.
process.exit(0);

function readFlags(): Flags {
  if (process.argv.includes('--help')) {
    console.log(USAGE);
    process.exit(0);
  }
  try {
    return parseFlags(process.argv.slice(2), { names, nowMs: Date.now() });
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}
