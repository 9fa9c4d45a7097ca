import { chmod, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { CuepointError } from '@cuepoint/core';
import { buildCluster } from './build-cluster.ts';
import { flushFile, flushTree } from './flush-tree.ts';

/** The embedded database's own folder, beside the lock and what else the service keeps. */
export const CLUSTER_FOLDER = 'pgdata';
const BUILDING_PREFIX = 'pgdata.building-';
const BUILDING = /^pgdata\.building-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** What no cluster is without, in the order in which a restore is best looked at. */
const FILES =
  'PG_VERSION global/pg_control postgresql.conf postgresql.auto.conf pg_hba.conf pg_ident.conf'.split(
    ' ',
  );
const FOLDERS = (
  'base global pg_wal pg_xact pg_multixact/members pg_multixact/offsets pg_commit_ts pg_dynshmem ' +
  'pg_logical/mappings pg_logical/snapshots pg_notify pg_replslot pg_serial pg_snapshots pg_stat pg_stat_tmp ' +
  'pg_subtrans pg_tblspc pg_twophase'
).split(' ');

/**
 * Makes sure that the data directory has a whole cluster, and builds one where there is nothing at all.
 *
 * Nothing that holds data is ever removed, moved or written over: what is there and not whole is refused, with what
 * to restore. [OPS1] A new cluster is built beside its place and takes it by one rename, so a start that is killed
 * leaves either all of it or a folder that was never opened; the next build removes such a one by its name.
 *
 * @returns the cluster's directory
 * @throws CuepointError `data_directory_unusable`
 */
export async function requireCluster(dataDir: string): Promise<string> {
  const clusterDir = path.join(dataDir, CLUSTER_FOLDER);
  if (await isAbsentOrEmpty(clusterDir)) await build(dataDir, clusterDir);
  else await requireWhole(clusterDir);
  await closeModes(clusterDir);
  return clusterDir;
}

async function isAbsentOrEmpty(directory: string): Promise<boolean> {
  try {
    return (await readdir(directory)).length === 0;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw notWhole(directory, `it cannot be read (${codeOf(error)})`, error);
  }
}

async function requireWhole(clusterDir: string): Promise<void> {
  const missing: string[] = [];
  for (const name of [...FILES, ...FOLDERS]) {
    try {
      await requireReadable(path.join(clusterDir, name), FILES.includes(name));
    } catch (error) {
      // Only this one means that it is not there.
      if (codeOf(error) !== 'ENOENT') {
        throw notWhole(clusterDir, `${name} cannot be read (${codeOf(error)})`, error);
      }
      missing.push(name);
    }
  }
  if (missing.length === 0) return;
  throw notWhole(
    clusterDir,
    `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`,
  );
}

async function requireReadable(file: string, isFile: boolean): Promise<void> {
  if (!isFile) {
    await readdir(file);
    return;
  }
  const handle = await open(file, 'r');
  try {
    await handle.read(Buffer.alloc(1));
  } finally {
    await handle.close();
  }
}

/** Of a cluster that is there and cannot be opened. */
export function notWhole(clusterDir: string, reason: string, cause?: unknown): CuepointError {
  return new CuepointError(
    'data_directory_unusable',
    `The embedded database in ${clusterDir} is not whole: ${reason}. Nothing was changed. Bring back what it lacks, ` +
      'or restore all of that folder from a backup, and start again.',
    { cause },
  );
}

async function build(dataDir: string, clusterDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (BUILDING.test(name)) {
      // Who built it may outlive its service by a second.
      await rm(path.join(dataDir, name), { recursive: true, force: true, maxRetries: 10 });
    }
  }
  const building = path.join(dataDir, `${BUILDING_PREFIX}${randomUUID()}`);
  await mkdir(building, { mode: 0o700 });
  try {
    await buildCluster(building);
    await closeModes(building);
    await flushTree(building);
    await rename(building, clusterDir);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw error;
  }
  await flushFile(dataDir);
}

/** For the owner alone, also what an older version or a restore has left open to others. */
async function closeModes(directory: string): Promise<void> {
  if ((await stat(directory)).mode & OTHERS) await chmod(directory, 0o700);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() && !entry.isDirectory()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const { mode } = await lstat(file);
    if (mode & OTHERS) await chmod(file, mode & 0o700);
  }
}

const OTHERS = 0o077;

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
