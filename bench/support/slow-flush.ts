import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SOURCE = path.join(import.meta.dirname, 'slow-flush.c');

export type SlowFlushEnv = Readonly<Record<string, string>>;

/**
 * What a process has to be started with so that each of its flushes takes so much longer, for the time of
 * `work`; `undefined` where this cannot be had: it takes Linux and a C compiler.
 */
export async function withSlowFlush<T>(
  delayMs: number,
  work: (env: SlowFlushEnv | undefined) => Promise<T>,
): Promise<T> {
  if (process.platform !== 'linux') return work(undefined);
  const folder = await mkdtemp(path.join(tmpdir(), 'cuepoint-bench-flush-'));
  try {
    // PostgreSQL may run as another account.
    await chmod(folder, 0o755);
    const library = path.join(folder, 'slow-flush.so');
    const isCompiled = await compile(library);
    const env = { LD_PRELOAD: library, SLOW_FLUSH_MICROS: String(1_000 * delayMs) };
    return await work(isCompiled ? env : undefined);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compile(library: string): Promise<boolean> {
  try {
    await run('cc', ['-shared', '-fPIC', '-O2', '-o', library, SOURCE, '-ldl']);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** For a child whose starter takes no environment. */
export async function withEnv<T>(env: SlowFlushEnv, work: () => Promise<T>): Promise<T> {
  Object.assign(process.env, env);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
  }
}
