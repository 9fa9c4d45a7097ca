import { execFile } from 'node:child_process';
import { chmod, mkdtemp, open, rm, rmdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of its own, so small that it can be filled. */
export interface SmallDisk extends AsyncDisposable {
  readonly folder: string;
  /** Takes every byte that is left. */
  fill(): Promise<void>;
  free(): Promise<void>;
}

const CHUNK_BYTES = 256 * 1024;
const BLOCK_BYTES = 4 * 1024;

/** `undefined` where this process may mount nothing, which it then says loudly. */
export async function createSmallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cuepoint-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'cuepoint-crash', folder]);
  } catch (error) {
    await rmdir(folder);
    process.stderr.write(
      `\n!!! SKIPPED: a full disk, since nothing can be mounted here (${(error as Error).message.trim()})\n\n`,
    );
    return undefined;
  }
  await chmod(folder, 0o777);
  const filler = path.join(folder, 'filler');
  return {
    folder,
    fill: () => fill(filler, folder),
    free: () => rm(filler, { force: true }),
    async [Symbol.asyncDispose]() {
      await run('umount', [folder]);
      await rmdir(folder);
    },
  };
}

async function fill(filler: string, folder: string): Promise<void> {
  const file = await open(filler, 'a');
  try {
    for (const bytes of [CHUNK_BYTES, BLOCK_BYTES]) {
      const zeros = Buffer.alloc(bytes);
      while (await appended(file, zeros));
    }
    const { bavail } = await statfs(folder);
    if (bavail > 1) throw new Error(`${bavail} blocks of the small disk are still free`);
  } finally {
    await file.close();
  }
}

async function appended(file: Awaited<ReturnType<typeof open>>, zeros: Buffer): Promise<boolean> {
  try {
    const { bytesWritten } = await file.write(zeros);
    return bytesWritten === zeros.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
