import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CuepointError } from '@cuepoint/core';

const OWNER_ONLY = 0o700;

/** @throws CuepointError `data_directory_unusable` */
export async function makeDataDirectory(dataDir: string): Promise<void> {
  try {
    await makeDirectory(dataDir);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new CuepointError(
      'data_directory_unusable',
      `The data directory ${dataDir} cannot be made (${reason}).`,
      { cause: error },
    );
  }
}

/**
 * For what only looks at data: a typing mistake must not leave an empty database behind.
 *
 * @throws CuepointError `data_directory_unusable`
 */
export async function requireDataDirectory(dataDir: string): Promise<void> {
  if (await isDirectory(dataDir)) return;
  throw new CuepointError(
    'data_directory_unusable',
    `The data directory ${dataDir} does not exist; cuepoint serve makes it.`,
  );
}

/**
 * Parent by parent: Node's recursive mkdir never ends where a parent is there and takes no children, as
 * under /proc.
 */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: OWNER_ONLY });
  } catch (error) {
    if (await isDirectory(path)) return;
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error;
    await makeDirectory(parent);
    await mkdir(path, { mode: OWNER_ONLY }).catch(async (again: unknown) => {
      if (!(await isDirectory(path))) throw again;
    });
  }
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
