import { randomUUID } from 'node:crypto';
import type { Op } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import { expect, test } from 'vitest';
import { OPS_PER_PIECE } from '../limits.ts';
import { NO_QUOTA } from '../service/row-quota.ts';
import { pushOps } from './push-ops.ts';
import type { WriteDeps } from './write-deps.ts';

const WRITER = { userId: 'user', deviceId: 'tv' };

const opsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'watchlist.add',
    contentId: `film ${index}`,
    tag: randomUUID(),
    timestamp: '000000000001-0000',
  }));

function setup(persist: (op: Op) => Promise<void> = async () => undefined) {
  const contentIds: string[] = [];
  /** Ops that were handed over when each turn ended. */
  const turns: number[] = [];
  const deps: WriteDeps = {
    repository: {} as SyncRepository,
    persistence: {
      async persistOp(_userId, op) {
        if (op.kind === 'watchlist.add') contentIds.push(op.contentId);
        await persist(op);
        return { result: 'applied' };
      },
    },
    awaitDatabase: (read) => read(),
    quota: NO_QUOTA,
    maxDriftMs: 0,
    now: () => 1_000,
    randomUuid: () => '',
    countOp: () => undefined,
    timeAck: () => () => undefined,
    async inTurn(_userId, piece) {
      piece();
      turns.push(contentIds.length);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    },
  };
  return { deps, contentIds, turns };
}

test('[GC9] a large push is worked on in pieces, in its order', async () => {
  const { deps, contentIds, turns } = setup();
  const ops = opsOf(500);
  const { results } = await pushOps(deps, WRITER, [...ops.slice(0, 499), { kind: 'none' }]);
  expect(contentIds).toEqual(ops.slice(0, 499).map(({ contentId }) => contentId));
  expect(results.map(({ result }) => result)).toEqual([
    ...Array.from({ length: 499 }, () => 'applied'),
    'rejected',
  ]);
  const handedOver = turns.map((count, turn) => count - (turns[turn - 1] ?? 0));
  expect(Math.max(...handedOver)).toBe(OPS_PER_PIECE);
});

test('[GC9] a small push waits for no turn', async () => {
  const { deps, contentIds, turns } = setup();
  const pushed = pushOps(deps, WRITER, opsOf(OPS_PER_PIECE));
  await pushed;
  expect(contentIds.length).toBe(OPS_PER_PIECE);
  expect(turns).toEqual([]);
});

test('what fails in an early piece is told once all are handed over, and is caught meanwhile', async () => {
  const { deps, contentIds } = setup((op) =>
    op.kind === 'watchlist.add' && op.contentId === 'film 0'
      ? Promise.reject(new Error('away'))
      : Promise.resolve(),
  );
  await expect(pushOps(deps, WRITER, opsOf(500))).rejects.toThrow('away');
  expect(contentIds.length).toBe(500);
});
