import { describe, expect, it } from 'vitest';
import { nameKeyOf, passwordOf, readName, readPassword } from './account-text.ts';

describe('names', () => {
  it('are kept as they are written, without blanks around them', () => {
    expect(readName('  Zoë \u{1F3AC} ')).toBe('Zoë \u{1F3AC}');
    expect(readName('x'.repeat(64))).toHaveLength(64);
    expect(readName('\u{1F468}\u200D\u{1F469}\u200D\u{1F467}')).toHaveLength(8);
  });

  it.each(['', '   ', 'x'.repeat(65), 'a\u0000b', 'a\nb', 'a\u202Eb', 'a\u200Bb', '\uD800'])(
    'are refused: %j',
    (text) => {
      expect(() => readName(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    },
  );

  it('that look alike are one', () => {
    expect(nameKeyOf('ANNA')).toBe(nameKeyOf('anna'));
    expect(nameKeyOf('Ａnna')).toBe(nameKeyOf('anna'));
    expect(nameKeyOf('Zoe\u0308')).toBe(nameKeyOf('zoë'));
    expect(nameKeyOf('anna')).not.toBe(nameKeyOf('anne'));
    // Forms of compatibility may be longer: still what the column holds.
    expect(nameKeyOf('\uFDFA'.repeat(64)).length).toBeLessThanOrEqual(255);
  });
});

describe('passwords', () => {
  it('are the same from another keyboard, with blanks and signs of every kind', () => {
    expect(readPassword('pa\u0308ssword  ')).toBe(passwordOf('pässword  '));
    expect(readPassword('\u{1F3AC}'.repeat(8))).toHaveLength(16);
  });

  it.each(['', '1234567', 'x'.repeat(1_025)])('are refused by their length: %#', (text) => {
    expect(() => readPassword(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
