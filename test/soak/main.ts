// `npm run soak`: half of what the machine holds, for an hour, with faults; everything has to stay as it was.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderPlot } from '../../bench/support/plot.ts';
import { BrokenPromise } from '../crash/check-round.ts';
import { createRandom } from '../support/random.ts';
import { parseFlags, USAGE, type Flags } from './flags.ts';
import { describeVerdicts, plotsOf } from './report.ts';
import { runSoak } from './run-soak.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ARTIFACTS = path.join(ROOT, 'artifacts/soak');
const DOCS = path.join(ROOT, 'docs/images/soak');
const MINUTE_MS = 60_000;
const SAMPLES_WANTED = 240;
const SAMPLE_EVERY_MIN_MS = 5_000;
/** Short, and checked often: what every device and the ledger remember is this process's memory. */
const RETENTION_MAX_MS = MINUTE_MS;
const CHECK_EVERY_MS = MINUTE_MS;
const RETENTION_SHARE = 10;
const IDLE_MS = 20_000;

const flags = readFlags();
const durationMs = flags.minutes * MINUTE_MS;
console.log(`seed ${flags.seed}`);
const startedAtMs = performance.now();
let isOver = false;
process.once('SIGTERM', () => {
  isOver = true;
});
const report = await runSoak({
  durationMs,
  users: flags.users,
  changesPerSecond: flags.rate,
  sampleEveryMs: Math.max(SAMPLE_EVERY_MIN_MS, durationMs / SAMPLES_WANTED),
  faultEveryMs: 2 * MINUTE_MS,
  checkEveryMs: CHECK_EVERY_MS,
  idleMs: IDLE_MS,
  retentionMs: Math.min(RETENTION_MAX_MS, durationMs / RETENTION_SHARE),
  random: createRandom(flags.seed),
  isOver: () => isOver,
  say: (line) => console.log(line),
}).catch((error: unknown) => {
  if (!(error instanceof BrokenPromise)) throw error;
  const losses = error.losses.map(({ what, acked }) => `  ${what}: ${JSON.stringify(acked)}`);
  console.log(['', `FAILED: ${error.message}`, ...losses.slice(0, 20)].join('\n'));
  process.exit(1);
});

await mkdir(ARTIFACTS, { recursive: true });
await writeFile(
  path.join(ARTIFACTS, 'soak.json'),
  `${JSON.stringify({ flags, node: process.version, ...report }, null, 2)}\n`,
);
if (flags.isForDocs) await mkdir(DOCS, { recursive: true });
for (const plot of plotsOf(report)) {
  const file = path.join(ARTIFACTS, `${plot.name}.svg`);
  await writeFile(file, await renderPlot(plot));
  if (flags.isForDocs) await copyFile(file, path.join(DOCS, `${plot.name}.svg`));
}

const minutes = ((performance.now() - startedAtMs) / MINUTE_MS).toFixed(1);
console.log(`\n${describeVerdicts(report.verdicts)}\n`);
console.log(
  `${report.acked} acknowledged changes in ${minutes} minutes, ${report.faults.length} faults, ` +
    `${report.checks} checks: none lost. ${report.collected} tombstones were collected.`,
);
const isFlat = report.verdicts.every((verdict) => verdict.isFlat);
if (!isFlat) console.log('FAILED: not everything was flat.');
// Not left to the end of the loop: after an hour Node 20 turned for ever in its own clean-up.
process.exit(isFlat ? 0 : 1);

function readFlags(): Flags {
  if (process.argv.includes('--help')) {
    console.log(USAGE);
    process.exit(0);
  }
  try {
    return parseFlags(process.argv.slice(2), { nowMs: Date.now() });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}
