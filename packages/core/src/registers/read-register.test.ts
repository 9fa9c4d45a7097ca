import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCuepointError } from '../errors.ts';
import { readOp } from '../read-op.ts';
import { arbitraryRegisterOp, arbitraryValue } from '../testing/op-arbitraries.ts';
import { opToWire } from '../wire-conversion.ts';
import { REGISTER_VALUE_BYTES_MAX, refusalOfValue } from './value-bounds.ts';

const TIMESTAMP = '019b76daa800-0000';

function read(register: string, key: string, value: unknown, extra: object = {}) {
  const json = JSON.stringify({
    kind: 'register.set',
    register,
    key,
    timestamp: TIMESTAMP,
    ...extra,
  });
  // As a parser gives it: a field named __proto__ is one of its own.
  const text = `${json.slice(0, -1)},"value":${typeof value === 'string' && value.startsWith('json:') ? value.slice(5) : JSON.stringify(value)}}`;
  const op = readOp(JSON.parse(text), 'tv');
  return isCuepointError(op) ? { code: op.code, field: op.field } : op;
}

const VALID: [string, string, unknown, unknown?][] = [
  ['watched', 'film', { at: null }],
  ['watched', 'film', { at: '2026-01-31T20:15:00+01:00' }, { at: '2026-01-31T19:15:00Z' }],
  ['watched', 'film', { at: '2026-01-31', by: { older: ['client', 1] } }],
  ['dismissed', 'series', true],
  ['rewatch', 'series', { since: TIMESTAMP }],
  ['rating', 'film', 10],
  ['favorite', 'film', true],
  [
    'content',
    'e1',
    {
      type: 'episode',
      seriesId: 's',
      season: 0,
      episode: 1,
      releasedAt: '2026-01-31',
      ids: { imdb: 'tt1' },
    },
  ],
  ['place', 'tv/a/b', { positionSeconds: 1, durationSeconds: 0, at: '2026-01-31T20:15:00Z' }],
  ['place', `${'d'.repeat(255)}/${'🎬'.repeat(255)}`, null],
  ['preference', 'autoplay', { any: [null, 1.5, 'x'] }],
  ['x-app', 'any key', 'any value'],
  ['x-__proto__', '__proto__', []],
  ['rating', 'film', null],
];

const REFUSED: [string, string, unknown, string, string][] = [
  ['notes', 'film', 1, 'invalid_register', 'register'],
  ['constructor', 'film', 1, 'invalid_register', 'register'],
  ['x-', 'film', 1, 'invalid_register', 'register'],
  ['X-app', 'film', 1, 'invalid_register', 'register'],
  ['x-\0', 'film', 1, 'invalid_register', 'register'],
  [`x-${'a'.repeat(31)}`, 'film', 1, 'invalid_register', 'register'],
  ['rating', '', 1, 'invalid_register_key', 'key'],
  ['rating', '..', 1, 'invalid_register_key', 'key'],
  ['rating', 'a\nb', 1, 'invalid_register_key', 'key'],
  ['rating', 'x'.repeat(256), 1, 'invalid_register_key', 'key'],
  ['place', 'film', null, 'invalid_register_key', 'key'],
  ['place', '/film', null, 'invalid_register_key', 'key'],
  ['place', 'tv/', null, 'invalid_register_key', 'key'],
  ['place', 'tv v/film', null, 'invalid_register_key', 'key'],
  ['rating', 'film', 11, 'invalid_register_value', 'value'],
  ['rating', 'film', 1.5, 'invalid_register_value', 'value'],
  ['rating', 'film', '5', 'invalid_register_value', 'value'],
  ['favorite', 'film', false, 'invalid_register_value', 'value'],
  ['dismissed', 'film', 1, 'invalid_register_value', 'value'],
  ['watched', 'film', true, 'invalid_register_value', 'value'],
  ['watched', 'film', {}, 'invalid_register_value', 'value/at'],
  ['watched', 'film', { at: '2026-02-30' }, 'invalid_date', 'value/at'],
  ['watched', 'film', { at: 'today' }, 'invalid_date', 'value/at'],
  ['watched', 'film', { at: '2016-12-31T23:59:60Z' }, 'invalid_date', 'value/at'],
  ['rewatch', 'film', { since: 'now' }, 'invalid_register_value', 'value/since'],
  ['content', 'film', { type: 'book' }, 'invalid_register_value', 'value/type'],
  ['content', 's', { type: 'series', seriesId: 's' }, 'invalid_register_value', 'value/seriesId'],
  ['content', 'film', { type: 'movie', ids: [] }, 'invalid_register_value', 'value/ids'],
  ['x-app', 'k', 'x'.repeat(4_095), 'invalid_register_value', 'value'],
  ['x-app', 'k', '🎬'.repeat(1_024), 'invalid_register_value', 'value'],
  ['x-app', 'k', Array(14).fill(1e300), 'invalid_register_value', 'value'],
  ['x-app', 'k', `json:${'['.repeat(9)}${']'.repeat(9)}`, 'invalid_register_value', 'value'],
  ['x-app', 'k', 'json:{"__proto__":1}', 'invalid_register_value', 'value'],
  [
    'preference',
    'k',
    'json:{"a":[{"__proto__":{"polluted":true}}]}',
    'invalid_register_value',
    'value',
  ],
  ['x-app', 'k', 'json:"\\u0000"', 'invalid_register_value', 'value'],
  ['x-app', 'k', 'json:{"\\ud800":1}', 'invalid_register_value', 'value'],
  ['x-app', 'k', 'json:1e999', 'invalid_register_value', 'value'],
];

describe('a register', () => {
  test.each(VALID)('[REG2] %s of %s is taken', (register, key, value, stored = value) => {
    expect(read(register, key, value)).toEqual({
      kind: 'register.set',
      register,
      key,
      value: stored,
      timestamp: { physical: 0x019b76daa800, logical: 0 },
      deviceId: 'tv',
    });
  });

  test.each(REFUSED)('[REG2] %s of %s, %j: %s', (register, key, value, code, field) => {
    expect(read(register, key, value)).toEqual({ code, field });
  });

  test('[REG2] without a value is none; null clears', () => {
    const op = { kind: 'register.set', register: 'rating', key: 'film', timestamp: TIMESTAMP };
    expect(readOp(op, 'tv')).toMatchObject({ code: 'invalid_register_value', field: 'value' });
  });

  test('[CLM2] carries the claim of what it continues; one that is later is refused', () => {
    expect(read('rating', 'film', 1, { claim: '019b76da0000-0000' })).toMatchObject({
      claim: { physical: 0x019b76da0000, logical: 0 },
    });
    expect(read('rating', 'film', 1, { claim: TIMESTAMP })).not.toHaveProperty('claim');
    const later = { code: 'invalid_claim', field: 'claim' };
    expect(read('rating', 'film', 1, { claim: '019b76daa800-0001' })).toEqual(later);
    expect(read('rating', 'film', 1, { claim: 'yesterday' })).toEqual(later);
  });

  test('[REG2] any that the service takes comes back as it was sent', () => {
    fc.assert(
      fc.property(arbitraryRegisterOp(), (op) => {
        expect(readOp(JSON.parse(JSON.stringify(opToWire(op))), op.deviceId)).toEqual(op);
      }),
    );
  });

  test('[REG2] the bytes of a value are those of its JSON, or more for numbers with an exponent', () => {
    const large = fc.array(arbitraryValue(), { minLength: 20, maxLength: 400 });
    fc.assert(
      fc.property(large, (value) => {
        const json = JSON.stringify(value);
        const bytes = Buffer.byteLength(json);
        // A number with an exponent counts with all its digits, true and null with one too many.
        const isSurelySmall = bytes * 1.4 < REGISTER_VALUE_BYTES_MAX && !/[0-9]e[+-]/.test(json);
        const isTaken = refusalOfValue(value) === undefined;
        expect([isSurelySmall && !isTaken, bytes > REGISTER_VALUE_BYTES_MAX && isTaken]).toEqual([
          false,
          false,
        ]);
      }),
    );
  });

  test.each([undefined, () => 1, Symbol('s'), 1n, new Date(), new Map(), Number.NaN])(
    '[REG2] %s is no JSON',
    (value) => {
      expect(refusalOfValue(value)).toMatchObject({ code: 'invalid_register_value' });
    },
  );
});
