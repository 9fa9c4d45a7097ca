import { open, readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Puts every file of a directory, and every directory entry, on the disk. Files that are clean cost little.
 *
 * What is deleted meanwhile is passed over.
 */
export async function flushTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isFile() || entry.isDirectory())
      await flushFile(path.join(entry.parentPath, entry.name));
  }
  await flushFile(directory);
}

/** A file or a directory. */
export async function flushFile(file: string): Promise<void> {
  let handle;
  try {
    handle = await open(file, 'r');
    await handle.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    await handle?.close();
  }
}
