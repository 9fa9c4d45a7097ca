import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SECONDS_MAX } from './ids.ts';
import {
  equalPositions,
  isFinished,
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
    [3_239, 3_600, 'in progress'],
    [3_240, 3_600, 'completed'],
    [3_241, 3_601, 'in progress'],
    [3_300, 3_601, 'in progress'],
    [3_301, 3_601, 'completed'],
    [91 * 3_600, 100 * 3_600, 'in progress'],
    [100 * 3_600 - 301, 100 * 3_600, 'in progress'],
    [100 * 3_600 - 300, 100 * 3_600, 'completed'],
    [9_180 - 12 * 60, 9_180, 'in progress'],
    [SECONDS_MAX - 301, SECONDS_MAX, 'in progress'],
    [SECONDS_MAX - 300, SECONDS_MAX, 'completed'],
  ])('[LWW5] %d of %d seconds is %s', (position, duration, expected) => {
    expect(isFinished(at(position, duration))).toBe(expected === 'completed');
    expect(isInProgress(at(position, duration))).toBe(expected === 'in progress');
  });

  test('[LWW5] the threshold is exactly nine tenths and five minutes, no rounding on either side of it', () => {
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
        const isPast =
          duration > 0 &&
          10n * BigInt(position) >= 9n * BigInt(duration) &&
          (duration <= 3_600 || duration - position <= 300);
        expect(isFinished(at(position, duration))).toBe(isPast);
        expect(isInProgress(at(position, duration))).toBe(position > 0 && !isPast);
      }),
    );
  });
});

describe('finished', () => {
  test.each([
    ['the second before the credits', 5_399, false],
    ['the first of the credits', 5_400, true],
    ['the end', 7_200, true],
  ])('[LWW5] where the credits are known, at %s', (_, position, expected) => {
    expect(isFinished(at(position, 7_200), { creditsStartSeconds: 5_400 })).toBe(expected);
    expect(isFinished(at(position, 0), { creditsStartSeconds: 5_400 })).toBe(expected);
  });

  test.each([
    [1_320, 1_500, false],
    [1_321, 1_500, true],
    [4_321, 4_500, true],
    [0, 120, false],
    [59, 120, false],
    [60, 120, true],
    [1_000, 0, false],
  ])('[LWW5] an episode at %d of %d seconds: %s', (position, duration, expected) => {
    expect(isFinished(at(position, duration), { isEpisode: true })).toBe(expected);
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
