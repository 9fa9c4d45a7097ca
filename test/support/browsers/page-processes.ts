import type { ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

/** Processes below one, whose command line holds a word: those that show pages, where the word says so. */
export async function pageProcesses(ofPid: number, word: string): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    const [, parent] = /\) \S (\d+)/.exec(await read(`/proc/${name}/stat`)) ?? [];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const found: number[] = [];
  for (const pid of parents.keys()) {
    let at: number | undefined = pid;
    while (at !== undefined && at !== ofPid) at = parents.get(at);
    if (at !== undefined && (await read(`/proc/${pid}/cmdline`)).includes(word)) found.push(pid);
  }
  return found;
}

/** Of a process that ended meanwhile there is nothing to read. */
function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

/** Kills the process of a tab: those that came with it. */
export function killAll(pids: Iterable<number>): void {
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

/** It and what it started: their group. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
