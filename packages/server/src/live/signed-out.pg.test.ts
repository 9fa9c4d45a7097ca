import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import { Gate, overriding } from '../testing/gate.ts';
import type { RawClient } from '../testing/raw-client.ts';
import { createTestBrowser } from '../testing/test-browser.ts';
import {
  createTestHousehold,
  TEST_PASSWORD,
  type TestHousehold,
} from '../testing/test-household.ts';

/** Holds hellos back whose token was looked at. */
const subscribing = new Gate();
let home: TestHousehold;
let elsewhere: TestHousehold;
beforeAll(async () => {
  const databaseUrl = inject('postgresUrl');
  const bus = createMemoryBus();
  const feed = createMemoryFeed({ bus });
  home = await createTestHousehold({
    databaseUrl,
    feed: overriding(feed, {
      async subscribe(userId, listener) {
        await subscribing.pass();
        return feed.subscribe(userId, listener);
      },
    }),
  });
  const { schema } = home.live.api.database;
  elsewhere = await createTestHousehold({ databaseUrl, schema, feed: createMemoryFeed({ bus }) });
});
afterAll(async () => {
  await elsewhere.live.close();
  await home.live.close();
});

async function greet(at: TestHousehold, token: string, deviceId: string): Promise<RawClient> {
  const client = await at.live.open();
  client.hello(token, deviceId);
  await client.take('presence');
  return client;
}

const signInsOf = async () => (await home.browser.call('GET', '/sign-ins')).body.items;

describe('a live session', () => {
  it('[ACC5] ends at once when its sign-in is ended, on every instance; others go on', async () => {
    const [tv, bedroom] = [await home.signInTv(), await home.signInTv({ deviceId: 'bedroom' })];
    const here = await greet(home, tv.access, 'tv');
    const there = await greet(elsewhere, tv.access, 'tv-2');
    const other = await greet(elsewhere, bedroom.access, 'bedroom');
    const listed = await signInsOf();
    expect(listed).toMatchObject([{ label: 'the TV' }, { label: 'the TV' }, {}, { isHere: true }]);
    const { id } = listed.find((each: { deviceId?: string; profile?: object }) => {
      return each.deviceId === undefined && each.profile !== undefined;
    });
    expect((await home.browser.call('DELETE', `/sign-ins/${id}`)).status).toBe(204);
    expect(await here.untilClosed()).toMatchObject({ code: 4401 });
    expect(await there.untilClosed()).toMatchObject({ code: 4401 });
    other.send({ type: 'push', id: 'alive', ops: [] });
    expect((await other.take('ack')).id).toBe('alive');
    const late = await home.live.open();
    late.hello(tv.access, 'tv');
    expect(await late.untilClosed()).toMatchObject({ code: 4401 });
    expect((await home.browser.call('DELETE', `/sign-ins/${id}`)).status).toBe(404);
    expect((await home.browser.call('DELETE', '/sign-ins')).status).toBe(204);
    expect(await other.untilClosed()).toMatchObject({ code: 4401 });
    expect(await signInsOf()).toMatchObject([{ isHere: true }]);
  });

  it('[ACC5] that was on its way while its sign-in was ended is not welcomed', async () => {
    const { userId } = (await home.browser.call('POST', '/profiles', { body: { name: 'Late' } }))
      .body;
    const tv = await home.signInTv({ userId });
    subscribing.close();
    const late = await home.live.open();
    late.hello(tv.access, 'tv-late');
    await subscribing.untilWaiting(1);
    expect((await home.browser.call('DELETE', '/sign-ins')).status).toBe(204);
    subscribing.open();
    expect(await late.untilClosed()).toMatchObject({ code: 4401 });
    expect(late.received.map(({ type }) => type)).not.toContain('presence');
    expect((await home.browser.call('DELETE', `/profiles/${userId}`)).status).toBe(204);
  });

  it('[ACC4] ends when an old refresh token of its family comes again', async () => {
    const tv = await home.signInTv();
    const session = await greet(elsewhere, tv.access, 'tv-3');
    const params = { grant_type: 'refresh_token', refresh_token: tv.refresh };
    await home.post('/oauth/token', params);
    await home.sql(
      "update cuepoint.account_refresh_tokens set rotated_at = rotated_at - interval '31 seconds'",
    );
    expect((await home.post('/oauth/token', params)).status).toBe(400);
    expect(await session.untilClosed()).toMatchObject({ code: 4401 });
  });

  it('[ACC5] of a profile that is deleted ends, and nothing of it is let in again', async () => {
    const added = await home.browser.call('POST', '/profiles', { body: { name: 'Children' } });
    const { userId } = added.body;
    const tv = await home.signInTv({ userId });
    const call = (method: string) =>
      home.live.api.call(method, '/watchlist/film', { token: tv.access });
    expect((await call('PUT')).status).toBe(201);
    const page = await home.browser.call('POST', '/token', { body: { userId } });
    const session = await greet(elsewhere, tv.access, 'tv-4');
    const browserSession = await greet(home, page.body.token, 'phone');
    const begun = await home.post('/oauth/device_authorization', { client_id: 'another TV' });
    const decision = { userCode: begun.body.user_code, decision: 'confirm', userId };
    await home.browser.call('POST', '/screens/decide', { body: decision });

    expect((await home.browser.call('DELETE', `/profiles/${userId}`)).status).toBe(204);
    for (const each of [session, browserSession]) {
      expect([4401, 4410]).toContain((await each.untilClosed()).code);
    }
    for (const token of [tv.access, page.body.token]) {
      const late = await home.live.api.call('PUT', '/watchlist/film', { token });
      expect(late.status).toBe(401);
    }
    const refreshed = await home.post('/oauth/token', {
      grant_type: 'refresh_token',
      refresh_token: tv.refresh,
    });
    expect(refreshed.body.error).toBe('invalid_grant');
    const { database } = home.live.api;
    const { rows } = await database.execute(
      `select from ${database.schema}.user_watchlists where user_id = '${userId}'`,
    );
    expect(rows).toEqual([]);
    const last = (await home.profiles())[0]?.userId ?? randomUUID();
    expect((await home.browser.call('DELETE', `/profiles/${last}`)).status).toBe(400);
  });

  it('[ACC5] ends with its browser when somebody signs in there anew', async () => {
    const browser = createTestBrowser(home.live.api);
    const signIn = () =>
      browser.call('POST', '/sign-in', { body: { name: 'Anna', password: TEST_PASSWORD } });
    expect((await signIn()).status).toBe(204);
    const [profile] = await home.profiles();
    const page = await browser.call('POST', '/token', { body: { userId: profile?.userId } });
    const session = await greet(home, page.body.token, 'page');
    expect((await signIn()).status).toBe(204);
    expect(await session.untilClosed()).toMatchObject({ code: 4401 });
  });

  it('[ACC1] profiles are added, renamed, named once, and bounded', async () => {
    const add = (name: string) => home.browser.call('POST', '/profiles', { body: { name } });
    const { body } = await add('Ben');
    expect((await add('Ben')).body).toMatchObject({ code: 'invalid_request', field: 'name' });
    const rename = (name: string) =>
      home.browser.call('PUT', `/profiles/${body.userId}`, { body: { name } });
    expect((await rename('Anna')).status).toBe(400);
    expect((await rename('Benjamin')).body).toEqual({ userId: body.userId, name: 'Benjamin' });
    let answer = await add('0');
    for (let turn = 1; answer.status === 201; turn += 1) answer = await add(String(turn));
    expect(answer.body).toMatchObject({ code: 'limit_exceeded', limit: { value: 20 } });
    expect(await home.profiles()).toHaveLength(20);
  });
});
