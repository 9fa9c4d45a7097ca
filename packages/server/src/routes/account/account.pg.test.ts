import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { nameKeyOf } from '../../accounts/account-text.ts';
import { createTestApi, type TestApi } from '../../testing/test-api.ts';
import { createTestBrowser, type TestBrowser } from '../../testing/test-browser.ts';

const PASSWORD = 'correct horse';
let api: TestApi;
let browser: TestBrowser;
beforeAll(async () => {
  api = await createTestApi({
    databaseUrl: inject('postgresUrl'),
    env: { CUEPOINT_ACCOUNTS: 'on' },
  });
});
afterAll(() => api.close());
beforeEach(async () => {
  for (const table of ['accounts', 'account_attempts']) {
    await api.database.execute(`delete from ${api.database.schema}.${table}`);
  }
  browser = createTestBrowser(api);
});

async function setUpCode(): Promise<string | undefined> {
  return (await api.parts.accounts?.readSetUp())?.code;
}

async function signedIn(name = 'Anna'): Promise<TestBrowser> {
  const here = createTestBrowser(api);
  const code = await setUpCode();
  if (code === undefined) await addPerson(name);
  const path = code === undefined ? '/sign-in' : '/set-up';
  const body = { ...(code === undefined ? {} : { code }), name, password: PASSWORD };
  expect((await here.call('POST', path, { body })).status).toBe(204);
  return here;
}

async function addPerson(name: string): Promise<void> {
  const { accounts } = api.parts;
  if (accounts === undefined) throw new Error('there are accounts');
  const passwordHash = await accounts.hasher.hash(PASSWORD);
  const profiles = [{ userId: accounts.randomUuid(), name }];
  const account = { id: accounts.randomUuid(), name, nameKey: nameKeyOf(name), passwordHash };
  await accounts.people.create({ ...account, profiles });
}

const signIn = (here: TestBrowser, name = 'Anna', password = PASSWORD) =>
  here.call('POST', '/sign-in', { body: { name, password } });

const personOf = async (here: TestBrowser) => (await here.call('GET', '')).body.person;

describe('the first person', () => {
  it('[ACC1] is made by the code of the link, which opens once', async () => {
    expect((await browser.call('GET', '')).body).toEqual({ hasPeople: false, person: null });
    const code = (await setUpCode()) ?? '';
    const body = { code, name: 'Anna', password: PASSWORD };
    const wrong = await browser.call('POST', '/set-up', { body: { ...body, code: `${code}x` } });
    expect(wrong).toMatchObject({ status: 403, body: { code: 'forbidden', field: 'code' } });
    const weak = await browser.call('POST', '/set-up', { body: { ...body, password: 'short' } });
    expect(weak).toMatchObject({ status: 400, body: { field: 'password' } });
    expect((await browser.call('POST', '/set-up', { body })).status).toBe(204);
    expect((await browser.call('GET', '')).body).toMatchObject({
      hasPeople: true,
      person: { name: 'Anna', profiles: [{ name: 'Anna' }] },
    });
    const again = await createTestBrowser(api).call('POST', '/set-up', { body });
    expect(again.status).toBe(403);
    expect(await setUpCode()).toBeUndefined();
  });
});

describe('the next person', () => {
  it('[ACC1] is added by the first one, and by no other', async () => {
    const first = await signedIn();
    const add = (here: TestBrowser, name: string, password = PASSWORD) =>
      here.call('POST', '/people', { body: { name, password } });
    expect((await personOf(first)).isFirst).toBe(true);
    expect((await add(first, 'Ben')).status).toBe(204);
    expect((await add(first, 'BEN')).body).toMatchObject({ status: 400, field: 'name' });
    expect((await add(first, 'Cara', 'short')).body).toMatchObject({ field: 'password' });
    const second = createTestBrowser(api);
    expect((await signIn(second, 'Ben')).status).toBe(204);
    expect(await personOf(second)).toMatchObject({ isFirst: false, profiles: [{ name: 'Ben' }] });
    expect((await add(second, 'Dora')).body.code).toBe('forbidden');
  });
});

describe('a browser', () => {
  it('[ACC2] has a cookie that no script and no other site sees, and over TLS nothing else', async () => {
    await addPerson('Anna');
    const plain = await signIn(browser);
    expect(plain.headers['set-cookie']).toMatch(
      /^cuepoint_session=[\w-]{43}; Max-Age=2592000; Path=\/api\/v1\/account; HttpOnly; SameSite=Strict$/,
    );
    const sealed = await browser.call('POST', '/sign-in', {
      body: { name: 'Anna', password: PASSWORD },
      headers: { origin: 'https://localhost:8083' },
    });
    expect(sealed.headers['set-cookie']).toContain('; Secure');
    const stored = await api.database.execute(
      `select cookie_hash from ${api.database.schema}.account_sign_ins`,
    );
    expect(JSON.stringify(stored.rows)).not.toContain(browser.cookie().split('=')[1]);
  });

  it('[ACC2] is not spoken for by a page of another origin, port included', async () => {
    const here = await signedIn();
    for (const origin of ['http://evil.example', 'http://localhost:8096', 'null', '']) {
      const answer = await here.call('POST', '/sign-out', { headers: { origin } });
      expect([origin, answer.status, answer.body.code]).toEqual([origin, 403, 'origin_refused']);
    }
    const none = await api.call('POST', '/account/sign-out', {
      headers: { cookie: here.cookie() },
    });
    expect(none.body.code).toBe('origin_refused');
    expect(await personOf(here)).not.toBeNull();
  });

  it('[ACC2] signs out, and its cookie is of no use from then on', async () => {
    const here = await signedIn();
    const old = here.cookie();
    expect((await here.call('POST', '/sign-out')).status).toBe(204);
    expect(here.cookie()).toBe('');
    const late = await api.call('GET', '/account', { headers: { cookie: old } });
    expect(late.body.person).toBeNull();
    expect((await here.call('POST', '/sign-out')).status).toBe(204);
  });

  it('[ACC2] learns neither which names there are nor which of the two was wrong', async () => {
    await addPerson('Anna');
    const wrong = await signIn(browser, 'Anna', 'wrong horse');
    const nobody = await signIn(browser, 'Nobody');
    const { traceId: _one, ...first } = wrong.body;
    const { traceId: _two, ...second } = nobody.body;
    expect(first).toEqual(second);
    expect(first).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  it('[ACC2] waits after five wrong passwords, also with the right one and in another browser', async () => {
    await addPerson('Anna');
    const statuses: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      statuses.push((await signIn(browser, ' ANNA', 'wrong horse')).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const right = await signIn(createTestBrowser(api));
    expect(right).toMatchObject({ status: 429, body: { limit: { name: 'wrongAttempts' } } });
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    await api.database.execute(
      `update ${api.database.schema}.account_attempts set failed_at = failed_at - interval '1 minute'`,
    );
    expect((await signIn(browser)).status).toBe(204);
    const { rows } = await api.database.execute<{ key: string }>(
      `select key from ${api.database.schema}.account_attempts`,
    );
    expect(rows.map(({ key }) => key)).toEqual([expect.stringMatching(/^password from /)]);
  });

  it('[ACC2] waits after five wrong names too: they are counted by the address', async () => {
    await addPerson('Anna');
    const statuses: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      statuses.push((await signIn(browser, `nobody ${turn}`)).status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect((await signIn(browser)).status).toBe(429);
  });

  it('[ACC2] changes the password by the present one, which signs all others out', async () => {
    const here = await signedIn();
    const other = createTestBrowser(api);
    await signIn(other);
    const change = (password: string, newPassword: string) =>
      here.call('POST', '/password', { body: { password, newPassword } });
    expect((await change('wrong horse', 'another horse')).status).toBe(401);
    expect((await change(PASSWORD, 'short')).status).toBe(400);
    expect((await change(PASSWORD, 'another horse')).status).toBe(204);
    expect(await personOf(here)).not.toBeNull();
    expect(await personOf(other)).toBeNull();
    expect((await signIn(other)).status).toBe(401);
    expect((await signIn(other, 'Anna', 'another horse')).status).toBe(204);
  });
});

describe('every call of an account', () => {
  /** Those that anybody may make. */
  const OPEN = [
    'GET /account',
    'POST /account/set-up',
    'POST /account/sign-in',
    'POST /account/sign-out',
  ];

  it('[ACC2] needs a person who is signed in, but for those that begin or end that', async () => {
    const { body } = await api.call('GET', '//openapi.json');
    const id = '00000000-0000-4000-8000-000000000001';
    const paths = Object.entries(body.paths as Record<string, Record<string, object>>);
    const calls = paths.flatMap(([path, methods]) =>
      path.startsWith('/api/v1/account')
        ? Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.slice(7)}`)
        : [],
    );
    expect(calls.length).toBeGreaterThan(12);
    expect(calls).toEqual(expect.arrayContaining(OPEN));
    for (const call of calls.filter((each) => !OPEN.includes(each))) {
      const [method = '', path = ''] = call.split(' ');
      const bodies = [
        undefined,
        { name: 'x' },
        { userId: id },
        { password: PASSWORD, newPassword: PASSWORD },
        { name: 'x', password: PASSWORD },
        { source: 'jellyfin' },
        { userCode: 'BCDF-GHJK' },
        { userCode: 'BCDF-GHJK', decision: 'deny' },
      ];
      const url = path.replace('/account', '').replaceAll(/\{\w+\}/g, id);
      const answers: number[] = [];
      for (const each of bodies) {
        answers.push((await browser.call(method, url, each && { body: each })).status);
      }
      // Whichever body fits; the others are refused for their form.
      expect([call, answers.filter((status) => status !== 400)]).toEqual([
        call,
        expect.arrayContaining([401]),
      ]);
      for (const status of answers)
        expect([call, [400, 401].includes(status)]).toEqual([call, true]);
    }
  });
});

describe('a token of a page', () => {
  it('[ACC4] is of a profile of its own account, and good while the browser is signed in', async () => {
    const here = await signedIn();
    const { profiles } = await personOf(here);
    const [{ userId }] = profiles;
    const { status, body } = await here.call('POST', '/token', {
      body: { userId: userId.toUpperCase(), deviceId: 'phone' },
    });
    expect(status).toBe(200);
    const ask = (token: string, device = 'phone') =>
      api.call('PUT', '/watchlist/film', { token, device });
    expect((await ask(body.token)).status).toBe(201);
    expect((await ask(body.token, 'tv')).body.code).toBe('device_mismatch');
    const stranger = await api.createUser();
    const foreign = await here.call('POST', '/token', { body: { userId: stranger.userId } });
    expect(foreign.status).toBe(404);

    await here.call('POST', '/sign-out');
    expect(await ask(body.token)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect((await here.call('POST', '/token', { body: { userId } })).status).toBe(401);
  });

  it('[ACC4] and those of the configured issuer are both good, neither for the other', async () => {
    const here = await signedIn();
    const stranger = await api.createUser();
    expect((await stranger.call('GET', '/watchlist')).status).toBe(200);
    const { profiles } = await personOf(here);
    const { body } = await here.call('POST', '/token', { body: { userId: profiles[0].userId } });
    const [head, claims, signature] = body.token.split('.');
    const forged = [head, claims, stranger.token.split('.')[2]].join('.');
    expect((await api.call('GET', '/watchlist', { token: forged })).status).toBe(401);
    expect(signature).not.toBe(forged);
    // A cookie is no token, nor the other way round.
    const byCookie = await api.call('GET', '/watchlist', { headers: { cookie: here.cookie() } });
    expect(byCookie.status).toBe(401);
  });
});

describe('[SEC4] the log', () => {
  it('has no password, cookie, name or code', async () => {
    const here = await signedIn();
    await signIn(here, 'Anna', 'wrong horse');
    const text = api.logLines.join('');
    for (const secret of ['horse', 'Anna', here.cookie().split('=')[1] ?? '']) {
      expect(text).not.toContain(secret);
    }
  });
});
