import { CuepointError } from '@cuepoint/core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createTestHousehold, type TestHousehold } from '../testing/test-household.ts';
import { createTraktClient, decide, signInTrakt } from '../testing/trakt-client.ts';
import { expectNoFaults, recordAnswers, type Recording } from '../testing/trakt-clients.ts';

const WEEK_SECONDS = 7 * 24 * 60 * 60;

describe.each([
  { name: 'PGlite', databaseUrl: () => undefined },
  { name: 'PostgreSQL', databaseUrl: () => inject('postgresUrl') },
])("signing in to Trakt's API on $name", ({ name, databaseUrl }) => {
  let household: TestHousehold;
  let recording: Recording;
  let apiUrl: string;
  /** Of the next poll. */
  let trouble: Error | undefined;

  beforeAll(async () => {
    household = await createTestHousehold({
      databaseUrl: databaseUrl(),
      env: { CUEPOINT_TRAKT: 'on', CUEPOINT_TRAKT_REDIRECT_URIS: 'https://app.example/back' },
      wrap: ({ accounts }) =>
        accounts === undefined
          ? {}
          : {
              accounts: {
                ...accounts,
                codes: {
                  add: (code) => accounts.codes.add(code),
                  find: (code) => accounts.codes.find(code),
                  decide: (code, userId) => accounts.codes.decide(code, userId),
                  async poll(hash, signIn) {
                    const failure = trouble;
                    trouble = undefined;
                    if (failure !== undefined) throw failure;
                    return accounts.codes.poll(hash, signIn);
                  },
                },
              },
            },
    });
    apiUrl = `${household.address}/compat/trakt`;
    recording = recordAnswers(household.live.api.app.server);
  });
  afterEach(() => expectNoFaults({ recordings: [recording] }));
  afterAll(() => household.live.close());

  async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
    const answer = await fetch(`${apiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    // oxlint-disable-next-line typescript/no-explicit-any
    const json: any = await answer.json();
    return { status: answer.status, headers: answer.headers, body: json };
  }
  const poll = (code: string) => post('/oauth/device/token', { code });

  test('[TRK1] [TRK7] trakt.tv signs in by code, unmodified, and through a trouble of the service', async () => {
    const client = createTraktClient(apiUrl);
    const codes = await client.get_codes();
    expect(codes.verification_url).toBe(`${household.address}/link`);
    expect(codes.user_code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
    trouble = new CuepointError('database_unavailable', 'Away.');
    expect((await poll(codes.device_code)).status).toBe(400);
    await decide(household, codes.user_code);
    const tokens = await client.poll_access(codes);
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'public' });
    expect(tokens.expires_in).toBeGreaterThanOrEqual(WEEK_SECONDS);
    expect(Math.abs(tokens.created_at - Date.now() / 1_000)).toBeLessThan(60);
    const [profile] = await household.profiles();
    const settings = await client.users.settings();
    expect(settings.user.ids.uuid).toBe(profile?.userId);
    expect(settings.user.name).toBe(profile?.name);
  });

  test('[TRK7] a poll at the interval, or a few that come at once, hears of nothing but waiting', async () => {
    const { body: codes } = await post('//oauth/device/code', { client_id: 'an id' });
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => (await poll(codes.device_code)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([400]));
    let answer = await poll(codes.device_code);
    for (let asked = 0; answer.status === 400 && asked < 20; asked += 1) {
      answer = await poll(codes.device_code);
    }
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  test('a code that nobody made is 404, one that was denied 418, one that was used 409 once its answer cannot be lost any more', async () => {
    expect((await poll('made-up')).status).toBe(404);
    expect((await poll('')).status).toBe(404);
    const { body: denied } = await post('/oauth/device/code', {});
    await decide(household, denied.user_code, 'deny');
    expect((await poll(denied.device_code)).status).toBe(418);
    const { body: used } = await post('/oauth/device/code', {});
    await decide(household, used.user_code);
    const first = await poll(used.device_code);
    expect(first.status).toBe(200);
    // A lost answer is given again.
    expect((await poll(used.device_code)).body.refresh_token).toBe(first.body.refresh_token);
    if (name === 'PGlite') return;
    await household.sql(
      "update cuepoint.account_device_codes set used_at = used_at - interval '1 minute'",
    );
    expect((await poll(used.device_code)).status).toBe(409);
    const { body: old } = await post('/oauth/device/code', {});
    await household.sql(
      "update cuepoint.account_device_codes set expires_at = expires_at - interval '1 hour'",
    );
    expect((await poll(old.device_code)).status).toBe(410);
  });

  test('[TRK1] [TRK7] import_token renews what has run out, and a lost answer to that signs nobody out', async () => {
    const client = await signInTrakt(household);
    const before = client.export_token();
    const renewed = await createTraktClient(apiUrl).import_token({ ...before, expires: 1 });
    expect(renewed.refresh_token).not.toBe(before.refresh_token);
    const again = await createTraktClient(apiUrl).import_token({ ...before, expires: 1 });
    expect(again.refresh_token).toBe(renewed.refresh_token);
    // An old bearer token on the way to a new one is not looked at.
    const body = { grant_type: 'refresh_token', refresh_token: again.refresh_token };
    const next = await post('/oauth/token', body, { authorization: 'Bearer gone' });
    expect(next.status).toBe(200);
    const refused = await post('/oauth/token', { ...body, refresh_token: 'nobody’s' });
    expect(refused.status).toBe(400);
    expect(refused.body.error).toBe('invalid_grant');
    expect(refused.headers.get('www-authenticate')).toContain('invalid_grant');
  });

  test('[TRK7] a sign-in is given back by either token, and revoking answers 200 whatever is sent', async () => {
    const client = await signInTrakt(household);
    const { access_token: token } = client.export_token();
    // It gives no promise of its answer.
    void client.revoke_token();
    const headers = { authorization: `Bearer ${token}` };
    const ask = async () => (await fetch(`${apiUrl}/users/settings`, { headers })).status;
    let status = await ask();
    for (let asked = 0; status === 200 && asked < 1_000; asked += 1) status = await ask();
    expect(status).toBe(401);
    for (const body of [{}, { token }, { access_token: 'x' }, { token: 7 }, null]) {
      const answer = await post('/oauth/revoke', body);
      expect(answer).toMatchObject({ status: 200, body: {} });
    }
  });

  describe('by a browser', () => {
    const redirectUri = 'http://127.0.0.1:5555/back?kept=1';

    async function comeBack(decision: 'confirm' | 'deny') {
      const client = createTraktClient(apiUrl, { redirect_uri: encodeURIComponent(redirectUri) });
      const sent = await fetch(client.get_url(), { redirect: 'manual' });
      expect(sent.status).toBe(302);
      const page = new URL(sent.headers.get('location') ?? '');
      expect(page.pathname).toBe('/link');
      const { code = '', ticket = '' } = Object.fromEntries(
        new URLSearchParams(page.hash.slice(1)),
      );
      await decide(household, code, decision);
      const finish = `${apiUrl}/oauth/finish?ticket=${ticket}${decision === 'deny' ? '&denied' : ''}`;
      const back = await fetch(finish, { redirect: 'manual' });
      return { client, back: new URL(back.headers.get('location') ?? '') };
    }

    test('[TRK1] trakt.tv gets its tokens for the code that comes back, for its own address alone', async () => {
      const { back } = await comeBack('confirm');
      expect(`${back.origin}${back.pathname}`).toBe('http://127.0.0.1:5555/back');
      expect(back.searchParams.get('kept')).toBe('1');
      const code = back.searchParams.get('code') ?? '';
      const stolen = createTraktClient(apiUrl, { redirect_uri: 'http://127.0.0.1:5556/back' });
      await expect(stolen.exchange_code(code)).rejects.toThrow('400');
      const client = createTraktClient(apiUrl, { redirect_uri: redirectUri });
      expect((await client.exchange_code(code)).scope).toBe('public');
      expect((await client.users.settings()).user.private).toBe(true);
    });

    test('who denies it sends the client back without a code', async () => {
      const { back } = await comeBack('deny');
      expect(back.searchParams.get('error')).toBe('access_denied');
      expect(back.searchParams.get('code')).toBeNull();
      expect(back.searchParams.get('state')).toMatch(/^[0-9a-f]{12}$/);
    });

    test.each([
      ['https://app.example/back', 302],
      ['http://localhost:1/x', 302],
      ['https://app.example/back/else', 400],
      ['https://evil.example/', 400],
      ['http://127.0.0.1.evil.example/', 400],
      ['http://user@127.0.0.1/', 400],
      ['javascript:alert(1)', 400],
      ['urn:ietf:wg:oauth:2.0:oob', 400],
      ['', 400],
    ])('to %s it answers %i', async (uri, status) => {
      const query = new URLSearchParams({ response_type: 'code', redirect_uri: uri });
      const answer = await fetch(`${apiUrl}/oauth/authorize?${query}`, { redirect: 'manual' });
      expect(answer.status).toBe(status);
    });

    test('a ticket that was made up leads nowhere', async () => {
      // As long as a true one.
      for (const seal of ['made-up', 'A'.repeat(43)]) {
        const answer = await fetch(`${apiUrl}/oauth/finish?ticket=e30.${seal}`, {
          redirect: 'manual',
        });
        expect(answer.status).toBe(400);
      }
    });
  });
});
