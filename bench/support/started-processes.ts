import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';

const pids = new Set<number>();

/** Has a process end when a signal ends this one. @returns takes that back, once it has ended. */
export function endWithThisProcess(pid: number): () => void {
  pids.add(pid);
  return () => pids.delete(pid);
}

/** At once, with SIGKILL: for a run that is given up. */
export function endStartedProcesses(): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  pids.clear();
}

/** Runs `work` beside a process that is ended after it, whatever becomes of it. */
export async function withProcess<T>(
  child: ChildProcess,
  work: (pid: number) => Promise<T>,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<T> {
  if (child.pid === undefined) {
    // Rejects with the reason where it cannot be started.
    await once(child, 'spawn');
    return withProcess(child, work, signal);
  }
  const release = endWithThisProcess(child.pid);
  try {
    return await work(child.pid);
  } finally {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    release();
  }
}
