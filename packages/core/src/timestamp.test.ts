import { describe, expect, test } from 'vitest';
import {
  compareTimestamps,
  isTimestamp,
  LOGICAL_MAX,
  nextTimestamp,
  PHYSICAL_MAX,
  textToTimestamp,
  timestampToText,
} from './timestamp.ts';

describe('the timestamp after a timestamp', () => {
  test('[HLC3] a full counter carries into physical and starts again at 0', () => {
    expect(nextTimestamp({ physical: 41, logical: LOGICAL_MAX })).toEqual({
      physical: 42,
      logical: 0,
    });
  });

  test('[HLC3] the counter uses all of its 16 bits before it carries', () => {
    expect(nextTimestamp({ physical: 41, logical: LOGICAL_MAX - 1 })).toEqual({
      physical: 41,
      logical: 65_535,
    });
  });

  test('[HLC3] after the greatest timestamp there is none, and nothing wraps to 0', () => {
    expect(() => nextTimestamp({ physical: PHYSICAL_MAX, logical: LOGICAL_MAX })).toThrow(
      RangeError,
    );
  });
});

describe('the text form', () => {
  test.each([
    [{ physical: 0, logical: 0 }, '000000000000-0000'],
    [{ physical: 1, logical: 65_535 }, '000000000001-ffff'],
    [{ physical: Date.UTC(2026, 0, 1), logical: 10 }, '019b76daa800-000a'],
    [{ physical: PHYSICAL_MAX, logical: LOGICAL_MAX }, 'ffffffffffff-ffff'],
  ])('[HLC5] %j is written as %s and read back', (timestamp, text) => {
    expect(timestampToText(timestamp)).toBe(text);
    expect(textToTimestamp(text)).toEqual(timestamp);
  });

  test.each([
    '',
    '019b76daa800',
    '019B76DAA800-000A',
    '19b76daa800-000a',
    '0019b76daa800-000a',
    '019b76daa800-0000a',
    '019b76daa800-000a\n',
    ' 019b76daa800-000a',
    '019b76daa800_000a',
    '-00000000001-0000',
    '0x9b76da5000-000a',
    '019b76da500g-000a',
  ])('[HLC5] the text %j is no timestamp', (text) => {
    expect(textToTimestamp(text)).toBeUndefined();
  });

  test.each([
    { physical: -1, logical: 0 },
    { physical: 1.5, logical: 0 },
    { physical: Number.NaN, logical: 0 },
    { physical: Number.POSITIVE_INFINITY, logical: 0 },
    { physical: 2 ** 48, logical: 0 },
    { physical: 0, logical: -1 },
    { physical: 0, logical: 0.5 },
    { physical: 0, logical: Number.NaN },
    { physical: 0, logical: 65_536 },
  ])('[HLC5] %j is no timestamp and gets no text that would sort wrongly', (timestamp) => {
    expect(isTimestamp(timestamp)).toBe(false);
    expect(() => timestampToText(timestamp)).toThrow(RangeError);
  });
});

test('[HLC6] the order is by physical first, then by the counter', () => {
  expect(compareTimestamps({ physical: 1, logical: 9 }, { physical: 2, logical: 0 })).toBeLessThan(
    0,
  );
  expect(
    compareTimestamps({ physical: 1, logical: 1 }, { physical: 1, logical: 0 }),
  ).toBeGreaterThan(0);
  expect(compareTimestamps({ physical: 1, logical: 1 }, { physical: 1, logical: 1 })).toBe(0);
});
