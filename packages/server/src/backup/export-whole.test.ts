import { CuepointError } from '@cuepoint/core';
import type { ExportLine } from '@cuepoint/store';
import { expect, it } from 'vitest';
import { exportWhole } from './backups.ts';

const USER = '6f1c1f4e-52a3-4c8e-9d3c-0d1f2a3b4c5d';
const STAMP = { timestamp: { physical: 1_000, logical: 0 }, deviceId: 'tv' };

const film = (contentId: string): ExportLine => ({
  type: 'watchlist',
  entry: { tag: contentId, contentId, added: STAMP, removed: null },
  removedAtMs: null,
});

/** An export that breaks off after a line so many times: the person was erased while it was read. */
function erasedMeanwhile(times: number) {
  let left = times;
  return {
    async *exportUser() {
      if (left > 0) {
        left -= 1;
        yield film('before');
        throw new CuepointError('invalid_cursor', 'The user was erased.');
      }
      yield film('after');
    },
  };
}

it('an export that an erasure breaks off is made anew, and keeps nothing that it had read', async () => {
  const lines = (await exportWhole(erasedMeanwhile(2), USER)).map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { userId: USER },
    { contentId: 'after' },
    { type: 'end', lines: 1 },
  ]);
});

it('one that is broken off again and again fails', async () => {
  await expect(exportWhole(erasedMeanwhile(100), USER)).rejects.toMatchObject({
    code: 'invalid_cursor',
  });
});
