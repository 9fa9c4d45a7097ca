import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateToMs, isDay, readDate } from './dates.ts';

test.each([
  ['2026-01-31T20:15:00Z', '2026-01-31T20:15:00Z'],
  ['2026-01-31t20:15:00.000z', '2026-01-31T20:15:00Z'],
  ['2026-01-31T20:15:00.5+02:00', '2026-01-31T18:15:00.500Z'],
  ['2026-01-31T20:15:00.123456789Z', '2026-01-31T20:15:00.123Z'],
  ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00Z'],
  ['2026-01-31T20:15:00-00:00', '2026-01-31T20:15:00Z'],
  ['2024-02-29', '2024-02-29'],
  ['0001-01-01', '0001-01-01'],
])('[PLY2] %s is kept as %s', (given, kept) => {
  expect(readDate(given)).toBe(kept);
  expect(readDate(kept)).toBe(kept);
});

test.each([
  '2026-02-30',
  '2026-02-29T10:00:00Z',
  '2026-13-01',
  '0000-01-01',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  '2026-01-31T24:00:00Z',
  '2016-12-31T23:59:60Z',
  '2026-01-31T20:60:00Z',
  '2026-01-31T20:15:00+24:00',
  '2026-01-31T20:15:00+01:60',
  '2026-01-31T20:15:00Z+02:00-03:00',
  '2026-01-31T20:15:00',
  '2026-01-31 20:15:00Z',
  '2026-01-31T20:15Z',
  '26-01-31',
  '+002026-01-31',
  '2026-01-31T20:15:00.Z',
  'today',
  '',
])('[PLY2] %s is no date', (given) => {
  expect(readDate(given)).toBeUndefined();
});

test('[PLY2] every instant comes back to the millisecond, in one form', () => {
  const times = fc.integer({ min: Date.UTC(1, 0, 2), max: Date.UTC(9999, 11, 30) });
  const zones = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
  fc.assert(
    fc.property(times, zones, (ms, minutes) => {
      const sign = minutes < 0 ? '-' : '+';
      const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map(
        (part) => String(part).padStart(2, '0'),
      );
      const local = new Date(ms + minutes * 60_000).toISOString().slice(0, -1);
      const date = readDate(`${local}${sign}${hour}:${minute}`);
      expect(date === undefined ? undefined : dateToMs(date)).toBe(ms);
      expect(isDay(date ?? '')).toBe(false);
    }),
  );
});
