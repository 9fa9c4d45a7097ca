import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('[SDK5] waits between nothing and 0.5 s doubled with each attempt, 30 s at most', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 }), unit, (attempt, random) => {
      const delayMs = backoffMs(attempt, () => random);
      expect(Number.isInteger(delayMs)).toBe(true);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** attempt));
    }),
  );
});

it('[SDK5] uses the whole of that time', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 }), unit, (attempt, random) => {
      const mostMs = Math.min(30_000, 500 * 2 ** attempt);
      expect(Math.abs(backoffMs(attempt, () => random) - mostMs * random)).toBeLessThanOrEqual(0.5);
    }),
  );
});
