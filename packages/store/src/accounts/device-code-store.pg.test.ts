import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PGLITE, POSTGRES, type TestDatabase } from '../testing/databases.ts';
import { createAccountStore } from './account-store.ts';
import { createDeviceCodeStore, type DeviceCodeStore } from './device-code-store.ts';
import { createSignInStore } from './sign-in-store.ts';

describe.each([PGLITE, POSTGRES])('screens that wait for a person on $name', ({ open }) => {
  let opened: TestDatabase;
  let codes: DeviceCodeStore;
  const userId = randomUUID();
  const accountId = randomUUID();
  const next = { id: randomUUID(), tokenHash: 'first' };
  beforeAll(async () => {
    opened = await open();
    codes = createDeviceCodeStore(opened.database);
  });
  beforeEach(async () => {
    await opened.sql('delete from cuepoint.accounts');
    await opened.sql('delete from cuepoint.account_device_codes');
    const account = { id: accountId, name: 'Anna', nameKey: 'anna', passwordHash: 'hash' };
    const profiles = [{ userId, name: 'Anna' }];
    await createAccountStore(opened.database).create({ ...account, profiles });
  });
  afterAll(() => opened.destroy());

  const code = { deviceCodeHash: 'device', userCode: 'BCDFGHJK', label: 'TV', deviceId: 'tv' };
  const poll = async () => (await codes.poll('device', next)).outcome;
  /** As if so much time had gone by. */
  const pass = (seconds: number) =>
    opened.sql(
      `update cuepoint.account_device_codes set
         expires_at = expires_at - make_interval(secs => ${seconds}),
         next_poll_at = next_poll_at - make_interval(secs => ${seconds}),
         used_at = used_at - make_interval(secs => ${seconds})`,
    );

  test('[ACC3] one is confirmed once, and signed in once; a lost answer is given again for half a minute', async () => {
    expect(await codes.add(code)).toBe(true);
    expect(await codes.add({ ...code, deviceCodeHash: 'other' })).toBe(false);
    expect(await codes.find('BCDFGHJK')).toMatchObject({ label: 'TV' });
    expect(await poll()).toBe('pending');
    expect(await codes.decide('XXXXXXXX', userId)).toBe(false);
    expect(await codes.decide('BCDFGHJK', userId)).toBe(true);
    expect(await codes.decide('BCDFGHJK', userId)).toBe(false);
    expect(await codes.find('BCDFGHJK')).toBeUndefined();
    const granted = { outcome: 'granted', signIn: { id: next.id, userId, deviceId: 'tv' } };
    expect(await codes.poll('device', next)).toEqual(granted);
    await pass(29);
    expect(await codes.poll('device', { id: randomUUID(), tokenHash: 'other' })).toEqual(granted);
    await pass(2);
    expect(await poll()).toBe('used');
    expect(await createSignInStore(opened.database).list(accountId)).toHaveLength(1);
    expect(await codes.poll('nobody', next)).toEqual({ outcome: 'unknown' });
  });

  test('[ACC3] two that poll at one time are one sign-in', async () => {
    await codes.add(code);
    await codes.decide('BCDFGHJK', userId);
    const polls = await Promise.all(
      ['a', 'b', 'c'].map((tokenHash) => codes.poll('device', { id: randomUUID(), tokenHash })),
    );
    expect(new Set(polls.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await createSignInStore(opened.database).list(accountId)).toHaveLength(1);
  });

  test('[ACC3] a code lives ten minutes; confirmed in time it is fetched a minute more', async () => {
    await codes.add(code);
    await pass(599);
    expect(await poll()).toBe('pending');
    await pass(2);
    expect(await poll()).toBe('expired');
    expect(await codes.find('BCDFGHJK')).toBeUndefined();
    expect(await codes.decide('BCDFGHJK', userId)).toBe(false);
    await opened.sql('delete from cuepoint.account_device_codes');
    await codes.add(code);
    await codes.decide('BCDFGHJK', userId);
    await pass(661);
    expect(await poll()).toBe('expired');
    await opened.sql('delete from cuepoint.account_device_codes');
    await codes.add(code);
    await codes.decide('BCDFGHJK', userId);
    await pass(630);
    expect(await poll()).toBe('granted');
  });

  test('[ACC3] a denied one stays denied', async () => {
    await codes.add(code);
    expect(await codes.decide('BCDFGHJK', undefined)).toBe(true);
    expect(await poll()).toBe('denied');
    expect(await codes.decide('BCDFGHJK', userId)).toBe(false);
    expect(await poll()).toBe('denied');
  });

  test('[ACC3] polls at the interval are never too fast, also late ones; ten a second are', async () => {
    await codes.add(code);
    for (const seconds of [5, 5, 4.9, 5.2, 4.8, 5.1, 9, 1, 5, 5]) {
      await pass(seconds);
      expect(await poll()).toBe('pending');
    }
    await pass(60);
    const outcomes: string[] = [];
    for (let turn = 0; turn < 120; turn += 1) {
      outcomes.push(await poll());
      await pass(0.1);
    }
    const taken = outcomes.filter((each) => each === 'pending').length;
    expect(taken).toBeGreaterThanOrEqual(3);
    expect(outcomes.filter((each) => each === 'too_fast').length).toBeGreaterThan(60);
  });

  test('[ACC3] a clock that is set back an hour leaves nobody too fast until then', async () => {
    await codes.add(code);
    await poll();
    await pass(-3_600);
    expect(await poll()).toBe('pending');
    await pass(5);
    expect(await poll()).toBe('pending');
  });

  test('[ACC3] a profile that goes takes its screens along', async () => {
    await codes.add(code);
    await codes.decide('BCDFGHJK', userId);
    await createAccountStore(opened.database).deleteProfile(accountId, userId);
    expect(await poll()).toBe('unknown');
  });

  test('[ACC3] there is a bound to those that wait, and old ones are forgotten', async () => {
    await opened.sql(
      `insert into cuepoint.account_device_codes (device_code_hash, user_code, label, expires_at)
       select 'hash ' || n, 'N' || n, 'TV', clock_timestamp() + interval '10 minutes'
       from generate_series(1, 1000) n`,
    );
    expect(await codes.add(code)).toBe(false);
    await pass(600);
    expect(await codes.add(code)).toBe(true);
    await pass(3_601);
    expect(await codes.add({ ...code, deviceCodeHash: 'next', userCode: 'ZZZZZZZZ' })).toBe(true);
    const [left] = await opened.sql<{ count: number }>(
      'select count(*)::integer as count from cuepoint.account_device_codes',
    );
    expect(left?.count).toBeLessThanOrEqual(2);
  });
});
