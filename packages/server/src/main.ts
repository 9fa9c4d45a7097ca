import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { runCli } from './cli/run-cli.ts';

// Before anything is made: the embedded database makes its files as open as this allows.
process.umask(0o077);

/** 128 and the number of the signal, as shells have it. */
const EXIT_BY_SIGNAL = { SIGTERM: 143, SIGINT: 130 } as const;
let stop: (() => void) | undefined;
let finishesItself = false;

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    const listener = stop;
    // The second signal, or the first to a command that has nothing to finish, ends at once.
    if (listener === undefined) process.exit(EXIT_BY_SIGNAL[signal]);
    stop = undefined;
    listener();
  });
}

// Who reads the output may leave before its end, as `head` does; a service outlives the reader of its log.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (!finishesItself) process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  readFile: (path) => readFileSync(path, 'utf8'),
  now: Date.now,
  random: Math.random,
  randomUuid: randomUUID,
  networkAddresses: () =>
    Object.values(networkInterfaces())
      .flatMap((addresses = []) => addresses)
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address),
  onStopSignal: (listener) => {
    stop = listener;
    finishesItself = true;
  },
});
