// Everything that has to hold before a change is taken: `npm run verify`, `npm test` and CI run this list.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

const RESULTS = 'artifacts/tests.json';
const REPORTERS = [
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${RESULTS}`,
  '--reporter=./scripts/second-attempt-reporter.mjs',
];
const TSX = [process.execPath, '--import', 'tsx', '--conditions=cuepoint-source'];

/** Name, then the command. */
const checks = [
  ['format', 'npx', 'oxfmt', '--check', '.'],
  ['lint', 'npx', 'oxlint', '--deny-warnings'],
  ['types', 'npx', 'tsc', '-p', 'tsconfig.tests.json'],
  ['types: console', 'npx', 'tsc', '-p', 'apps/console'],
  ['dead code', 'npx', 'knip'],
  ['tests', 'npx', 'vitest', 'run', ...REPORTERS],
  ['example: library', ...TSX, 'examples/library.ts'],
  ['example: http', ...TSX, 'examples/http.ts'],
  ['example: embed', ...TSX, 'examples/embed.ts'],
  ['example: client', ...TSX, 'examples/client.ts'],
  ['demo', ...TSX, 'test/demo/main.ts', '--smoke'],
  ['benchmark smoke', ...TSX, 'bench/main.ts', '--smoke'],
];

mkdirSync('artifacts', { recursive: true });
const only = process.argv.slice(2);
const failed = [];
for (const [name, command, ...args] of checks) {
  if (only.length > 0 && !only.some((word) => name.includes(word))) continue;
  console.log(`\n── ${name} ──`);
  const startedAt = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name} (${seconds} s)`);
  if (status !== 0) failed.push(name);
}

console.log('');
if (only.length === 0 || only.includes('tests')) printTestCount();
if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);

function printTestCount() {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
    readFileSync(RESULTS, 'utf8'),
  );
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
}
