import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { requireLocalCaller } from './development-guard.ts';
import { createTestApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
let production: TestApi;
beforeAll(async () => {
  const databaseUrl = inject('postgresUrl');
  const env = { CUEPOINT_CORS_ORIGINS: 'http://localhost:5173' };
  api = await createTestApi({ databaseUrl, env, development: true });
  production = await createTestApi({ databaseUrl, env });
});
afterAll(() => Promise.all([api.close(), production.close()]));

describe('development mode', () => {
  it.each(['localhost', 'localhost:8083', '127.0.0.1:8083', '[::1]:8083', 'LOCALHOST:1'])(
    '[SEC2] answers the host %j',
    async (host) => {
      expect((await api.call('GET', '//livez', { headers: { host } })).status).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '192.168.0.2:8083',
    '127.0.0.1@evil.example',
  ])('[SEC2] refuses the host %j on every route', async (host) => {
    const user = await api.createUser();
    const calls = [
      api.call('GET', '//livez', { headers: { host } }),
      api.call('POST', '//dev/token', { headers: { host } }),
      user.call('GET', '/watchlist', { headers: { host } }),
      api.call('GET', '//nope', { headers: { host } }),
      api.call('POST', '//livez', { headers: { host } }),
      user.call('GET', '/progress/%E0%A4', { headers: { host } }),
    ];
    for (const answer of await Promise.all(calls)) {
      expect(answer).toMatchObject({
        status: 403,
        body: { code: 'origin_refused', field: 'Host' },
      });
    }
  });

  it.each([
    'https://evil.example',
    'http://localhost:3000',
    'http://localhost',
    'null',
    'https://localhost:8083',
  ])('[SEC2] refuses the origin %j', async (origin) => {
    expect(await api.call('POST', '//dev/token', { headers: { origin } })).toMatchObject({
      status: 403,
      body: { code: 'origin_refused', field: 'Origin' },
    });
  });

  it.each([
    'x-forwarded-for',
    'X-Forwarded-Host',
    'forwarded',
    'via',
    'x-real-ip',
    'cf-connecting-ip',
    'x-amzn-trace-id',
    'x-envoy-internal',
  ])('[SEC2] refuses a request that carries %s', async (name) => {
    const user = await api.createUser();
    const headers = { [name]: '127.0.0.1' };
    const calls = [
      api.call('POST', '//dev/token', { headers }),
      user.call('GET', '/watchlist', { headers }),
      api.call('GET', '//nope', { headers }),
      user.call('GET', '/progress/%E0%A4', { headers }),
    ];
    for (const answer of await Promise.all(calls)) {
      expect(answer).toMatchObject({
        status: 403,
        body: { code: 'origin_refused', field: name.toLowerCase() },
      });
    }
  });

  it.each([
    ['192.168.0.2', 403],
    ['::ffff:10.0.0.1', 403],
    ['127.0.0.1.evil', 403],
    ['::1', 200],
    ['::ffff:127.0.0.1', 200],
    ['127.8.8.8', 200],
  ])('[SEC2] a peer at %s is answered %i', async (remoteAddress, status) => {
    const url = '/dev/token';
    const headers = { host: 'localhost' };
    const request = { method: 'POST', url, headers, remoteAddress } as const;
    expect((await api.app.inject(request)).statusCode).toBe(status);
  });

  it.each([
    [
      'two hosts',
      'POST /dev/token HTTP/1.1\r\nHost: localhost\r\nhost: localhost',
      '"field":"Host"',
    ],
    [
      'an absolute target',
      'POST http://localhost/dev/token HTTP/1.1\r\nHost: localhost',
      '"field":"target"',
    ],
    ['HTTP/1.0', 'POST /dev/token HTTP/1.0\r\nHost: localhost', '"field":"version"'],
    ['one host', 'POST /dev/token HTTP/1.1\r\nHost: localhost', '"token":'],
  ])('[SEC2] a request with %s is answered with %s', async (_what, head, answer) => {
    if (!api.app.server.listening) await api.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.app.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write(`${head}\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toContain(answer);
  });

  it('[SEC2] a listener on another address than loopback takes nobody, nor does a UNIX socket', () => {
    const ask = (socket: object) =>
      requireLocalCaller(
        {
          headers: { host: 'localhost' },
          rawHeaders: ['Host', 'localhost'],
          url: '/',
          httpVersion: '1.1',
          socket: socket as Socket,
        },
        [],
      );
    const refusal = expect.objectContaining({ code: 'origin_refused', field: 'address' }) as Error;
    const near = '127.0.0.1';
    expect(() => ask({ remoteAddress: near, localAddress: '192.168.0.2' })).toThrow(refusal);
    expect(() => ask({})).toThrow(refusal);
    expect(() => ask({ remoteAddress: near, localAddress: near })).not.toThrow();
  });

  it('[SEC2] hands tokens to its own pages and to configured origins', async () => {
    for (const origin of ['http://localhost:8083', 'http://localhost:5173']) {
      const { status, body } = await api.call('POST', '//dev/token', { headers: { origin } });
      expect(status).toBe(200);
      expect((await api.call('GET', '/watchlist', { token: body.token })).status).toBe(200);
    }
    const userId = '7b0e8a52-3f4c-4c8e-9d2a-5f6b7c8d9e0f';
    expect((await api.call('POST', '//dev/token', { body: { userId } })).body.userId).toBe(userId);
    expect((await api.call('POST', '//dev/token', { body: { userId: 'bob' } })).status).toBe(400);
  });

  it('[SEC2] hands tokens that are bound to a device, or that open the inspector', async () => {
    const bound = await api.call('POST', '//dev/token', { body: { deviceId: 'tv' } });
    const call = (device: string) =>
      api.call('GET', '/watchlist', { token: bound.body.token, device });
    expect((await call('tv')).status).toBe(200);
    expect((await call('phone')).body.code).toBe('device_mismatch');
    const scope = 'cuepoint:admin';
    const link = api.parts.development?.link.code;
    expect(await api.call('POST', '//dev/token', { body: { scope } })).toMatchObject({
      status: 403,
      body: { code: 'forbidden', field: 'link' },
    });
    const scoped = await api.call('POST', '//dev/token', { body: { scope, link } });
    expect((await api.call('POST', '//dev/token', { body: { scope, link } })).status).toBe(403);
    // The service beside it has the same secret, and looks at the scope.
    const path = `/inspector/users/${scoped.body.userId}`;
    expect((await production.call('GET', path, { token: scoped.body.token })).status).toBe(200);
    expect((await production.call('GET', path, { token: bound.body.token })).status).toBe(403);
    for (const body of [{ scope: 'root' }, { deviceId: 'a b' }, { scopes: [] }]) {
      expect((await api.call('POST', '//dev/token', { body })).status).toBe(400);
    }
  });

  it('[SEC2] outside of it there are no tokens to have, and any host is served', async () => {
    expect((await production.call('POST', '//dev/token')).status).toBe(404);
    const headers = { host: 'api.example' };
    expect((await production.call('GET', '//livez', { headers })).status).toBe(200);
  });
});

describe('an answer that no route gives', () => {
  it.each([
    ['GET', '//nope', 404],
    ['POST', '//livez', 405],
    ['GET', '/progress/%E0%A4', 400],
  ])('%s %s has a trace id, a line in the log and a sample', async (method, path, status) => {
    const before = production.logLines.length;
    const answer = await production.call(method, path);
    expect(answer.status).toBe(status);
    expect(answer.headers['x-trace-id']).toBe(answer.body.traceId);
    const lines = production.logLines.slice(before).map((line) => JSON.parse(line) as object);
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'request', route: 'unknown', method, status }),
    );
    const { text } = await production.call('GET', '//metrics');
    expect(text).toContain(`_count{method="${method}",route="unknown",status="${status}"} 1`);
  });
});

describe('origins of other pages', () => {
  it('are allowed by the configuration alone', async () => {
    const preflight = (origin: string) =>
      production.call('OPTIONS', '/watchlist/film', {
        headers: { origin, 'access-control-request-method': 'PUT' },
      });
    const allowed = await preflight('http://localhost:5173');
    expect(allowed.status).toBe(204);
    expect(allowed.headers['access-control-allow-origin']).toBe('http://localhost:5173');
    const other = await preflight('https://evil.example');
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
  });
});
