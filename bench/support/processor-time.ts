import { readdir, readFile } from 'node:fs/promises';
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

/** Processor time used so far by this process and by all processes of the server that live now. */
export async function readProcessorTime(server: PostgresServer): Promise<ProcessorTime> {
  const { user, system } = process.cpuUsage();
  return {
    atMs: performance.now(),
    nodeMs: (user + system) / 1_000,
    postgresMs: await postgresMs(server).catch(() => Number.NaN),
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

async function postgresMs({ dataDir }: PostgresServer): Promise<number> {
  const [postmaster = ''] = (await readFile(path.join(dataDir, 'postmaster.pid'), 'utf8')).split(
    '\n',
  );
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  let ticks = 0;
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // After the name, which may hold blanks: state, parent, …; utime and stime are the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (pid !== postmaster && fields[1] !== postmaster) continue;
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return (1_000 * ticks) / TICKS_PER_SECOND;
}
