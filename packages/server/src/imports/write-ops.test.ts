import { APPLIED, CuepointError, ZERO_TIMESTAMP, type Op } from '@cuepoint/core';
import type { PlannedOp } from '@cuepoint/files';
import { expect, it } from 'vitest';
import { writeOps } from './write-ops.ts';

const ops = ['a', 'b', 'c'].map((contentId): PlannedOp => ({ kind: 'progress.clear', contentId }));
const user = { userId: 'user', deviceId: 'import' };
const writer = (persistOp: (op: Op) => void) => ({
  persistOp: async (_userId: string, op: Op) => {
    persistOp(op);
    return APPLIED;
  },
  now: () => 1_000,
  floor: ZERO_TIMESTAMP,
});

it('one op that no service takes keeps out no other', async () => {
  const refusing = writer(({ contentId }) => {
    if (contentId === 'b') throw new CuepointError('invalid_content_id', 'refused');
  });
  expect(await writeOps(refusing, ops, user)).toEqual({ applied: 2, unchanged: 0, refused: 1 });
});

it('a failure ends an import with what failed', async () => {
  const failure = new CuepointError('overloaded', 'full');
  const failing = writer(() => {
    throw failure;
  });
  await expect(writeOps(failing, ops, user)).rejects.toBe(failure);
});
