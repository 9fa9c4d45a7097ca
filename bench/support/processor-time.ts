import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { PostgresServer } from '../../test/support/postgres-server.ts';

/** Kernel ticks in a second, as every Linux in use has it (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;

export interface ProcessorTime {
  readonly atMs: number;
  readonly nodeMs: number;
  /** NaN where /proc does not tell. */
  readonly postgresMs: number;
}

/**
 * Processor time used so far by this process and by all processes of the server.
 *
 * Synchronous: with thousands of callers each turn of the event loop takes long, and a reading that waits
 * for hundreds of turns is of no moment.
 */
export function readProcessorTime(server: PostgresServer): ProcessorTime {
  const { user, system } = process.cpuUsage();
  return {
    atMs: performance.now(),
    nodeMs: (user + system) / 1_000,
    postgresMs: postgresMs(server),
  };
}

/** How many cores each side kept busy between two readings. */
export function coresBetween(from: ProcessorTime, to: ProcessorTime) {
  const elapsedMs = to.atMs - from.atMs;
  return {
    nodeCores: (to.nodeMs - from.nodeMs) / elapsedMs,
    postgresCores: (to.postgresMs - from.postgresMs) / elapsedMs,
  };
}

/** Processor time used so far by all processes of the server, those that have ended included. */
export function postgresMs({ dataDir }: PostgresServer): number {
  const [postmaster] = read(path.join(dataDir, 'postmaster.pid')).split('\n');
  let ticks = 0;
  for (const pid of existsSync('/proc') ? readdirSync('/proc') : []) {
    if (!/^\d+$/.test(pid)) continue;
    const { parent, ticks: own, endedTicks } = statOf(pid);
    if (pid === postmaster) ticks += own + endedTicks;
    else if (parent === postmaster) ticks += own;
  }
  return ticks === 0 ? Number.NaN : toMs(ticks);
}

/** Processor time used so far by these processes, their threads included; NaN where one is gone. */
export function processesMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const { parent, ticks } = statOf(String(pid));
    return parent === undefined ? Number.NaN : sum + toMs(ticks);
  }, 0);
}

/** Processor time used so far by everything on this machine; NaN where /proc does not tell. */
export function machineMs(): number {
  const [line = ''] = read('/proc/stat').split('\n');
  // user, nice, system, idle, iowait, irq, softirq, steal: all but the idle ones were work.
  const [user = NaN, nice = NaN, system = NaN, , , irq = NaN, softirq = NaN] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return toMs(user + nice + system + irq + softirq);
}

interface Stat {
  /** `undefined` for a process that is gone. */
  readonly parent: string | undefined;
  readonly ticks: number;
  /** Of its children that have ended. */
  readonly endedTicks: number;
}

function statOf(pid: string): Stat {
  const stat = read(`/proc/${pid}/stat`);
  // After the name, which may hold blanks: state, parent, …; utime, stime, cutime and cstime from the 12th on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user = NaN, system = NaN, endedUser = NaN, endedSystem = NaN] = fields
    .slice(11, 15)
    .map(Number);
  return { parent: fields[1], ticks: user + system, endedTicks: endedUser + endedSystem };
}

function toMs(ticks: number): number {
  return (1_000 * ticks) / TICKS_PER_SECOND;
}

/** Empty for what is gone meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
