// Entry of `npm start`, `npm test` and the programs below: works in a fresh clone, so it is plain JavaScript without
// dependencies. It installs and builds what is missing or out of date, then runs what was asked.
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import process from 'node:process';
import { isConsoleStale } from './console-build.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [task = 'start', ...args] = process.argv.slice(2);

/** Programs in TypeScript, by the name of their task, after the flags of their Node. */
const PROGRAMS = {
  demo: ['test/demo/main.ts'],
  cluster: ['test/cluster/main.ts'],
  sim: ['test/sim/main.ts'],
  crash: ['test/crash/main.ts'],
  hostile: ['test/hostile/main.ts'],
  // A hundred devices in one process: what dies young should not be taken for old, or they all wait for its collection.
  soak: ['--max-semi-space-size=64', 'test/soak/main.ts'],
};
const TSX = ['--import', 'tsx', '--conditions=cuepoint-source'];

const tasks = {
  async start() {
    await prepare();
    await run(process.execPath, ['packages/server/dist/main.js', 'serve', ...mode(), ...args]);
  },
  async verify() {
    await prepare();
    await run(process.execPath, ['scripts/verify.mjs', ...args]);
  },
};

for (const [name, program] of Object.entries(PROGRAMS)) {
  tasks[name] = async () => {
    await prepare();
    await run(process.execPath, [...TSX, ...program, ...args]);
  };
}

requireNode(20, 19);
if (!Object.hasOwn(tasks, task))
  fail(`unknown task ${task}; there are ${Object.keys(tasks).join(', ')}`);
await tasks[task]();

/** Development mode, unless something says who may call: also what is empty, for the service to refuse. */
function mode() {
  const names = ['DEV', 'JWT_SECRET', 'JWT_SECRET_FILE', 'JWKS_URL'];
  const isSaid =
    names.some((name) => process.env[`CUEPOINT_${name}`] !== undefined) ||
    args.some((arg) => /^--(dev|jwks-url)\b/.test(arg));
  return isSaid ? [] : ['--dev'];
}

async function prepare() {
  if (!isInstalled()) {
    console.log('Installing dependencies …');
    await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-b']);
  await run(process.execPath, ['scripts/build-client.mjs']);
  // Before the tests of the service, which serve it; after the packages that it bundles.
  if (isConsoleStale(root)) {
    const vite = 'node_modules/vite/bin/vite.js';
    await run(process.execPath, [vite, 'build', 'apps/console', '--logLevel', 'warn']);
  }
}

/** npm writes its own copy of the lock file last, so an interrupted install counts as none. */
function isInstalled() {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  const wanted = path.join(root, 'package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs;
}

/** Runs a program to its end; a signal to this process goes to it, and its failure is this one's. */
async function run(command, commandArgs) {
  const onWindows = process.platform === 'win32';
  const child = spawn(command, commandArgs, { cwd: root, stdio: 'inherit', shell: onWindows });
  const forward = (signal) => child.kill(signal);
  // A terminal sends Ctrl-C to the child as well, and a second signal would end it at once.
  const onInterrupt = process.stdin.isTTY ? () => undefined : forward;
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', forward);
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...outcome) => resolve(outcome));
  });
  process.off('SIGINT', onInterrupt);
  process.off('SIGTERM', forward);
  if (code !== 0) process.exit(code ?? (signal === 'SIGINT' ? 130 : 143));
}

function requireNode(major, minor) {
  const [actualMajor = 0, actualMinor = 0] = process.versions.node.split('.').map(Number);
  if (actualMajor > major || (actualMajor === major && actualMinor >= minor)) return;
  fail(`Cuepoint needs Node ${major}.${minor} or later; this is ${process.versions.node}.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
