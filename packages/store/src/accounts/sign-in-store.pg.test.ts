import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PGLITE, POSTGRES, type TestDatabase } from '../testing/databases.ts';
import { createAccountStore } from './account-store.ts';
import { createAttemptStore, FREE_ATTEMPTS } from './attempt-store.ts';
import { addApp, createSignInStore, type SignInStore } from './sign-in-store.ts';

describe.each([PGLITE, POSTGRES])('what people are signed in with on $name', ({ open }) => {
  let opened: TestDatabase;
  let signIns: SignInStore;
  const accountId = randomUUID();
  const [anna, children] = [randomUUID(), randomUUID()];
  beforeAll(async () => {
    opened = await open();
    signIns = createSignInStore(opened.database);
  });
  beforeEach(async () => {
    await opened.sql('delete from cuepoint.accounts');
    await opened.sql('delete from cuepoint.account_attempts');
    const profiles = [
      { userId: anna, name: 'Anna' },
      { userId: children, name: 'Children' },
    ];
    const account = { id: accountId, name: 'Anna', nameKey: 'anna', passwordHash: 'hash' };
    await createAccountStore(opened.database).create({ ...account, profiles });
  });
  afterAll(() => opened.destroy());

  async function signInTv(first = 'first', deviceId?: string): Promise<string> {
    const id = randomUUID();
    const app = { id, userId: anna, label: 'TV', deviceId, tokenHash: first };
    expect(await opened.database.transaction((each) => addApp(each, app))).toBe(true);
    return id;
  }

  const ageRotation = (seconds: number) =>
    opened.sql(
      `update cuepoint.account_refresh_tokens
       set rotated_at = rotated_at - make_interval(secs => ${seconds})`,
    );

  test('[ACC4] a refresh token is rotated once; half a minute later its reuse ends the family', async () => {
    const id = await signInTv('first', 'tv');
    const signIn = { id, userId: anna, deviceId: 'tv' };
    expect(await signIns.rotate('nobody', 'x')).toEqual({ outcome: 'unknown' });
    expect(await signIns.rotate('first', 'second')).toEqual({ outcome: 'rotated', signIn });
    // The answer was lost.
    expect(await signIns.rotate('first', 'second')).toEqual({ outcome: 'rotated', signIn });
    await ageRotation(29);
    expect(await signIns.rotate('first', 'second')).toEqual({ outcome: 'rotated', signIn });
    expect(await signIns.rotate('second', 'third')).toEqual({ outcome: 'rotated', signIn });
    await ageRotation(2);
    expect(await signIns.rotate('first', 'second')).toEqual({ outcome: 'reused', userId: anna });
    expect(await signIns.rotate('third', 'fourth')).toEqual({ outcome: 'unknown' });
    expect(await signIns.use(id, anna)).toBe(false);
    expect(await opened.sql('select from cuepoint.account_refresh_tokens')).toEqual([]);
  });

  test('[ACC4] the second of two that refresh at one time gets the same', async () => {
    await signInTv();
    const both = await Promise.all([
      signIns.rotate('first', 'second'),
      signIns.rotate('first', 'second'),
    ]);
    expect(both.map(({ outcome }) => outcome)).toEqual(['rotated', 'rotated']);
    expect((await signIns.rotate('second', 'third')).outcome).toBe('rotated');
  });

  test('[ACC4] a clock that is set back an hour opens no longer time for a token that was rotated', async () => {
    await signInTv();
    await signIns.rotate('first', 'second');
    await ageRotation(-3_600);
    expect((await signIns.rotate('first', 'second')).outcome).toBe('reused');
  });

  test('[ACC4] an app that is used lasts, and one that is not expires', async () => {
    const id = await signInTv();
    await opened.sql(
      "update cuepoint.account_sign_ins set expires_at = clock_timestamp() + interval '1 hour'",
    );
    await signIns.rotate('first', 'second');
    const [left] = await opened.sql<{ days: number }>(
      'select extract(day from expires_at - clock_timestamp())::integer as days from cuepoint.account_sign_ins',
    );
    expect(left?.days).toBe(179);
    await opened.sql('update cuepoint.account_sign_ins set expires_at = clock_timestamp()');
    expect(await signIns.use(id, anna)).toBe(false);
    expect(await signIns.rotate('second', 'third')).toEqual({ outcome: 'unknown' });
    expect(await signIns.list(accountId)).toEqual([]);
  });

  test('[ACC4] rotated tokens that are old are forgotten with the next rotation', async () => {
    await signInTv();
    await signIns.rotate('first', 'second');
    await ageRotation(61 * 24 * 60 * 60);
    await signIns.rotate('second', 'third');
    expect(
      await opened.sql(
        'select token_hash from cuepoint.account_refresh_tokens order by rotated_at nulls last',
      ),
    ).toEqual([{ token_hash: 'second' }, { token_hash: 'third' }]);
  });

  test('[ACC2] a browser is found by its cookie, for any profile of the account and no other', async () => {
    const id = randomUUID();
    await signIns.addBrowser({ id, accountId, label: 'Firefox', cookieHash: 'cookie' });
    expect(await signIns.findBrowser('cookie')).toEqual({
      id,
      accountId,
      name: 'Anna',
      nameKey: 'anna',
    });
    expect(await signIns.findBrowser('other')).toBeUndefined();
    expect(await signIns.use(id, anna)).toBe(true);
    expect(await signIns.use(id, children)).toBe(true);
    expect(await signIns.use(id, randomUUID())).toBe(false);
    await opened.sql('update cuepoint.account_sign_ins set expires_at = clock_timestamp()');
    expect(await signIns.findBrowser('cookie')).toBeUndefined();
  });

  test('[ACC5] all are listed with their last use, and ended one by one or all but one', async () => {
    const browser = { id: randomUUID(), accountId, label: 'Firefox', cookieHash: 'cookie' };
    await signIns.addBrowser(browser);
    const tv = await signInTv('first', 'tv');
    await opened.sql(
      `update cuepoint.account_sign_ins
       set last_used_at = last_used_at - interval '1 day' where id = $1::uuid`,
      [tv],
    );
    expect(await signIns.list(accountId)).toMatchObject([
      { id: browser.id, label: 'Firefox', profile: undefined },
      { id: tv, label: 'TV', deviceId: 'tv', profile: { userId: anna, name: 'Anna' } },
    ]);
    expect(await signIns.use(tv, anna)).toBe(true);
    const [first] = await signIns.list(accountId);
    expect(first?.id).toBe(tv);
    expect(await signIns.end(randomUUID(), tv)).toBe(false);
    expect(await signIns.end(accountId, tv)).toBe(true);
    expect(await signIns.end(accountId, tv)).toBe(false);
    expect(await signIns.use(tv, anna)).toBe(false);

    const phone = await signInTv('of the phone');
    expect(await signIns.openOf(anna, [tv, phone, browser.id])).toEqual(
      new Set([phone, browser.id]),
    );
    await signIns.endOthers(accountId, browser.id);
    expect(await signIns.openOf(anna, [tv, phone, browser.id])).toEqual(new Set([browser.id]));
  });

  test('[ACC5] a profile that goes takes its apps along', async () => {
    const tv = await signInTv();
    const people = createAccountStore(opened.database);
    await people.endProfile(accountId, anna);
    expect(await signIns.use(tv, anna)).toBe(false);
    await people.deleteProfile(accountId, anna);
    expect(await people.profilesOf(accountId)).toEqual([{ userId: children, name: 'Children' }]);
    const late = { id: randomUUID(), userId: anna, label: 'TV', tokenHash: 'late' };
    const app = { ...late, deviceId: undefined };
    expect(await opened.database.transaction((each) => addApp(each, app))).toBe(false);
  });

  test('[ACC1] profiles are named once in an account, and belong to it', async () => {
    const people = createAccountStore(opened.database);
    expect(await people.addProfile(accountId, { userId: randomUUID(), name: 'Anna' })).toBe(false);
    expect(await people.renameProfile(accountId, { userId: anna, name: 'Children' })).toBe(false);
    expect(await people.renameProfile(randomUUID(), { userId: anna, name: 'Mine' })).toBe(false);
    expect(await people.renameProfile(accountId, { userId: anna, name: 'Anna B' })).toBe(true);
    expect((await people.profilesOf(accountId))[0]).toEqual({ userId: anna, name: 'Anna B' });
  });

  describe('wrong tries', () => {
    const later = (seconds: number) =>
      opened.sql(
        `update cuepoint.account_attempts
         set failed_at = failed_at - make_interval(secs => ${seconds})`,
      );

    test('[ACC2] past five each waits twice as long as the one before, a minute at most', async () => {
      const attempts = createAttemptStore(opened.database);
      for (let turn = 0; turn < FREE_ATTEMPTS; turn += 1) {
        expect(await attempts.take(['name', 'address'])).toBeUndefined();
      }
      for (const seconds of [5, 10, 20, 40, 60, 60]) {
        const waitMs = (await attempts.take(['name', 'address'])) ?? 0;
        expect(waitMs).toBeGreaterThan((seconds - 1) * 1_000 - 4_000);
        expect(waitMs).toBeLessThanOrEqual(seconds * 1_000);
        await later(seconds);
        expect(await attempts.take(['name', 'address'])).toBeUndefined();
      }
      await later(15 * 60);
      for (let turn = 0; turn < FREE_ATTEMPTS; turn += 1) {
        expect(await attempts.take(['name'])).toBeUndefined();
      }
      expect(await attempts.take(['name'])).toBeDefined();
    });

    test('[ACC2] many at one time are as many', async () => {
      const attempts = createAttemptStore(opened.database);
      const tries = await Promise.all(
        Array.from({ length: 40 }, (_, index) => attempts.take(['address', `name ${index}`])),
      );
      expect(tries.filter((wait) => wait === undefined)).toHaveLength(FREE_ATTEMPTS);
      // What is not judged is not counted of its name either.
      expect(await opened.sql('select from cuepoint.account_attempts')).toHaveLength(
        FREE_ATTEMPTS + 1,
      );
    });

    test('[ACC2] a right one forgives its name, and itself alone of the address', async () => {
      const attempts = createAttemptStore(opened.database);
      for (let turn = 0; turn < FREE_ATTEMPTS; turn += 1) await attempts.take(['name', 'address']);
      await attempts.forgive('name', 'address');
      expect(await attempts.take(['address', 'name'])).toBeUndefined();
      expect(await attempts.take(['address', 'name'])).toBeDefined();
      expect(
        await opened.sql('select key, failures from cuepoint.account_attempts order by key'),
      ).toEqual([
        { key: 'address', failures: FREE_ATTEMPTS },
        { key: 'name', failures: 1 },
      ]);
    });

    test('[ACC2] a clock that was set back keeps nobody waiting for it', async () => {
      const attempts = createAttemptStore(opened.database);
      for (let turn = 0; turn < FREE_ATTEMPTS + 1; turn += 1) await attempts.take(['name']);
      await later(-3_600);
      expect(await attempts.take(['name'])).toBeUndefined();
    });
  });
});
