import { describe, expect, test } from 'vitest';
import { HybridLogicalClock } from './hybrid-logical-clock.ts';
import { ORSet } from './or-set.ts';
import { isFinished, isInProgress } from './playback-position.ts';
import { ProgressSync } from './progress-sync.ts';
import type { Stamp } from './stamp.ts';
import { createTestContext } from './testing/recording-port.ts';
import {
  compareTimestamps,
  isTimestamp,
  LOGICAL_MAX,
  textToTimestamp,
  timestampToText,
} from './timestamp.ts';

/** Each test is one counterexample to a design that looks right. */
const TAG = '00000000-0000-4000-8000-000000000001';
const NOW_MS = Date.UTC(2026, 0, 1);
/** Where 2^47 microseconds since some epochs, and 2^31 seconds, run out. */
const TURNS_MS = [Date.UTC(2027, 11, 31), Date.UTC(2038, 0, 19, 3, 14, 8), Date.UTC(2106, 1, 8)];

function stamp(physical: number, deviceId = 'phone'): Stamp {
  return { timestamp: { physical, logical: 0 }, deviceId };
}

describe('the clock', () => {
  test.each(TURNS_MS)('[HLC5] packed time keeps its order and its sign around %d', (turnMs) => {
    const [before, after] = [turnMs - 1, turnMs].map((physical) => ({ physical, logical: 0 }));
    if (before === undefined || after === undefined) throw new Error('there are two');
    expect(compareTimestamps(before, after)).toBeLessThan(0);
    expect(timestampToText(before) < timestampToText(after)).toBe(true);
    expect(textToTimestamp(timestampToText(after))).toEqual(after);
    expect(after.physical).toBeGreaterThan(0);
  });

  test('[HLC1] microseconds do not fit into 48 bits and are refused, not cut', () => {
    const microseconds = NOW_MS * 1_000;
    expect(isTimestamp({ physical: microseconds, logical: 0 })).toBe(false);
    expect(() => new HybridLogicalClock().tick(microseconds)).toThrow(RangeError);
  });

  test('[HLC3] the counter after 65,535 is not 0 of the same millisecond', () => {
    const full = { physical: NOW_MS, logical: LOGICAL_MAX };
    const next = new HybridLogicalClock({ last: full }).tick(NOW_MS);
    expect(compareTimestamps(next, full)).toBeGreaterThan(0);
    expect(next).toEqual({ physical: NOW_MS + 1, logical: 0 });
  });

  test('[HLC2] what is received advances the clock', () => {
    const clock = new HybridLogicalClock();
    clock.tick(NOW_MS);
    const remote = { physical: NOW_MS + 20_000, logical: 0 };
    clock.receive(remote, NOW_MS);
    expect(clock.last).toEqual(remote);
    expect(compareTimestamps(clock.tick(NOW_MS), remote)).toBeGreaterThan(0);
  });
});

describe('the watchlist', () => {
  test('[ORS3] a re-delivered add does not un-remove its tag', () => {
    const set = new ORSet();
    set.add('film', TAG, stamp(1));
    set.remove('film', [TAG], stamp(2));
    set.add('film', TAG, stamp(1));
    expect(set.contains('film')).toBe(false);
    expect(set.get(TAG)?.removed).toEqual(stamp(2));
  });

  test('[ORS4] removing an unseen tag is not nothing', () => {
    const set = new ORSet();
    expect(set.remove('film', [TAG], stamp(2))).toBe('applied');
    expect(set.unpersisted()).toHaveLength(1);
  });

  test('[SQL3] saving after a removal hands out the tombstone, and loading keeps it', () => {
    const set = new ORSet();
    set.add('film', TAG, stamp(1));
    set.remove('film', [TAG], stamp(2));
    expect(ORSet.fromEntries(set.unpersisted()).get(TAG)).toEqual(set.get(TAG));
  });
});

describe('progress', () => {
  test('[LWW5] nine tenths is completed: not only more than that, and not first 0.95', () => {
    const position = { positionSeconds: 90, durationSeconds: 100, state: 'stopped' } as const;
    expect([isFinished(position), isInProgress(position)]).toEqual([true, false]);
  });

  test('[LWW1] of two writes in one millisecond the greater device wins, in either order', () => {
    const results = [['Z', 'a'] as const, ['a', 'Z'] as const].map((deviceIds) => {
      const progress = new ProgressSync(createTestContext());
      for (const deviceId of deviceIds) {
        progress.applyRemote({
          kind: 'progress.set',
          contentId: 'film',
          positionSeconds: deviceId.charCodeAt(0),
          durationSeconds: 0,
          state: 'paused',
          ...stamp(5, deviceId),
        });
      }
      return progress.get('film')?.positionSeconds;
    });
    expect(results).toEqual([97, 97]);
  });

  test('[LWW2] a replayed update does not undo a delete', () => {
    const progress = new ProgressSync(createTestContext());
    const op = progress.set('film', { positionSeconds: 5, durationSeconds: 0, state: 'paused' });
    progress.clear('film');
    expect(progress.applyRemote(op)).toBe('superseded');
    expect(progress.get('film')).toBeUndefined();
  });
});
