import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDataDirectory, requireDataDirectory } from './data-directory.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuepoint-directory-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('the data directory', () => {
  it('is made with its parents, for its owner alone, and again without harm', async () => {
    const dataDir = join(home, 'a', 'b');
    await expect(requireDataDirectory(dataDir)).rejects.toMatchObject({
      code: 'data_directory_unusable',
    });
    await Promise.all([makeDataDirectory(dataDir), makeDataDirectory(dataDir)]);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    await requireDataDirectory(dataDir);
  });

  it('is refused below a file', async () => {
    await writeFile(join(home, 'file'), '');
    await expect(makeDataDirectory(join(home, 'file', 'x'))).rejects.toMatchObject({
      code: 'data_directory_unusable',
    });
  });

  it.runIf(process.platform === 'linux')(
    'is refused, and soon, where nothing is made',
    async () => {
      await expect(makeDataDirectory('/proc/cuepoint/data')).rejects.toMatchObject({
        code: 'data_directory_unusable',
      });
    },
  );
});
