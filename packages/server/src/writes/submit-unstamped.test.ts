import { PHYSICAL_MAX, type Op, type OpResult, type Timestamp } from '@cuepoint/core';
import type { SyncRepository, WriteContext } from '@cuepoint/store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stampPast, submitOnContent } from './submit-unstamped.ts';
import { NO_QUOTA } from '../service/row-quota.ts';
import type { WriteDeps } from './write-deps.ts';

const nowMs = 1_000;
const context: WriteContext = {
  progress: undefined,
  liveAdds: [],
  addFloor: undefined,
  erasureFloor: undefined,
};

/** A store that answers each attempt in turn, and remembers the stamps that it was given. */
function createDeps(answers: readonly OpResult[]) {
  const stamps: Timestamp[] = [];
  const deps: WriteDeps = {
    repository: { readWriteContext: () => Promise.resolve(context) } as unknown as SyncRepository,
    persistence: {
      persistOp: (_userId: string, op: Op) => {
        stamps.push(op.timestamp);
        return Promise.resolve(answers[stamps.length - 1] ?? { result: 'applied' });
      },
    },
    awaitDatabase: (read) => read(),
    quota: NO_QUOTA,
    inTurn: async (_userId, piece) => piece(),
    maxDriftMs: 0,
    now: () => nowMs,
    randomUuid: () => '',
    countOp: () => undefined,
    timeAck: () => () => undefined,
  };
  return { deps, stamps };
}

const clear = (deps: WriteDeps) =>
  submitOnContent(deps, { userId: 'u', contentId: 'c', arrivedMs: nowMs }, () => ({
    floors: [],
    toOp: (timestamp) => ({
      kind: 'progress.clear' as const,
      contentId: 'c',
      timestamp,
      deviceId: 'd',
    }),
  }));

describe('a write without a timestamp', () => {
  it('[LWW3] is stamped anew, past its own stamp, when that was used', async () => {
    const { deps, stamps } = createDeps([
      { result: 'rejected', code: 'stamp_reused' },
      { result: 'rejected', code: 'stale_op' },
    ]);
    expect(await clear(deps)).toMatchObject({ result: { result: 'applied' } });
    expect(stamps).toEqual([
      { physical: nowMs, logical: 0 },
      { physical: nowMs, logical: 1 },
      { physical: nowMs, logical: 2 },
    ]);
  });

  it('[LWW3] gives up after three attempts', async () => {
    const { deps, stamps } = createDeps(
      Array.from({ length: 9 }, () => ({ result: 'rejected', code: 'stamp_reused' })),
    );
    await expect(clear(deps)).rejects.toMatchObject({ code: 'stamp_reused' });
    expect(stamps).toHaveLength(3);
  });

  it('is not tried again for any other rejection', async () => {
    const { deps, stamps } = createDeps([{ result: 'rejected', code: 'change_refused' }]);
    await expect(clear(deps)).rejects.toMatchObject({ code: 'change_refused' });
    expect(stamps).toHaveLength(1);
  });
});

describe('its stamp', () => {
  const timestamps = fc.record({
    physical: fc.oneof(
      fc.integer({ min: 990, max: 1_010 }),
      fc.integer({ min: 0, max: PHYSICAL_MAX - 1 }),
    ),
    logical: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constant(65_535)),
  });
  const rank = ({ physical, logical }: Timestamp) => BigInt(physical) * 65_536n + BigInt(logical);

  it('[LWW1] is the wall clock, or the least one past every floor', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(timestamps, { nil: undefined }), { maxLength: 4 }),
        (floors) => {
          const ranks = floors
            .filter((floor) => floor !== undefined)
            .map((floor) => rank(floor) + 1n);
          const expected = [rank({ physical: nowMs, logical: 0 }), ...ranks].reduce((a, b) =>
            a > b ? a : b,
          );
          expect(rank(stampPast(nowMs, floors))).toBe(expected);
        },
      ),
    );
  });

  it('[HLC4] past the last timestamp of all is refused, not a failure', () => {
    const last = { physical: PHYSICAL_MAX, logical: 65_535 };
    expect(() => stampPast(nowMs, [last])).toThrow(
      expect.objectContaining({ code: 'clock_ahead' }),
    );
  });
});
