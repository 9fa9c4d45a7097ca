import { describe, expect, it } from 'vitest';
import { numericDate, orderOf } from './numeric-date.ts';
import { moment, plainDay, unixSeconds, wallMoment } from './when.ts';

const unknown = { precision: 'unknown' };
const at = (text: string) => ({ precision: 'instant', at: text });
const on = (text: string) => ({ precision: 'day', day: text });

describe('a date', () => {
  it('[IMP1] of a day stays a day, and an unknown one unknown', () => {
    expect(plainDay('2026-02-01')).toEqual(on('2026-02-01'));
    expect(plainDay(' ')).toEqual(unknown);
    expect(moment('1970-01-01T00:00:01Z', undefined)).toEqual(unknown);
    expect(unixSeconds('0')).toEqual(unknown);
  });

  it.each([
    '2026-02-30',
    '2025-02-29',
    '2026-13-01',
    '2026-00-10',
    '26-02-01',
    'yesterday',
    '0000-00-00',
  ])('like %s is none', (text) =>
    expect([plainDay(text), moment(text, 'utc')]).toEqual([undefined, undefined]),
  );

  it.each([
    ['2026-03-01T20:15:30.000Z', '2026-03-01T20:15:30Z'],
    ['2026-03-01T20:15:30.1234567Z', '2026-03-01T20:15:30.123Z'],
    ['2026-03-01 20:15:30+00:00', '2026-03-01T20:15:30Z'],
    ['2026-03-01T20:15:30-05:00', '2026-03-02T01:15:30Z'],
    ['2026-03-01 20:15:30 UTC', '2026-03-01T20:15:30Z'],
  ])('%s is the instant %s', (text, instant) =>
    expect(moment(text, undefined)).toEqual(at(instant)),
  );

  it('[IMP1] without a zone is shifted by none but the one that was picked', () => {
    const text = '2026-07-01 23:30:00';
    expect(moment(text, undefined)).toBeUndefined();
    expect(moment(text, 'day')).toEqual(on('2026-07-01'));
    expect(moment(text, 'utc')).toEqual(at('2026-07-01T23:30:00Z'));
    expect(moment(text, { zone: 'Europe/Berlin' })).toEqual(at('2026-07-01T21:30:00Z'));
    expect(moment(text, { zone: 'America/Los_Angeles' })).toEqual(at('2026-07-02T06:30:00Z'));
  });

  it('of an hour that a zone has twice is the first, and one that it leaves out goes by the offset before', () => {
    const zone = { zone: 'Europe/Berlin' };
    expect(moment('2026-10-25 02:30:00', zone)).toEqual(at('2026-10-25T00:30:00Z'));
    expect(moment('2026-03-29 02:30:00', zone)).toEqual(at('2026-03-29T01:30:00Z'));
    expect(moment('2026-03-29 03:30:00', zone)).toEqual(at('2026-03-29T01:30:00Z'));
  });

  it('with an hour of 24 or a second of 60 is none', () => {
    expect(moment('2026-03-01T24:00:00Z', 'utc')).toBeUndefined();
    expect(moment('2026-03-01T23:59:60Z', 'utc')).toBeUndefined();
    const wall = { year: 2026, month: 3, day: 1, hour: 20, minute: 0 };
    expect(wallMoment(wall, '+25:00', 'utc')).toBeUndefined();
  });
});

describe('dates in numbers', () => {
  it('[IMP1] are of one order in a whole file: a row with a number past 12 decides', () => {
    expect(orderOf(['9/3/21', '13/3/21'], 'month-first')).toBe('day-first');
    expect(orderOf(['9/3/21', '3/13/21'], 'day-first')).toBe('month-first');
    expect(orderOf(['9/3/21'], 'month-first')).toBe('month-first');
    expect(orderOf(['9/3/21'], undefined)).toBeUndefined();
    expect(orderOf(['13/3/21', '3/13/21'], 'day-first')).toBeUndefined();
  });

  it.each([
    ['03/09/2021', 'day-first', on('2021-09-03')],
    ['9/3/21', 'month-first', on('2021-09-03')],
    ['3.9.2021', 'day-first', on('2021-09-03')],
    ['03-09-2021 18:05:06', 'day-first', at('2021-09-03T18:05:06Z')],
    ['9/3/2021 12:05 AM', 'month-first', at('2021-09-03T00:05:00Z')],
    ['30/02/2021', 'day-first', undefined],
    ['3/9-2021', 'day-first', undefined],
  ] as const)('%s, %s', (text, order, expected) =>
    expect(numericDate(text, order, 'utc')).toEqual(expected),
  );
});
