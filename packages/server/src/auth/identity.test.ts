import { describe, expect, it } from 'vitest';
import { identityOfClaims, userIdOfSubject } from './identity.ts';

describe('the user of a subject', () => {
  it('[SEC1] is the subject itself when that is a UUID, in lower case', () => {
    const id = '7B0E8A52-3F4C-4C8E-9D2A-5F6B7C8D9E0F';
    expect(userIdOfSubject(id, 'https://a.example')).toBe(id.toLowerCase());
  });

  it('[SEC1] is a fixed UUIDv5 of issuer and subject otherwise', () => {
    const known = userIdOfSubject('auth0|42', 'https://a.example');
    // Stored data hangs on this value: it must never change.
    expect(known).toBe('1af6423e-b30d-59ce-a8ce-058ef4357b76');
    expect(userIdOfSubject('auth0|42', 'https://b.example')).not.toBe(known);
    expect(userIdOfSubject('auth0|43', 'https://a.example')).not.toBe(known);
    expect(userIdOfSubject('b', 'a')).not.toBe(userIdOfSubject('', 'ab'));
  });
});

describe('claims', () => {
  it.each([
    ['a b', ['a', 'b']],
    [
      ['a', 'b', 5],
      ['a', 'b'],
    ],
    ['', []],
    [undefined, []],
    [5, []],
  ])('reads the scopes %j as %j', (scope, expected) => {
    const { scopes } = identityOfClaims({
      payload: { sub: 'x', exp: 1, scope },
      protectedHeader: { alg: 'HS256' },
    });
    expect([...scopes]).toEqual(expected);
  });
});
