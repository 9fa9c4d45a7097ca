import { describe, expect, test } from 'vitest';
import { CONTENT_ID_PATTERN, isContentId, isDeviceId, isUuid, normalizeUuid } from './ids.ts';

const UUID = '8e1f6e2e-5a4b-4c59-9f0a-0d9f6a1c0001';

describe('content ids', () => {
  test.each([
    'a',
    'tt0111161',
    '...',
    '.a',
    '..a',
    'a/b?c#d',
    ' ',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    "'; drop table user_watchlists; --",
    '%_\\',
    '$1',
    'é',
    'e\u0301',
    '日本語',
    '\u2028',
    '\uFEFF',
    '\uFFFD',
    'x'.repeat(255),
    '🎬'.repeat(255),
  ])('%j is a content id', (id) => {
    expect(isContentId(id)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['one dot', '.'],
    ['two dots', '..'],
    ['256 characters', 'x'.repeat(256)],
    ['256 code points past the first plane', '🎬'.repeat(256)],
    ['NUL', 'a\u0000b'],
    ['a line feed', 'a\n'],
    ['a tab', '\ta'],
    ['escape', '\u001B[31m'],
    ['delete', 'a\u007F'],
    ['a C1 control', 'a\u0085'],
    ['a high surrogate alone', 'a\uD83C'],
    ['a low surrogate alone', '\uDFACa'],
    ['surrogates in the wrong order', '\uDFAC\uD83C'],
  ])('%s is no content id', (_, id) => {
    expect(isContentId(id)).toBe(false);
  });
});

describe('device ids', () => {
  test.each(['a', '.', '..', 'TV-1', 'urn:device:7', '__proto__', 'd'.repeat(255)])(
    '%j is a device id',
    (id) => {
      expect(isDeviceId(id)).toBe(true);
    },
  );

  test.each([
    '',
    'd'.repeat(256),
    'a b',
    'a/b',
    'é',
    'a\n',
    'a\u0000',
    '🎬',
    '\uD83C',
    '\u212A',
    "'",
    '%',
  ])('%j is no device id', (id) => {
    expect(isDeviceId(id)).toBe(false);
  });
});

describe('UUIDs', () => {
  test('upper and lower case are one UUID with one spelling', () => {
    expect(isUuid(UUID.toUpperCase())).toBe(true);
    expect(normalizeUuid(UUID.toUpperCase())).toBe(UUID);
    expect(normalizeUuid(UUID)).toBe(UUID);
  });

  test.each([
    '',
    UUID.slice(1),
    `${UUID}0`,
    `{${UUID}}`,
    `urn:uuid:${UUID}`,
    UUID.replaceAll('-', ''),
    `${UUID}\n`,
    UUID.replace('8', 'g'),
    UUID.replace('8', '８'),
  ])('%j is no UUID', (text) => {
    expect(isUuid(text)).toBe(false);
  });
});

test.each([undefined, null, 1, true, {}, ['a'], Symbol.iterator])(
  'what is no string is no id of any kind, also where its text would be one (%#)',
  (value) => {
    expect([isContentId(value), isDeviceId(value), isUuid(value)]).toEqual([false, false, false]);
  },
);

test('a code point is refused by the check of a content id exactly where the published pattern refuses it', () => {
  const published = new RegExp(CONTENT_ID_PATTERN, 'u');
  const wrong: number[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const text = `a${String.fromCodePoint(code)}`;
    if (isContentId(text) !== published.test(text)) wrong.push(code);
  }
  expect(wrong).toEqual([]);
});
