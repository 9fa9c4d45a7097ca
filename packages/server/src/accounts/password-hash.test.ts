import { describe, expect, it } from 'vitest';
import { createPasswordHasher, HASHES_AT_ONCE_MAX, HASHES_WAITING_MAX } from './password-hash.ts';

describe('[ACC1] passwords', () => {
  it('are hashed by argon2id, each with a salt of its own', async () => {
    const hasher = createPasswordHasher();
    const [first, second] = await Promise.all([hasher.hash('correct'), hasher.hash('correct')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
    expect(await hasher.verify(first, 'correct')).toBe(true);
    expect(await hasher.verify(first, 'Correct')).toBe(false);
  });

  it('of nobody are looked at as well, and are never right', async () => {
    const hasher = createPasswordHasher();
    expect(await hasher.verify(undefined, '')).toBe(false);
    expect(await hasher.verify(undefined, 'correct')).toBe(false);
  });

  it('wait in a bounded number: each holds memory', async () => {
    const hasher = createPasswordHasher();
    const tries = Array.from({ length: 100 }, () =>
      hasher.hash('correct').then(
        () => 'hashed',
        (error: unknown) => (error as { readonly code: string }).code,
      ),
    );
    const outcomes = await Promise.all(tries);
    const hashed = outcomes.filter((outcome) => outcome === 'hashed').length;
    expect(hashed).toBe(HASHES_AT_ONCE_MAX + HASHES_WAITING_MAX);
    expect(outcomes.filter((outcome) => outcome === 'overloaded')).toHaveLength(100 - hashed);
  });
});
