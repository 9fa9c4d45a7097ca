import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { HybridLogicalClock, isAheadOfClock } from './hybrid-logical-clock.ts';
import {
  compareTimestamps,
  isTimestamp,
  LOGICAL_MAX,
  maxTimestamp,
  timestampToText,
  ZERO_TIMESTAMP,
} from './timestamp.ts';

const BASE_MS = Date.UTC(2026, 0, 1);

/** A wall clock that stands, steps back, jumps, or shows 1970 or 2099. */
const arbitraryNowMs = fc.oneof(
  fc.constantFrom(-1, 0, BASE_MS, Date.UTC(2099, 11, 31)),
  fc.integer({ min: BASE_MS - 200_000, max: BASE_MS + 200_000 }),
);
const arbitraryRemote = fc.record({
  physical: fc.oneof(
    arbitraryNowMs.map((ms) => Math.max(ms, 0)),
    fc.constantFrom(0, 1),
  ),
  logical: fc.constantFrom(0, 1, LOGICAL_MAX - 1, LOGICAL_MAX),
});
const arbitrarySteps = fc.array(
  fc.record({
    kind: fc.constantFrom('tick', 'tick', 'receive', 'tickPast'),
    nowMs: arbitraryNowMs,
    remote: arbitraryRemote,
  }),
  { minLength: 1, maxLength: 40, size: 'max' },
);

/** Where an earlier run stopped, at times ahead of every wall clock: an earlier wall clock was. */
const arbitraryLast = fc.oneof(fc.constant(ZERO_TIMESTAMP), arbitraryRemote);

test('[HLC1] [HLC2] a tick is greater than all that was ticked or received before it', () => {
  fc.assert(
    fc.property(arbitraryLast, arbitrarySteps, (last, steps) => {
      const clock = new HybridLogicalClock({ last });
      let greatest = last;
      for (const { kind, nowMs, remote } of steps) {
        if (kind === 'receive') {
          if (clock.receive(remote, nowMs)) greatest = maxTimestamp(greatest, remote);
          continue;
        }
        const ticked = kind === 'tick' ? clock.tick(nowMs) : clock.tickPast(remote, nowMs);
        expect(isTimestamp(ticked)).toBe(true);
        expect(compareTimestamps(ticked, greatest)).toBeGreaterThan(0);
        // What is given past the bound does not take the clock along.
        const isPastBound =
          kind === 'tickPast' &&
          compareTimestamps(remote, greatest) > 0 &&
          isAheadOfClock(remote, Math.max(nowMs, 0));
        if (!isPastBound) greatest = ticked;
      }
    }),
  );
});

test('[HLC4] exactly what is past the bound is ignored, whatever the clock has seen', () => {
  fc.assert(
    fc.property(arbitraryLast, arbitrarySteps, (last, steps) => {
      const clock = new HybridLogicalClock({ last });
      for (const { kind, nowMs, remote } of steps) {
        if (kind === 'tick') clock.tick(nowMs);
        if (kind === 'tickPast') clock.tickPast(remote, nowMs);
        const isAhead = isAheadOfClock(remote, Math.max(nowMs, 0));
        expect(clock.receive(remote, nowMs)).toBe(!isAhead);
      }
    }),
  );
});

test('[LWW3] a clock gives no timestamp twice, past the bound too', () => {
  fc.assert(
    fc.property(arbitraryLast, arbitrarySteps, (last, steps) => {
      const clock = new HybridLogicalClock({ last });
      const given = new Set<string>();
      for (const { kind, nowMs, remote } of steps) {
        if (kind === 'receive') {
          clock.receive(remote, nowMs);
          continue;
        }
        const ticked = kind === 'tick' ? clock.tick(nowMs) : clock.tickPast(remote, nowMs);
        const floor = kind === 'tick' ? ZERO_TIMESTAMP : remote;
        expect(compareTimestamps(ticked, floor)).toBeGreaterThan(0);
        expect(given).not.toContain(timestampToText(ticked));
        given.add(timestampToText(ticked));
      }
    }),
  );
});
