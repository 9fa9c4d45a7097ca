import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.ts';

/** A NATS of the tests' own, from the `nats-server` of the machine; it keeps nothing on disk. */
export interface NatsServer {
  /** Such as `nats://127.0.0.1:4222`; the same after a restart. */
  readonly url: string;
  /** Resolves when it takes connections. */
  start(): Promise<void>;
  /** SIGTERM. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Stops the server and deletes everything that it made. */
  destroy(): Promise<void>;
}

/** Debian installs it where only root's path leads. */
const COMMANDS = ['nats-server', '/usr/sbin/nats-server'];

const command = COMMANDS.find((candidate) => {
  try {
    execFileSync(candidate, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/**
 * Whether tests with NATS can run.
 *
 * Where it is missing they are skipped, and that is said loudly; in CI it is an error. `.ci/run` installs it.
 */
export function hasNatsServer(): boolean {
  if (command !== undefined) return true;
  if (process.env['CI'] === 'true') {
    throw new Error(
      'There is no nats-server: the tests with NATS cannot run, and in CI they have to.',
    );
  }
  process.stderr.write(
    '\n!!! SKIPPED: the tests with NATS, since there is no nats-server (apt-get install nats-server)\n\n',
  );
  return false;
}

export interface NatsServerOptions {
  /** Flags of the server, such as `--user`. */
  readonly args?: readonly string[];
  /** Text of a configuration file, for what has no flag. */
  readonly config?: string;
}

export async function createNatsServer({
  args = [],
  config = '',
}: NatsServerOptions = {}): Promise<NatsServer> {
  const home = await mkdtemp(path.join(tmpdir(), 'cuepoint-nats-'));
  const configFile = path.join(home, 'nats.conf');
  await writeFile(configFile, config);
  const port = await freePort();
  const flags = ['-c', configFile, '-a', '127.0.0.1', '-p', String(port), ...args];
  let child: ChildProcess | undefined;

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  return {
    url: `nats://127.0.0.1:${port}`,
    async start() {
      child = spawn(command ?? 'nats-server', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
      await ready(child);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async destroy() {
      await end('SIGTERM');
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stderr === null) throw new Error('the server has no stderr');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    if (line.includes('Server is ready')) {
      child.stderr.resume();
      return;
    }
    lines.push(line);
  }
  throw new Error(`NATS did not start:\n${lines.join('\n')}`);
}
