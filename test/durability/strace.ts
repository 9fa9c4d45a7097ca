import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** What the order of writes, flushes and acks is read from. */
const CALLS = 'write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,fsync,fdatasync';
/** Bytes shown of what a call writes: more than a batch has. */
const SHOWN_BYTES = 1_048_576;

/**
 * Whether system calls can be traced here: `strace` is there, and may attach to a process beside it.
 *
 * Where they cannot the tests are skipped, and that is said loudly; in CI a missing `strace` is an error.
 * `.ci/run` installs it.
 */
export function hasStrace(): boolean {
  if (!runs('strace', ['-V'])) {
    if (process.env['CI'] === 'true') {
      throw new Error(
        'There is no strace: the tests of flushes cannot run, and in CI they have to.',
      );
    }
    return skipped('there is no strace (apt-get install strace)');
  }
  const attach = 'sleep 0.2 & strace -q -e trace=none -o /dev/null -p $!';
  return runs('sh', ['-c', attach]) || skipped('strace may not attach to a process here (ptrace)');
}

function runs(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function skipped(reason: string): false {
  process.stderr.write(`\n!!! SKIPPED: the tests of flushes, since ${reason}\n\n`);
  return false;
}

export interface Strace {
  /** Lets the processes go on alone. @returns what was traced. */
  detach(): Promise<string>;
}

export interface StraceOptions {
  /** Followed with all their threads, and with every process that they start from now on. */
  readonly processIds: readonly number[];
  /** Such as `fdatasync:error=EIO`. */
  readonly inject?: string;
}

/** Resolves when all of the processes are traced. */
export async function attachStrace({ processIds, inject }: StraceOptions): Promise<Strace> {
  const home = await mkdtemp(path.join(tmpdir(), 'cuepoint-strace-'));
  const file = path.join(home, 'trace');
  const flags = [
    '-f',
    '-ttt',
    '-yy',
    '-s',
    String(SHOWN_BYTES),
    '-o',
    file,
    '-e',
    `trace=${CALLS}`,
  ];
  if (inject !== undefined) flags.push('-e', `inject=${inject}`);
  for (const processId of processIds) flags.push('-p', String(processId));
  const child = spawn('strace', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  await attached(createInterface({ input: child.stderr }), processIds);
  child.stderr.resume();
  return {
    async detach() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      await exited;
      const text = await readFile(file, 'latin1');
      await rm(home, { recursive: true });
      return text;
    },
  };
}

async function attached(lines: AsyncIterable<string>, wanted: readonly number[]): Promise<void> {
  const missing = new Set(wanted);
  const said: string[] = [];
  for await (const line of lines) {
    said.push(line);
    missing.delete(Number(/Process (?<id>\d+) attached/.exec(line)?.groups?.['id']));
    if (missing.size === 0) return;
  }
  throw new Error(`strace did not attach:\n${said.join('\n')}`);
}
