import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PGLITE, POSTGRES, type TestDatabase } from '../testing/databases.ts';
import { createAccountStore, PROFILES_MAX, type NewAccount } from './account-store.ts';

function person(name: string, profiles: readonly string[] = [name]): NewAccount {
  return {
    id: randomUUID(),
    name,
    nameKey: name.toLowerCase(),
    passwordHash: `hash of ${name}`,
    profiles: profiles.map((each) => ({ userId: randomUUID(), name: each })),
  };
}

describe.each([PGLITE, POSTGRES])('the people of a household on $name', ({ open }) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await open();
  });
  beforeEach(() => opened.sql('delete from cuepoint.accounts'));
  afterAll(() => opened.destroy());

  test('[ACC1] are stored with their profiles, each of which is a user; a name is given once', async () => {
    const store = createAccountStore(opened.database);
    const anna = person('Anna', ['Anna', 'The children']);
    expect(await store.create(anna)).toBe(true);
    expect(await store.create(person('anna'))).toBe(false);
    expect(await store.create(person('Ben'))).toBe(true);
    expect(await store.list()).toMatchObject([
      { id: anna.id, name: 'Anna', profiles: anna.profiles, lastUsedAtMs: undefined },
      { name: 'Ben' },
    ]);
    expect(await store.isFirst(anna.id)).toBe(true);
    expect(await store.isFirst((await store.list())[1]?.id ?? '')).toBe(false);
    await store.setPassword(anna.id, 'another');
    expect(await store.find('anna')).toEqual({
      id: anna.id,
      name: 'Anna',
      passwordHash: 'another',
    });
    expect(await store.find('Anna')).toBeUndefined();
  });

  test('[ACC1] a set-up link makes the first person, once, however many open it at the same time', async () => {
    const store = createAccountStore(opened.database);
    const { setUpNonce, signingKey, hasAccounts } = await store.readState();
    expect(hasAccounts).toBe(false);
    expect(signingKey.length).toBeGreaterThanOrEqual(64);
    const made = await Promise.all(
      ['Anna', 'Ben', 'Cara'].map((name) => store.create(person(name), setUpNonce)),
    );
    expect(made.filter(Boolean)).toHaveLength(1);
    const after = await store.readState();
    expect(after).toMatchObject({ hasAccounts: true, signingKey });
    expect(await store.create(person('Dora'), setUpNonce)).toBe(false);
    expect(await store.create(person('Dora'), after.setUpNonce)).toBe(false);
    expect(await store.list()).toHaveLength(1);
  });

  test('[ACC1] a person has a bounded number of profiles', async () => {
    const store = createAccountStore(opened.database);
    const names = Array.from({ length: PROFILES_MAX + 5 }, (_, index) => `profile ${index}`);
    await store.create(person('Anna', names));
    expect((await store.list())[0]?.profiles).toHaveLength(PROFILES_MAX);
  });
});
