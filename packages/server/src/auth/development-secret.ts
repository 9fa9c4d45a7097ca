import { randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CuepointError } from '@cuepoint/core';
import { makeDataDirectory } from '../config/data-directory.ts';
import { JWT_SECRET_BYTES_MIN } from '../config/parse-value.ts';

const FILE_NAME = 'dev-jwt-secret';
const SECRET_BYTES = 48;
const OWNER_ONLY = 0o600;

/**
 * The secret of development mode: made on the first start, the same ever after, readable by its
 * owner alone. [SEC2]
 *
 * Written aside and linked into place, so that two processes that start together read one secret and
 * none reads half of one.
 *
 * @throws CuepointError `data_directory_unusable`
 */
export async function loadDevelopmentSecret(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, FILE_NAME);
  await makeDataDirectory(dataDir);
  try {
    return (await readSecret(path)) ?? (await createSecret(path));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new CuepointError(
      'data_directory_unusable',
      `The data directory ${dataDir} cannot be used for the development secret (${reason}).`,
      { cause: error },
    );
  }
}

async function createSecret(path: string): Promise<Uint8Array> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(aside, randomBytes(SECRET_BYTES).toString('base64url'), {
    mode: OWNER_ONLY,
    flag: 'wx',
  });
  try {
    await link(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(aside);
  }
  return (await readSecret(path)) ?? Promise.reject(new Error('the secret vanished'));
}

async function readSecret(path: string): Promise<Uint8Array | undefined> {
  try {
    const secret = new TextEncoder().encode((await readFile(path, 'utf8')).trim());
    // An emptied file must not turn into an empty key that anyone can sign with.
    if (secret.length < JWT_SECRET_BYTES_MIN) throw new Error('the stored secret is too short');
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
