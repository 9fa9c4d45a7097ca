import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDevelopmentSecret } from './development-secret.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuepoint-secret-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('the development secret', () => {
  it('[SEC2] is made once, for its owner alone, and is the same ever after', async () => {
    const dataDir = join(home, 'deep', 'data');
    const secret = await loadDevelopmentSecret(dataDir);
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect((await stat(join(dataDir, 'dev-jwt-secret'))).mode & 0o777).toBe(0o600);
    expect(await loadDevelopmentSecret(dataDir)).toEqual(secret);
    expect(await readdir(dataDir)).toEqual(['dev-jwt-secret']);
  });

  it('[SEC2] is one and the same for processes that start together', async () => {
    const secrets = await Promise.all(Array.from({ length: 8 }, () => loadDevelopmentSecret(home)));
    expect(new Set(secrets.map((secret) => Buffer.from(secret).toString())).size).toBe(1);
  });

  it('[SEC2] is refused when its file was emptied: an empty key signs for anyone', async () => {
    await writeFile(join(home, 'dev-jwt-secret'), '');
    await expect(loadDevelopmentSecret(home)).rejects.toMatchObject({
      code: 'data_directory_unusable',
    });
  });

  it('says in one line that the data directory cannot be used', async () => {
    await writeFile(join(home, 'file'), '');
    const error = await loadDevelopmentSecret(join(home, 'file')).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'data_directory_unusable' });
    expect((error as Error).message).not.toContain('\n');
  });
});
