import { compareTimestamps, ZERO_TIMESTAMP, type Op, type Timestamp } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { ServiceClock } from './service-clock.ts';

const HOUR_MS = 3_600_000;
const [IN_1970, IN_2099] = [60_000, Date.UTC(2099, 0, 1)];

function setup(wallMs?: number) {
  const environment = new FakeEnvironment();
  if (wallMs !== undefined) environment.skewMs = wallMs - environment.trueMs;
  return { environment, clock: new ServiceClock(environment) };
}

function entry(clock: ServiceClock, fields: Partial<OutboxEntry> = {}): OutboxEntry {
  const op = { kind: 'progress.clear', contentId: 'film', deviceId: 'tv' } as const;
  return {
    id: '1',
    op: { ...op, timestamp: clock.mint(undefined) },
    userId: undefined,
    shownUserId: undefined,
    wallMs: clock.wallMs(),
    serviceMs: clock.measuredMs,
    notBeforeMs: clock.notBeforeMs,
    seen: undefined,
    sends: 0,
    state: 'unsent',
    code: undefined,
    ...fields,
  };
}

const stampsOf = (entries: readonly OutboxEntry[]): Timestamp[] =>
  entries.map(({ op }) => op.timestamp);

describe('the clock', () => {
  it.each([IN_1970, IN_2099])(
    '[SDK3] of a device at %i stamps at the time of the service',
    async (wallMs) => {
      const { environment, clock } = setup(wallMs);
      const entries = [entry(clock)];
      await environment.advance(HOUR_MS);
      entries.push(entry(clock));
      await environment.advance(HOUR_MS);
      clock.measure(environment.trueMs);
      const [first, second] = stampsOf(clock.restamp(entries));
      expect(first?.physical).toBe(environment.trueMs - 2 * HOUR_MS);
      expect(second?.physical).toBe(environment.trueMs - HOUR_MS);
      expect(clock.mint(undefined).physical).toBe(environment.trueMs);
    },
  );

  it('[SDK3] never stamps later than the service, nor before what it knew, and in order', async () => {
    const { environment, clock } = setup();
    clock.measure(environment.trueMs);
    const knownMs = environment.trueMs;
    await environment.advance(HOUR_MS);
    const entries = [Number.MAX_SAFE_INTEGER, -5, Number.NaN, 0].map((serviceMs) =>
      entry(clock, { serviceMs }),
    );
    const stamps = stampsOf(clock.restamp(entries));
    for (const [index, stamp] of stamps.entries()) {
      expect(stamp.physical).toBeLessThanOrEqual(environment.trueMs);
      expect(stamp.physical).toBeGreaterThanOrEqual(knownMs);
      expect(compareTimestamps(stamp, stamps[index - 1] ?? ZERO_TIMESTAMP)).toBeGreaterThan(0);
    }
  });

  it('[LWW3] restamps past what was ever sent', () => {
    const { environment, clock } = setup();
    const sent = { physical: environment.trueMs + 5_000, logical: 7 };
    clock.sent(sent);
    clock.measure(environment.trueMs);
    const [stamp = sent] = stampsOf(clock.restamp([entry(clock)]));
    expect(compareTimestamps(stamp, sent)).toBeGreaterThan(0);
    expect(compareTimestamps(clock.mint(undefined), stamp)).toBeGreaterThan(0);
  });

  it('forgets what it sent at a time that cannot have been', () => {
    const { environment, clock } = setup();
    clock.sent({ physical: IN_2099, logical: 0 });
    clock.measure(environment.trueMs);
    expect(clock.mint(undefined).physical).toBe(environment.trueMs);
  });

  it('[LWW1] stamps past the write that it replaces', () => {
    const { environment, clock } = setup();
    const seen = { physical: environment.trueMs + HOUR_MS, logical: 3 };
    expect(compareTimestamps(clock.mint(seen), seen)).toBeGreaterThan(0);
    const [stamp = seen] = stampsOf(clock.restamp([entry(clock, { seen })]));
    expect(compareTimestamps(stamp, seen)).toBeGreaterThan(0);
  });

  it('[HLC4] takes no other change along past a stamp of the future, and sends none there', () => {
    const { environment, clock } = setup();
    clock.measure(environment.trueMs);
    const seen = { physical: environment.trueMs + HOUR_MS, logical: 3 };
    const far = { physical: environment.trueMs + 72 * HOUR_MS, logical: 0 };
    const of = (contentId: string, past?: Timestamp): OutboxEntry => {
      const { op, ...rest } = entry(clock, { seen: past });
      return { ...rest, op: { ...op, contentId } as Op };
    };
    const entries = [of('a', far), of('b', seen), of('c'), of('b', seen), of('d')];
    const [a, b, c, laterB, d] = stampsOf(clock.restamp(entries));
    expect([a, b, laterB]).toEqual([
      { ...far, logical: 1 },
      { ...seen, logical: 4 },
      { ...seen, logical: 5 },
    ]);
    expect([c?.physical, d?.physical]).toEqual([environment.trueMs, environment.trueMs]);
    clock.sent({ ...far, logical: 1 });
    expect(clock.isProvisional(entry(clock))).toBe(false);
    expect(clock.mint(undefined).physical).toBe(environment.trueMs);
  });

  it('[SDK3] restamps past an earlier change of the content that has kept its stamp', () => {
    const { environment, clock } = setup();
    const sent = { physical: environment.trueMs + HOUR_MS, logical: 0 };
    const first = entry(clock, { state: 'unanswered' });
    const unanswered = { ...first, op: { ...first.op, timestamp: sent } };
    clock.measure(environment.trueMs);
    const later = entry(clock, { id: '2' });
    const [stamp] = stampsOf(clock.restamp([unanswered, later], ({ id }) => id === '2'));
    expect(stamp).toEqual({ ...sent, logical: 1 });
  });

  it.each([
    ['set from 1970 to now', IN_1970 - Date.UTC(2026, 5, 1), 0],
    ['set from 2099 to now', IN_2099 - Date.UTC(2026, 5, 1), 0],
    ['set from now to 2099', 0, IN_2099 - Date.UTC(2026, 5, 1)],
    ['set from now to 1970', 0, IN_1970 - Date.UTC(2026, 5, 1)],
  ])('[SDK3] that is %s while offline is seen', async (_, beforeMs, afterMs) => {
    const { environment } = setup();
    environment.skewMs = beforeMs;
    const clock = new ServiceClock(environment);
    await environment.advance(HOUR_MS);
    environment.skewMs = afterMs;
    const jumpMs = clock.look();
    expect(jumpMs).toBe(afterMs - beforeMs);
    expect(clock.isSetBy(jumpMs)).toBe(true);
    expect(clock.look()).toBe(0);
  });

  it('[SDK3] of a device that slept is not taken for one that was set', () => {
    const { environment, clock } = setup();
    environment.sleep(8 * HOUR_MS);
    const jumpMs = clock.look();
    expect([jumpMs, clock.isSetBy(jumpMs)]).toEqual([8 * HOUR_MS, false]);
  });

  it('does not know its offset after a jump, and believes no other tab that has not noticed', () => {
    const { environment, clock } = setup();
    clock.measure(environment.trueMs + 5_000);
    expect(clock.offsetMs).toBe(5_000);
    environment.skewMs = -HOUR_MS;
    clock.look();
    expect([clock.offsetMs, clock.measuredMs]).toEqual([undefined, undefined]);
    clock.follow(5_000);
    expect(clock.offsetMs).toBe(undefined);
    clock.follow(5_000 + HOUR_MS);
    expect(clock.measuredMs).toBe(environment.trueMs + 5_000);
  });

  it('[SDK3] keeps a lower bound of the time where the wall clock is set back', async () => {
    const { environment, clock } = setup();
    clock.measure(environment.trueMs);
    await environment.advance(HOUR_MS);
    environment.skewMs = IN_1970 - environment.trueMs;
    clock.look();
    expect(clock.notBeforeMs).toBe(environment.trueMs);
    expect(clock.mint(undefined).physical).toBe(environment.trueMs);
  });

  it('takes any wall clock', () => {
    for (const skewMs of [Number.NaN, Number.POSITIVE_INFINITY, -1e18, 1e18]) {
      const { environment } = setup();
      environment.skewMs = skewMs;
      const clock = new ServiceClock(environment);
      clock.mint(undefined);
      clock.look();
      clock.measure(environment.trueMs);
      expect(clock.restamp([entry(clock)]).length).toBe(1);
    }
  });
});
