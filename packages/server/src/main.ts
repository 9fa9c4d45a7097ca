import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runCli } from './cli/run-cli.ts';

const EXIT_BY_SIGNAL = 130;
let stop: (() => void) | undefined;

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    const listener = stop;
    // The second signal, or the first to a command that has nothing to finish, ends at once.
    if (listener === undefined) process.exit(EXIT_BY_SIGNAL);
    stop = undefined;
    listener();
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  readFile: (path) => readFileSync(path, 'utf8'),
  now: Date.now,
  random: Math.random,
  randomUuid: randomUUID,
  onStopSignal: (listener) => {
    stop = listener;
  },
});
