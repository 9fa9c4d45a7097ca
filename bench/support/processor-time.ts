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
 * Processor time used so far by this process and by all processes of the server that live now.
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

function postgresMs({ dataDir }: PostgresServer): number {
  const [postmaster] = read(path.join(dataDir, 'postmaster.pid')).split('\n');
  let ticks = 0;
  for (const pid of existsSync('/proc') ? readdirSync('/proc') : []) {
    if (!/^\d+$/.test(pid)) continue;
    const stat = read(`/proc/${pid}/stat`);
    // After the name, which may hold blanks: state, parent, …; utime and stime are the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (pid !== postmaster && fields[1] !== postmaster) continue;
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks === 0 ? Number.NaN : (1_000 * ticks) / TICKS_PER_SECOND;
}

/** Empty for what is gone meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
