import { randomUUID } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import {
  createTestHousehold,
  DEVICE_GRANT,
  type TestHousehold,
} from '../testing/test-household.ts';

let home: TestHousehold;
/** Another instance on the same database. */
let elsewhere: TestHousehold;
beforeAll(async () => {
  const databaseUrl = inject('postgresUrl');
  const bus = createMemoryBus();
  home = await createTestHousehold({
    databaseUrl,
    feed: createMemoryFeed({ bus }),
    env: { CUEPOINT_RATE_LIMIT: '0' },
  });
  const { schema } = home.live.api.database;
  elsewhere = await createTestHousehold({
    databaseUrl,
    schema,
    feed: createMemoryFeed({ bus }),
  });
});
afterAll(async () => {
  await elsewhere.live.close();
  await home.live.close();
});
beforeEach(() => home.sql('delete from cuepoint.account_attempts'));

const begin = (more = {}) =>
  home.post('/oauth/device_authorization', { client_id: 'Living room', ...more });
const poll = (deviceCode: string, at = home) =>
  at.post('/oauth/token', { grant_type: DEVICE_GRANT, device_code: deviceCode, client_id: 'tv' });
const refresh = (token: string, at = home) =>
  at.post('/oauth/token', { grant_type: 'refresh_token', refresh_token: token, client_id: 'tv' });
const confirm = async (userCode: string, at = home) => {
  const userId = (await at.profiles())[0]?.userId;
  const body = { userCode, decision: 'confirm', userId };
  return (await at.browser.call('POST', '/screens/decide', { body })).status;
};
const reads = async (token: string, at = home) =>
  (await at.live.api.call('GET', '/watchlist', { token })).status;

describe('a TV signs in by code', () => {
  it('[ACC3] with an unmodified client of OAuth, while a person confirms on another instance', async () => {
    const insecure = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(home.address);
    const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
    const server = await oauth.processDiscoveryResponse(issuer, found);
    const client = { client_id: 'Living room' };
    const begun = await oauth.processDeviceAuthorizationResponse(
      server,
      client,
      await oauth.deviceAuthorizationRequest(server, client, oauth.None(), {}, insecure),
    );
    expect(begun).toMatchObject({ expires_in: 600, interval: 5 });
    expect(begun.user_code).toMatch(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/);
    expect(begun.verification_uri).toBe(`${home.address}/link`);
    expect(begun.verification_uri_complete).toBe(`${home.address}/link#code=${begun.user_code}`);
    const ask = async () =>
      oauth.processDeviceCodeResponse(
        server,
        client,
        await oauth.deviceCodeGrantRequest(
          server,
          client,
          oauth.None(),
          begun.device_code,
          insecure,
        ),
      );
    await expect(ask()).rejects.toMatchObject({ error: 'authorization_pending' });

    const typed = begun.user_code.toLowerCase().replace('-', ' ');
    const seen = await elsewhere.browser.call('POST', '/screens/find', {
      body: { userCode: typed },
    });
    expect(seen.body).toMatchObject({ label: 'Living room' });
    expect(await confirm(typed, elsewhere)).toBe(204);
    const tokens = await ask();
    expect(await reads(tokens.access_token)).toBe(200);
    expect(await reads(tokens.access_token, elsewhere)).toBe(200);
    const renewed = await oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(
        server,
        client,
        oauth.None(),
        tokens.refresh_token ?? '',
        insecure,
      ),
    );
    expect(await reads(renewed.access_token)).toBe(200);
    const revoked = await oauth.revocationRequest(
      server,
      client,
      oauth.None(),
      renewed.refresh_token ?? '',
      insecure,
    );
    expect(await oauth.processRevocationResponse(revoked)).toBeUndefined();
    expect(await reads(renewed.access_token, elsewhere)).toBe(401);
  });

  it('[ACC3] a code that is denied, or used by somebody else, is of no use', async () => {
    const { body: denied } = await begin();
    const body = { userCode: denied.user_code, decision: 'deny' };
    expect((await home.browser.call('POST', '/screens/decide', { body })).status).toBe(204);
    expect(await poll(denied.device_code)).toMatchObject({
      status: 400,
      body: { error: 'access_denied' },
    });
    expect(await confirm(denied.user_code)).toBe(404);

    const { body: used } = await begin();
    expect(await confirm(used.user_code)).toBe(204);
    expect(await confirm(used.user_code, elsewhere)).toBe(404);
    const first = await poll(used.device_code);
    // The answer was lost: the same is given again, by whichever instance.
    const again = await poll(used.device_code, elsewhere);
    expect(again.body.refresh_token).toBe(first.body.refresh_token);
    await home.sql(
      "update cuepoint.account_device_codes set used_at = used_at - interval '31 seconds'",
    );
    expect((await poll(used.device_code)).body.error).toBe('invalid_grant');
    expect(await reads(first.body.access_token)).toBe(200);
  });

  it('[ACC3] a client that polls ten times a second is told to slow down, and signs in all the same', async () => {
    const { body } = await begin();
    const errors: string[] = [];
    for (let turn = 0; turn < 20; turn += 1) errors.push((await poll(body.device_code)).body.error);
    expect(errors[0]).toBe('authorization_pending');
    expect(errors).toContain('slow_down');
    expect(await confirm(body.user_code)).toBe(204);
    expect((await poll(body.device_code)).status).toBe(200);
  });

  it('[ACC3] a code that is ten minutes old is over', async () => {
    const { body } = await begin();
    await home.sql(
      "update cuepoint.account_device_codes set expires_at = expires_at - interval '10 minutes'",
    );
    expect((await poll(body.device_code)).body.error).toBe('expired_token');
    expect(await confirm(body.user_code)).toBe(404);
  });

  it('[ACC3] only a person who is signed in confirms, and only for a profile of their own', async () => {
    const { body } = await begin();
    const decision = { userCode: body.user_code, decision: 'confirm', userId: randomUUID() };
    const foreign = await home.browser.call('POST', '/screens/decide', { body: decision });
    expect(foreign.status).toBe(404);
    const nobody = await home.live.api.call('POST', '/account/screens/decide', {
      body: decision,
      headers: { origin: 'http://localhost:8083' },
    });
    expect(nobody.status).toBe(401);
    const none = { userCode: body.user_code, decision: 'confirm' };
    expect((await home.browser.call('POST', '/screens/decide', { body: none })).status).toBe(400);
    expect((await poll(body.device_code)).body.error).toBe('authorization_pending');
  });

  it('[ACC3] [SEC3] device codes that are guessed are answered 429 past the rate of an address, as all calls are', async () => {
    const bounded = await createTestHousehold({
      databaseUrl: inject('postgresUrl'),
      schema: home.live.api.database.schema,
      env: { CUEPOINT_RATE_LIMIT: '50' },
    });
    const { body } = await begin();
    const polls = await Promise.all(
      Array.from({ length: 300 }, (_, turn) => poll(`${body.device_code}${turn}`, bounded)),
    );
    const statuses = polls.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([400, 429]));
    const calls = await Promise.all(
      Array.from({ length: 300 }, () => bounded.browser.call('GET', '')),
    );
    expect(calls.find(({ status }) => status === 429)?.body.limit).toEqual({
      name: 'accountCallsPer10Seconds',
      value: 50,
    });
    await bounded.live.close();
    expect((await poll(body.device_code)).body.error).toBe('authorization_pending');
  });

  it('[ACC3] ten thousand guesses of what a person types find nothing, five of them are looked at', async () => {
    const { body } = await begin();
    const statuses = new Map<number, number>();
    const letters = 'BCDFGHJKLMNPQRSTVWXZ';
    const guess = async (index: number) => {
      const userCode = Array.from(
        { length: 8 },
        (_, at) => letters[Math.floor(index / 20 ** at) % 20],
      ).join('');
      const answer = await home.browser.call('POST', '/screens/find', { body: { userCode } });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    };
    for (let from = 0; from < 10_000; from += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => guess(from + index)));
    }
    expect(new Set(statuses.keys())).toEqual(new Set([404, 429]));
    // A slow run lets a few more of them be looked at: one for each wait that goes by.
    expect(statuses.get(404)).toBeLessThan(30);
    expect(await poll(body.device_code)).toMatchObject({
      body: { error: 'authorization_pending' },
    });
  }, 240_000);
});

describe('a refresh token', () => {
  it('[ACC4] that is used twice gives the same again, and half a minute later ends the family', async () => {
    const tv = await home.signInTv();
    const first = await refresh(tv.refresh);
    const lost = await refresh(tv.refresh, elsewhere);
    expect(first.status).toBe(200);
    expect(lost.body.refresh_token).toBe(first.body.refresh_token);
    const second = await refresh(first.body.refresh_token);
    await home.sql(
      "update cuepoint.account_refresh_tokens set rotated_at = rotated_at - interval '31 seconds'",
    );
    expect(await refresh(tv.refresh)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect((await refresh(second.body.refresh_token)).body.error).toBe('invalid_grant');
    for (const token of [tv.access, first.body.access_token, second.body.access_token]) {
      expect(await reads(token, elsewhere)).toBe(401);
    }
  });

  it('[ACC4] is stored hashed alone', async () => {
    const tv = await home.signInTv();
    const { database } = home.live.api;
    const { rows } = await database.execute<{ token_hash: string }>(
      `select token_hash from ${database.schema}.account_refresh_tokens`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(tv.refresh);
  });

  it.each([
    [{}, 'invalid_request'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ grant_type: 'refresh_token' }, 'invalid_request'],
    [{ grant_type: 'refresh_token', refresh_token: 'x' }, 'invalid_grant'],
    [{ grant_type: 'refresh_token', refresh_token: 'x'.repeat(5_000) }, 'invalid_request'],
    [{ grant_type: DEVICE_GRANT, device_code: 'x' }, 'invalid_grant'],
  ])('%j is answered %s', async (params, error) => {
    expect(await home.post('/oauth/token', params)).toMatchObject({ status: 400, body: { error } });
  });

  it.each([
    [{}, 'invalid_request'],
    [{ client_id: 'x'.repeat(65) }, 'invalid_request'],
    [{ client_id: 'tv', device_id: 'a b' }, 'invalid_request'],
  ])('a code for %j is refused: %s', async (params, error) => {
    const answer = await home.post('/oauth/device_authorization', params);
    expect(answer).toMatchObject({ status: 400, body: { error } });
  });

  it('[ACC4] revoke answers 200 whatever it is given', async () => {
    for (const token of ['x', 'a.b.c', (await home.signInTv()).access]) {
      expect((await home.post('/oauth/revoke', { token })).status).toBe(200);
    }
    const twice = await fetch(`${home.address}/oauth/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'token=a&token=b',
    });
    expect([twice.status, await twice.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  });
});
