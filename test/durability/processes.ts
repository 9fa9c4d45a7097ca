import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** The postmaster of a data directory, and every process that it has started. */
export async function postgresProcesses(dataDir: string): Promise<readonly number[]> {
  const pidFile = await readFile(path.join(dataDir, 'postmaster.pid'), 'utf8');
  const postmaster = Number(pidFile.split('\n', 1)[0]);
  const all = await Promise.all((await readdir('/proc')).map(parentOf));
  return [
    postmaster,
    ...all.filter(({ parent }) => parent === postmaster).map(({ processId }) => processId),
  ];
}

async function parentOf(name: string) {
  const processId = Number(name);
  if (!Number.isInteger(processId)) return { processId, parent: undefined };
  try {
    const status = await readFile(`/proc/${name}/status`, 'utf8');
    return { processId, parent: Number(/^PPid:\s+(?<id>\d+)$/m.exec(status)?.groups?.['id']) };
  } catch {
    // It ended meanwhile.
    return { processId, parent: undefined };
  }
}
