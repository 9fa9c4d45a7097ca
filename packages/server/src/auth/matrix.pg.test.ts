import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { helloMessage } from '../testing/raw-client.ts';
import { routesOf } from '../testing/routes-of.ts';
import { createTestApi, type Answer, type CallOptions, type TestApi } from '../testing/test-api.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';
import { KEY_SET_FAULTS, SECRET_FAULTS } from '../testing/token-faults.ts';
import {
  createKeySetSource,
  createSecretSource,
  TEST_AUDIENCE,
  TEST_ISSUER,
  type KeySetSource,
  type TokenSource,
} from '../testing/token-source.ts';
import { OPEN_ROUTES, pathOfRow, SENDERS_ROUTES, WAYS_IN } from '../testing/ways-in.ts';

/** How each way in answered: a status or a close code, and the code of the error. */
type Answers = Readonly<Record<string, string>>;

/** A service, and who signs its tokens. */
interface Door {
  readonly source: TokenSource;
  readonly live: TestLive;
}

const ROWS = Object.keys(WAYS_IN);
const HELLO = 'hello';
const RENEW = 'renew';
const HELLO_DEVICE = 'tv';
const RENEW_DEVICE = 'renewing';
const RENEWAL_TURNS_MAX = 2_000;

let keySet: Door & { readonly source: KeySetSource };
let secret: Door;
beforeAll(async () => {
  keySet = await openDoor(await createKeySetSource());
  secret = await openDoor(createSecretSource());
});
afterAll(async () => {
  await keySet.live.close();
  await secret.live.close();
  keySet.source.close();
});

async function openDoor<Source extends TokenSource>(source: Source) {
  const { verifier } = source;
  // The rate of refused tokens would answer for everything behind it.
  const env = { CUEPOINT_RATE_LIMIT: '0' };
  const live = await createTestLive({ databaseUrl: inject('postgresUrl'), verifier, env });
  return { source, live };
}

/** Of a token that opens every way in. */
function goodClaims(more: JWTPayload = {}): JWTPayload & { sub: string } {
  return {
    sub: randomUUID(),
    aud: TEST_AUDIENCE,
    iss: TEST_ISSUER,
    exp: Math.floor(Date.now() / 1_000) + 600,
    scope: 'cuepoint:admin cuepoint:service',
    ...more,
  };
}

/** Knocks with one token at every way in, for the user who is to be kept. */
async function knock(
  door: Door,
  token: string | undefined,
  { sub }: { readonly sub: string },
  options: CallOptions = {},
): Promise<Answers> {
  return {
    ...(await knockOverHttp(door.live.api, sub, { ...options, token: token ?? null })),
    [HELLO]: await sayHello(door.live, token, HELLO_DEVICE),
    [RENEW]: await renew(door.live, await door.source.sign(goodClaims({ sub })), token),
  };
}

async function knockOverHttp(api: TestApi, sub: string, options: CallOptions): Promise<Answers> {
  const answers: Record<string, string> = {};
  for (const row of ROWS) {
    const { status, code } = await ask(api, row, sub, options);
    answers[row] = `${status} ${code}`;
    if (!hasHead(row)) continue;
    answers[row.replace('GET', 'HEAD')] = String(
      (await api.call('HEAD', pathOfRow(row, sub), options)).status,
    );
  }
  return answers;
}

async function ask(
  api: TestApi,
  row: string,
  userId: string,
  options: CallOptions,
): Promise<{ readonly status: number; readonly code: string | undefined }> {
  const [method = ''] = row.split(' ');
  const { body } = WAYS_IN[row] ?? {};
  const path = pathOfRow(row, userId);
  if (!isTail(row)) {
    const answer = await api.call(method, path, {
      ...options,
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, code: answer.body?.code };
  }
  const { token, device } = options;
  const headers = {
    ...(token == null ? {} : { authorization: `Bearer ${token}` }),
    ...(device === undefined ? {} : { 'x-device-id': device }),
  };
  const url = `/api/v1${path}`;
  const tail = await api.app.inject({ url, headers, payloadAsStream: true });
  const stream = tail.stream();
  if (tail.statusCode === 200) {
    // It was opened, and never ends.
    stream.destroy();
    return { status: 200, code: undefined };
  }
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return { status: tail.statusCode, code: (JSON.parse(text) as { code?: string }).code };
}

function isTail(row: string): boolean {
  return row.endsWith('/ops');
}

/** The framework answers HEAD beside each GET, and no description names it. */
function hasHead(row: string): boolean {
  return row.startsWith('GET') && !isTail(row);
}

async function sayHello(
  live: TestLive,
  token: string | undefined,
  deviceId: string,
): Promise<string> {
  const client = await live.open();
  client.send({ ...helloMessage('', deviceId), token });
  await client.until(() => client.closed !== undefined || client.count('welcome') > 0);
  if (client.closed === undefined) {
    await client.close();
    return 'welcome';
  }
  return `${client.closed.code} ${(await client.take('error')).code}`;
}

async function renew(live: TestLive, good: string, token: string | undefined): Promise<string> {
  const client = await live.open();
  client.hello(good, RENEW_DEVICE);
  await client.take('presence');
  client.send({ type: 'renew', token });
  // A renewal that is accepted is not answered: this is how long a refusal may take.
  for (let turn = 0; turn < RENEWAL_TURNS_MAX && client.closed === undefined; turn += 1) {
    await Promise.race([client.roundTrip(), client.untilClosed()]);
  }
  if (client.closed !== undefined) {
    return `${client.closed.code} ${(await client.take('error')).code}`;
  }
  await client.close();
  return 'renewed';
}

/** What every way in answers to one fault. */
function everywhere(http: string, hello: string, renewal: string): Answers {
  const answers: Record<string, string> = { [HELLO]: hello, [RENEW]: renewal };
  for (const row of ROWS) {
    answers[row] = http;
    if (!hasHead(row)) continue;
    answers[row.replace('GET', 'HEAD')] = http.split(' ')[0] ?? '';
  }
  return answers;
}

const UNAUTHENTICATED = everywhere(
  '401 unauthenticated',
  '4401 unauthenticated',
  '4401 unauthenticated',
);
/** A message without its token is no message. */
const WITHOUT_TOKEN = everywhere(
  '401 unauthenticated',
  '4400 invalid_request',
  '4400 invalid_request',
);

describe('every way in is a row', () => {
  it('[SEC1] each route of the description needs a token here, or is named as open', async () => {
    const { paths } = (await keySet.live.api.call('GET', '//openapi.json')).body;
    const described = Object.entries(paths as Record<string, object>).flatMap(
      ([path, operations]) =>
        Object.entries(operations as Record<string, { security?: [] }>).map(
          ([method, { security }]) => ({
            route: `${method.toUpperCase()} ${path}`,
            isOpen: security?.length === 0,
          }),
        ),
    );
    const named = (isOpen: boolean) =>
      described.filter((one) => one.isOpen === isOpen).map(({ route }) => route);
    expect(named(false).toSorted()).toEqual(
      ROWS.map((row) => row.replace(' ', ' /api/v1')).toSorted(),
    );
    // The description describes all but itself.
    expect([...named(true), 'GET /openapi.json'].toSorted()).toEqual(OPEN_ROUTES.toSorted());
  });

  it('[SEC1] each route of the router is one of them, also where no description names it', () => {
    const rows = new Set([
      ...ROWS.map((row) => row.replace(' ', ' /api/v1')),
      ...OPEN_ROUTES,
      ...SENDERS_ROUTES,
    ]);
    const routes = routesOf(keySet.live.api.app);
    expect(routes.length).toBeGreaterThan(rows.size);
    const unnamed = routes.filter((route) => !rows.has(route.replace(/^HEAD/, 'GET')));
    expect(unnamed).toEqual([]);
  });

  it('[SEC2] development mode has one route more: the one that hands out tokens', async () => {
    const api = await createTestApi({ databaseUrl: inject('postgresUrl'), development: true });
    const others = new Set(routesOf(keySet.live.api.app));
    expect(routesOf(api.app).filter((route) => !others.has(route))).toEqual(['POST /dev/token']);
    await api.close();
  });

  it.each([
    ['a key set', () => keySet],
    ['a shared secret', () => secret],
  ])('[SEC1] a good token by %s opens each of them', async (_name, door) => {
    const { live, source } = door();
    const claims = goodClaims();
    const token = await source.sign(claims);
    expect(await sayHello(live, token, HELLO_DEVICE)).toBe('welcome');
    const statuses: Record<string, number> = {};
    for (const row of ROWS) {
      statuses[row] = (await ask(live.api, row, claims.sub, { token })).status;
    }
    const expected = Object.entries(WAYS_IN).map(([row, { status }]) => [row, status]);
    expect(statuses).toEqual(Object.fromEntries(expected));
  });
});

describe.each([
  ['a key set', KEY_SET_FAULTS, () => keySet],
  ['a shared secret', SECRET_FAULTS, () => secret as typeof keySet],
] as const)('where %s signs, every way in is closed to a token that', (_name, faults, door) => {
  it.each(Object.entries(faults))('[SEC1] %s', async (name, fault) => {
    const claims = goodClaims();
    const before = await fillFor(door(), claims);
    const token = await fault(door().source, claims);
    expect(await knock(door(), token, claims)).toEqual(
      name === 'is missing' ? WITHOUT_TOKEN : UNAUTHENTICATED,
    );
    expect(await stateOf(door(), claims)).toBe(before);
  });

  it('[SEC1] is bound to another device', async () => {
    const claims = goodClaims();
    const before = await fillFor(door(), claims);
    const token = await door().source.sign({ ...claims, device_id: 'phone' });
    expect(await knock(door(), token, claims, { device: HELLO_DEVICE })).toEqual(
      everywhere('403 device_mismatch', '4401 device_mismatch', '4401 unauthenticated'),
    );
    expect(await stateOf(door(), claims)).toBe(before);
  });

  it('[SEC1] is bound to a revoked device, or names one', async () => {
    const claims = goodClaims();
    const before = await fillFor(door(), claims);
    const token = await door().source.sign(claims);
    const { api } = door().live;
    const body = WAYS_IN['PUT /devices/{deviceId}']?.body;
    await api.call('PUT', `/devices/${HELLO_DEVICE}`, { token, body });
    await api.call('DELETE', `/devices/${HELLO_DEVICE}`, { token });
    const bound = await door().source.sign({ ...claims, device_id: HELLO_DEVICE });
    const refused = everywhere('403 device_revoked', '4403 device_revoked', '4401 unauthenticated');
    expect(await knock(door(), bound, claims)).toEqual(refused);
    const naming = await knockOverHttp(api, claims.sub, { token, device: HELLO_DEVICE });
    expect(refused).toMatchObject(naming);
    expect(await sayHello(door().live, token, HELLO_DEVICE)).toBe(refused[HELLO]);
    expect(await stateOf(door(), claims)).toBe(before);
  });
});

describe('routes without a token', () => {
  it.each(OPEN_ROUTES)('%s answers the same whatever token comes along', async (route) => {
    const { api } = keySet.live;
    const claims = goodClaims();
    await fillFor(keySet, claims);
    const [method = '', path = ''] = route.split(' ');
    const { status, text } = await api.call(method, `/${path}`);
    for (const fault of Object.values(KEY_SET_FAULTS)) {
      const token = await fault(keySet.source, claims);
      expect((await api.call(method, `/${path}`, { token: token ?? null })).status).toBe(status);
    }
    for (const mark of [claims.sub, 'kept-content', 'kept-device'])
      expect(text).not.toContain(mark);
  });
});

describe('a key that is exchanged', () => {
  it('[SEC1] closes every way in to the old one once a token of the new one was seen', async () => {
    const source = await createKeySetSource();
    const door = await openDoor(source);
    const claims = goodClaims();
    const before = await fillFor(door, claims);
    const [old, oldKid] = [await source.sign(claims), source.kid];
    await source.rotate();
    expect(source.kid).not.toBe(oldKid);
    const fresh = await source.sign(claims);
    const list = async (token: string) =>
      (await door.live.api.call('GET', '/watchlist', { token })).status;
    // A stream of unknown keys must not become a stream of fetches: 30 s lie between two.
    expect([await list(fresh), await list(old), source.fetches]).toEqual([401, 200, 1]);
    source.advance(31_000);
    expect([await list(fresh), await list(old), source.fetches]).toEqual([200, 401, 2]);
    const session = await door.live.open();
    session.hello(fresh, HELLO_DEVICE);
    expect(await session.take('welcome')).toMatchObject({ userId: claims.sub });
    await session.close();
    expect(await knock(door, old, claims)).toEqual(UNAUTHENTICATED);
    expect(await stateOf(door, claims)).toBe(before);
    expect(source.fetches).toBe(2);
    await door.live.close();
    source.close();
  });

  it('[SEC1] is refused ten minutes later at the latest, also where no new one was seen', async () => {
    const source = await createKeySetSource();
    const { live } = await openDoor(source);
    const old = await source.sign(goodClaims());
    const list = async () => (await live.api.call('GET', '/watchlist', { token: old })).status;
    expect(await list()).toBe(200);
    await source.rotate();
    source.advance(299_000);
    expect([await list(), source.fetches]).toEqual([200, 1]);
    source.advance(301_000);
    expect([await list(), source.fetches]).toEqual([401, 2]);
    await live.close();
    source.close();
  });
});

describe('a subject that is no UUID', () => {
  it('[SEC1] is one fixed user by every way in', async () => {
    // The same value as in identity.test.ts: stored data hangs on it.
    const userId = '1af6423e-b30d-59ce-a8ce-058ef4357b76';
    const token = await keySet.source.sign(goodClaims({ sub: 'auth0|42' }));
    const { live } = keySet;
    const read = async (path: string) => (await live.api.call('GET', path, { token })).text;
    await live.api.call('PUT', '/watchlist/mapped', { token });
    for (const path of ['/watchlist', '/sync', '/export', `/inspector/users/${userId}`]) {
      expect(await read(path)).toContain('mapped');
    }
    expect(await read('/export')).toContain(userId);
    const client = await live.open();
    client.hello(token, HELLO_DEVICE);
    const welcome = await client.take('welcome');
    expect(welcome.userId).toBe(userId);
    expect(JSON.stringify(welcome.changes)).toContain('mapped');
    await client.close();
  });
});

/** Stores something of the user, and returns what they see from then on. */
async function fillFor(door: Door, claims: JWTPayload): Promise<string> {
  const token = await door.source.sign(claims);
  const call = (path: string, body?: unknown, device?: string): Promise<Answer> =>
    door.live.api.call('PUT', path, { token, body, ...(device === undefined ? {} : { device }) });
  await call('/watchlist/kept-content', undefined, 'kept-device');
  await call('/progress/kept-content', WAYS_IN['PUT /progress/{contentId}']?.body, 'kept-device');
  return stateOf(door, claims);
}

async function stateOf({ live, source }: Door, claims: JWTPayload): Promise<string> {
  const { body } = await live.api.call('GET', '/sync', { token: await source.sign(claims) });
  expect(body.changes).toHaveLength(2);
  return JSON.stringify(body.changes);
}
