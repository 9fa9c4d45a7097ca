import type { Op, Timestamp } from '@cuepoint/core';
import { expect, test } from 'vitest';
import { createRowQuota } from './row-quota.ts';

const TIMESTAMP: Timestamp = { physical: 1, logical: 0 };
const stamp = { timestamp: TIMESTAMP, deviceId: 'tv' };
const add = (tag: string): Op => ({ kind: 'watchlist.add', contentId: tag, tag, ...stamp });
const remove = (...tags: string[]): Op => ({
  kind: 'watchlist.remove',
  contentId: 'any',
  tags,
  ...stamp,
});

/** A store that has these tags, and counts how often it is asked. */
function setup(rowsMax: number, start = 0) {
  const stored = new Set<string>();
  const asked = { counts: 0, heights: 0, failures: 0 };
  const clock = { nowMs: 0 };
  const isStored = (op: Op) =>
    op.kind === 'watchlist.add' ? stored.has(op.tag) : 'tags' in op && stored.has(op.tags[0] ?? '');
  const quota = createRowQuota(
    {
      repository: {
        async countRows(_userId, max) {
          asked.counts += 1;
          if (asked.failures > 0) {
            asked.failures -= 1;
            throw new Error('the database is away');
          }
          return Math.min(max, stored.size);
        },
        async readHeights() {
          asked.heights += 1;
          return { of: (op) => (isStored(op) ? TIMESTAMP : undefined), floor: undefined };
        },
      },
      awaitDatabase: (read) => read(),
      random: () => start,
      now: () => clock.nowMs,
    },
    rowsMax,
  );
  async function write(...ops: Op[]): Promise<readonly Op[]> {
    const excess = await quota.findExcess('user', ops);
    for (const op of ops) {
      if (!excess.has(op))
        for (const tag of op.kind === 'watchlist.add' ? [op.tag] : []) stored.add(tag);
    }
    await new Promise((resolve) => setImmediate(resolve));
    return [...excess];
  }
  return { write, asked, clock, stored, quota };
}

test('[SEC3] a full user is refused what makes a row, and nothing that writes to one that is there', async () => {
  const { write, stored } = setup(10);
  for (let index = 0; index < 10; index += 1) expect(await write(add(`tag ${index}`))).toEqual([]);
  await write(add('tag 0'));
  const made = [add('new'), remove('unseen'), remove('tag 1', 'unseen')];
  expect(await write(add('tag 2'), ...made, remove('tag 3'))).toEqual(made);
  expect(stored.size).toBe(10);
});

test('[SEC3] rows are counted once in a thousand, or in an eighth of the room, and never by a write that waits', async () => {
  const { write, asked, quota } = setup(200_000, 0.999);
  for (let index = 0; index < 1_000; index += 1) await write(add(`tag ${index}`));
  expect(asked).toMatchObject({ counts: 1, heights: 0 });
  expect(quota.findExcess('user', [add('at once')])).toEqual(new Set());
  for (let index = 0; index < 20_000; index += 1) await write(add(`more ${index}`));
  expect(asked).toMatchObject({ counts: 1, heights: 0 });
});

test('[SEC3] a user whose rows could not be counted is counted with the next write', async () => {
  const { write, asked } = setup(10);
  asked.failures = 1;
  await write(add('one'));
  await write(add('two'));
  expect(asked.counts).toBe(2);
});

test('[SEC3] a full user whose rows were collected is taken again', async () => {
  const { write, stored, clock } = setup(10);
  for (let index = 0; index <= 10; index += 1) await write(add(`tag ${index}`));
  expect(await write(add('new'))).toHaveLength(1);
  stored.clear();
  clock.nowMs += 9_999;
  expect(await write(add('new'))).toHaveLength(1);
  clock.nowMs += 1;
  expect(await write(add('new'))).toHaveLength(0);
});
