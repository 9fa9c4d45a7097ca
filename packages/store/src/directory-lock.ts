import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { CuepointError } from '@cuepoint/core';
import { tryLock } from 'fs-native-extensions';

/** Name of the locked file inside the data directory. */
export const LOCK_FILE = 'cuepoint.lock';

export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Holds a data directory for this process.
 *
 * It is the kernel's lock on an open file, so it ends with the process, however it dies: a start after
 * SIGKILL never waits and never asks. A lock file that has to be deleted could not promise that.
 *
 * @throws CuepointError `data_directory_in_use`
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const file: FileHandle = await open(path.join(directory, LOCK_FILE), 'a+', 0o600);
  if (!tryLock(file.fd)) {
    await file.close();
    throw new CuepointError(
      'data_directory_in_use',
      `The data directory ${directory} is in use by another process. Stop it, or set CUEPOINT_DATA_DIR.`,
    );
  }
  return { release: () => file.close() };
}
