import { describe, expect, test } from 'vitest';
import {
  DEFAULT_MAX_DRIFT_MS,
  HybridLogicalClock,
  isAheadOfClock,
} from './hybrid-logical-clock.ts';
import { compareTimestamps, LOGICAL_MAX, PHYSICAL_MAX, type Timestamp } from './timestamp.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const YEAR_2099_MS = Date.UTC(2099, 0, 1);

function isGreater(a: Timestamp, b: Timestamp): boolean {
  return compareTimestamps(a, b) > 0;
}

describe('tick', () => {
  test('[HLC1] a wall clock that moves on gives its time with the counter at 0', () => {
    const clock = new HybridLogicalClock();
    clock.tick(NOW_MS);
    clock.tick(NOW_MS);
    expect(clock.tick(NOW_MS + 1)).toEqual({ physical: NOW_MS + 1, logical: 0 });
  });

  test('[HLC1] a wall clock that stands still counts up', () => {
    const clock = new HybridLogicalClock();
    expect([clock.tick(NOW_MS), clock.tick(NOW_MS), clock.tick(NOW_MS)]).toEqual([
      { physical: NOW_MS, logical: 0 },
      { physical: NOW_MS, logical: 1 },
      { physical: NOW_MS, logical: 2 },
    ]);
  });

  test('[HLC1] a wall clock that falls back to 1970, or before it, takes nothing back', () => {
    const clock = new HybridLogicalClock();
    const before = clock.tick(NOW_MS);
    const atEpoch = clock.tick(0);
    expect(isGreater(atEpoch, before)).toBe(true);
    expect(isGreater(clock.tick(-1), atEpoch)).toBe(true);
  });

  test('[HLC1] a clock that starts before 1970 still ticks upwards from 0', () => {
    const clock = new HybridLogicalClock();
    const first = clock.tick(-NOW_MS);
    expect(first).toEqual({ physical: 0, logical: 1 });
    expect(isGreater(clock.tick(-NOW_MS), first)).toBe(true);
  });

  test('[HLC1] a clock that goes on after a restart ticks past where it stopped', () => {
    const last = { physical: NOW_MS + 5_000, logical: 7 };
    expect(new HybridLogicalClock({ last }).tick(NOW_MS)).toEqual({ ...last, logical: 8 });
  });

  test('[HLC3] 65,537 ticks of one millisecond carry into physical and stay in order', () => {
    const clock = new HybridLogicalClock();
    let previous = clock.tick(NOW_MS);
    let inOrder = true;
    for (let ticks = 1; ticks <= LOGICAL_MAX + 1; ticks += 1) {
      const next = clock.tick(NOW_MS);
      inOrder &&= isGreater(next, previous);
      previous = next;
    }
    expect(inOrder).toBe(true);
    expect(previous).toEqual({ physical: NOW_MS + 1, logical: 0 });
  });

  test('fractions of a millisecond are cut off', () => {
    expect(new HybridLogicalClock().tick(NOW_MS + 0.9).physical).toBe(NOW_MS);
  });

  test.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    2 ** 48,
    NOW_MS * 1_000,
  ])('a wall clock of %d is refused and leaves the clock as it was', (nowMs) => {
    const clock = new HybridLogicalClock();
    const before = clock.tick(NOW_MS);
    expect(() => clock.tick(nowMs)).toThrow(RangeError);
    expect(() => clock.receive(before, nowMs)).toThrow(RangeError);
    expect(clock.last).toEqual(before);
  });

  test('the last millisecond of 48 bits is still a time', () => {
    expect(new HybridLogicalClock().tick(PHYSICAL_MAX)).toEqual({
      physical: PHYSICAL_MAX,
      logical: 0,
    });
  });
});

describe('receive', () => {
  test('[HLC2] the next tick is greater than what was received', () => {
    const clock = new HybridLogicalClock();
    const remote = { physical: NOW_MS + 30_000, logical: 12 };
    expect(clock.receive(remote, NOW_MS)).toBe(true);
    expect(clock.tick(NOW_MS)).toEqual({ ...remote, logical: 13 });
  });

  test('[HLC2] receiving what is older changes nothing', () => {
    const clock = new HybridLogicalClock();
    const last = clock.tick(NOW_MS);
    expect(clock.receive({ physical: 1, logical: 9 }, NOW_MS)).toBe(true);
    expect(clock.last).toEqual(last);
  });

  test('[HLC3] receiving a full counter makes the next tick carry', () => {
    const clock = new HybridLogicalClock();
    clock.receive({ physical: NOW_MS, logical: LOGICAL_MAX }, NOW_MS);
    expect(clock.tick(NOW_MS)).toEqual({ physical: NOW_MS + 1, logical: 0 });
  });

  test('[HLC4] a timestamp just within the bound is taken, one ms more is ignored', () => {
    const clock = new HybridLogicalClock();
    const bound = NOW_MS + DEFAULT_MAX_DRIFT_MS;
    expect(clock.receive({ physical: bound + 1, logical: 0 }, NOW_MS)).toBe(false);
    expect(clock.last.physical).toBe(0);
    expect(clock.receive({ physical: bound, logical: LOGICAL_MAX }, NOW_MS)).toBe(true);
    expect(clock.last.physical).toBe(bound);
  });

  test('[HLC4] the bound is the wall clock’s: one fast peer does not raise it for the next', () => {
    const clock = new HybridLogicalClock();
    clock.receive({ physical: NOW_MS + 60_000, logical: 0 }, NOW_MS);
    expect(clock.receive({ physical: NOW_MS + 60_001, logical: 0 }, NOW_MS)).toBe(false);
  });

  test('[HLC4] the past is never refused', () => {
    expect(isAheadOfClock({ physical: 0, logical: 0 }, YEAR_2099_MS)).toBe(false);
    const clock = new HybridLogicalClock();
    clock.tick(YEAR_2099_MS);
    expect(clock.receive({ physical: 0, logical: 0 }, YEAR_2099_MS)).toBe(true);
  });

  test('[HLC4] a bound of its own replaces the default', () => {
    const clock = new HybridLogicalClock({ maxDriftMs: 10 });
    expect(clock.receive({ physical: NOW_MS + 11, logical: 0 }, NOW_MS)).toBe(false);
    expect(clock.receive({ physical: NOW_MS + 10, logical: 0 }, NOW_MS)).toBe(true);
  });

  test('[HLC4] without a readable wall clock everything is ahead of it', () => {
    expect(isAheadOfClock({ physical: 0, logical: 0 }, Number.NaN)).toBe(true);
  });

  test.each([
    { physical: Number.NaN, logical: 0 },
    { physical: 1.5, logical: 0 },
    { physical: 1, logical: LOGICAL_MAX + 1 },
    { physical: -1, logical: 0 },
  ])('what is no timestamp (%j) never gets into the clock', (remote) => {
    const clock = new HybridLogicalClock();
    expect(() => clock.receive(remote, NOW_MS)).toThrow(RangeError);
    expect(() => clock.tickPast(remote, NOW_MS)).toThrow(RangeError);
    expect(() => new HybridLogicalClock({ last: remote })).toThrow(RangeError);
    expect(clock.tick(NOW_MS)).toEqual({ physical: NOW_MS, logical: 0 });
  });

  test.each([Number.NaN, -1])('a drift bound of %d is refused', (maxDriftMs) => {
    expect(() => new HybridLogicalClock({ maxDriftMs })).toThrow(RangeError);
  });
});

describe('tickPast', () => {
  const farAhead = { physical: YEAR_2099_MS, logical: 4 };

  test('[LWW1] a write over a winner from 2099 is just past it', () => {
    expect(new HybridLogicalClock().tickPast(farAhead, NOW_MS)).toEqual({
      ...farAhead,
      logical: 5,
    });
  });

  test('[HLC4] going past a winner from 2099 leaves the clock in its own year', () => {
    const clock = new HybridLogicalClock();
    clock.tickPast(farAhead, NOW_MS);
    expect(clock.tick(NOW_MS).physical).toBe(NOW_MS);
  });

  test('[HLC2] within the bound it is an ordinary tick', () => {
    const clock = new HybridLogicalClock();
    expect(clock.tickPast({ physical: NOW_MS - 1, logical: 3 }, NOW_MS)).toEqual({
      physical: NOW_MS,
      logical: 0,
    });
    const ahead = { physical: NOW_MS + 50, logical: 3 };
    expect(clock.tickPast(ahead, NOW_MS)).toEqual({ ...ahead, logical: 4 });
    expect(clock.tick(NOW_MS)).toEqual({ ...ahead, logical: 5 });
  });

  test('[HLC4] a write is just past its own winner, whatever others are from 2099', () => {
    const clock = new HybridLogicalClock();
    clock.tickPast(farAhead, NOW_MS);
    const nextHour = { physical: NOW_MS + 3_600_000, logical: 7 };
    expect(clock.tickPast(nextHour, NOW_MS)).toEqual({ ...nextHour, logical: 8 });
    expect(clock.tickPast(nextHour, NOW_MS)).toEqual({ ...nextHour, logical: 9 });
    expect(clock.tickPast(farAhead, NOW_MS)).toEqual({ ...farAhead, logical: 6 });
  });

  test('[LWW3] two contents with winners from 2099 never get one stamp', () => {
    const clock = new HybridLogicalClock();
    const floorOfA = { physical: YEAR_2099_MS, logical: 0 };
    const floorOfB = { physical: YEAR_2099_MS, logical: 1 };
    const b = clock.tickPast(floorOfB, NOW_MS);
    const a = clock.tickPast(floorOfA, NOW_MS);
    const aAgain = clock.tickPast(a, NOW_MS);
    expect(new Set([a, b, aAgain].map((ticked) => JSON.stringify(ticked))).size).toBe(3);
  });

  test('[LWW3] when the wall clock gets to a timestamp given ahead of it, ticks go on after it', () => {
    const clock = new HybridLogicalClock();
    const floor = { physical: NOW_MS + 90_000, logical: 0 };
    const past = clock.tickPast(floor, NOW_MS);
    expect(isGreater(clock.tick(NOW_MS + 90_000), past)).toBe(true);
  });

  test('[LWW3] ticks of a clock that stopped in the future skip what was given there', () => {
    const clock = new HybridLogicalClock({ last: { physical: YEAR_2099_MS, logical: 8 } });
    const given = clock.tickPast({ physical: YEAR_2099_MS, logical: 10 }, NOW_MS);
    const ticks = [clock.tick(NOW_MS), clock.tick(NOW_MS)];
    expect([given, ...ticks].map(({ logical }) => logical)).toEqual([11, 12, 13]);
  });

  test('[LWW3] a winner from 2099 does not make the clock forget one from the next hour', () => {
    const clock = new HybridLogicalClock();
    const nextHour = { physical: NOW_MS + 3_600_000, logical: 0 };
    const given = clock.tickPast(nextHour, NOW_MS);
    clock.tickPast(farAhead, NOW_MS);
    const later = [clock.tick(nextHour.physical), clock.tick(nextHour.physical)];
    expect(later.every((ticked) => isGreater(ticked, given))).toBe(true);
  });
});
