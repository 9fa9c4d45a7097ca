import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SECONDS_MAX } from './ids.ts';
import {
  equalPositions,
  isCompleted,
  isInProgress,
  isSeconds,
  type PlaybackPosition,
} from './playback-position.ts';

function at(positionSeconds: number, durationSeconds: number): PlaybackPosition {
  return { positionSeconds, durationSeconds, state: 'paused' };
}

describe('completed and in progress', () => {
  test.each<[number, number, 'completed' | 'in progress' | 'neither']>([
    [0, 0, 'neither'],
    [0, 100, 'neither'],
    [1, 0, 'in progress'],
    [SECONDS_MAX, 0, 'in progress'],
    [1, 100, 'in progress'],
    [89, 100, 'in progress'],
    [90, 100, 'completed'],
    [91, 100, 'completed'],
    [95, 100, 'completed'],
    [100, 100, 'completed'],
    [130, 100, 'completed'],
    [9, 10, 'completed'],
    [899, 1_000, 'in progress'],
    [1, 1, 'completed'],
    [SECONDS_MAX, 1, 'completed'],
    [1_932_735_282, SECONDS_MAX, 'in progress'],
    [1_932_735_283, SECONDS_MAX, 'completed'],
  ])('[LWW5] %d of %d seconds is %s', (position, duration, expected) => {
    expect(isCompleted(at(position, duration))).toBe(expected === 'completed');
    expect(isInProgress(at(position, duration))).toBe(expected === 'in progress');
  });

  test('[LWW5] the threshold is exactly nine tenths, no rounding on either side of it', () => {
    const seconds = fc.nat({ max: SECONDS_MAX });
    const nearThreshold = fc
      .record({
        duration: fc.integer({ min: 1, max: SECONDS_MAX }),
        off: fc.constantFrom(-1, 0, 1),
      })
      .map(({ duration, off }): [number, number] => [
        Math.min(Math.max(Math.ceil((duration * 9) / 10) + off, 0), SECONDS_MAX),
        duration,
      ]);
    fc.assert(
      fc.property(fc.oneof(fc.tuple(seconds, seconds), nearThreshold), ([position, duration]) => {
        const isPast = duration > 0 && 10n * BigInt(position) >= 9n * BigInt(duration);
        expect(isCompleted(at(position, duration))).toBe(isPast);
        expect(isInProgress(at(position, duration))).toBe(position > 0 && !isPast);
      }),
    );
  });
});

describe('seconds', () => {
  test.each([0, 1, SECONDS_MAX])('[LWW4] %d is a number of seconds', (value) => {
    expect(isSeconds(value)).toBe(true);
  });

  test.each([-1, 0.5, SECONDS_MAX + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    '[LWW4] %d is no number of seconds',
    (value) => {
      expect(isSeconds(value)).toBe(false);
    },
  );
});

describe('equality of positions', () => {
  test.each<[string, PlaybackPosition | null]>([
    ['another position', at(2, 2)],
    ['another duration', at(1, 3)],
    ['another state', { ...at(1, 2), state: 'playing' }],
    ['a clear', null],
  ])('[LWW3] %s is another value', (_, other) => {
    expect(equalPositions(at(1, 2), other)).toBe(false);
    expect(equalPositions(other, at(1, 2))).toBe(false);
    expect(equalPositions(other, other === null ? null : { ...other })).toBe(true);
  });
});
