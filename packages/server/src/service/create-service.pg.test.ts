import { lookup } from 'node:dns/promises';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@cuepoint/store';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { createPostgresServer } from '../../../../test/support/postgres-server.ts';
import { mintToken } from '../auth/mint-token.ts';
import { readConfig } from '../config/config.ts';
import { createLogger } from '../http/logger.ts';
import { createSignal } from '../testing/signal.ts';
import { TEST_SECRET } from '../testing/test-api.ts';
import { createService, type Service, type ServiceOptions } from './create-service.ts';

let home: string;
const services: Service[] = [];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuepoint-service-'));
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
});
afterAll(() => rm(home, { recursive: true, force: true }));

function create(env: Record<string, string>, rest: Partial<ServiceOptions> = {}): Service {
  const service = createService({
    config: rest.config ?? readConfig({ env: { PORT: '0', ...env }, readFile: () => '' }),
    logger: createLogger('silent'),
    writeAudit: () => undefined,
    now: Date.now,
    random: () => 0,
    randomUuid: randomUUID,
    ...rest,
  });
  services.push(service);
  return service;
}

const onPostgres = (url: string, schema = `service_${randomUUID().replaceAll('-', '')}`) => ({
  DATABASE_URL: url,
  CUEPOINT_DATABASE_SCHEMA: schema,
  CUEPOINT_JWT_SECRET: TEST_SECRET,
});

async function tokenHeaders(): Promise<{ authorization: string }> {
  const secret = new TextEncoder().encode(TEST_SECRET);
  const token = await mintToken(secret, { userId: randomUUID(), ttlSeconds: 600 }, Date.now());
  return { authorization: `Bearer ${token}` };
}

/** The embedded database makes its files; on a machine that is busy it takes a minute. */
const FIRST_RUN_TIMEOUT_MS = 240_000;

describe('a first run in development mode', { timeout: FIRST_RUN_TIMEOUT_MS }, () => {
  it('[SEC2] serves on loopback, hands a token, and keeps what it acknowledged over a restart', async () => {
    const env = {
      CUEPOINT_DEV: 'true',
      CUEPOINT_DATA_DIR: join(home, 'first'),
      CUEPOINT_STOP_TIMEOUT_MS: '600000',
    };
    const first = create(env);
    const { address, development, storage } = await first.start();
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(storage).toContain(env.CUEPOINT_DATA_DIR);
    const token = await development?.mintToken(randomUUID());
    const headers = { authorization: `Bearer ${token}` };
    const put = await fetch(`${address}/api/v1/watchlist/film`, { method: 'PUT', headers });
    expect(put.status).toBe(201);
    expect((await stat(join(env.CUEPOINT_DATA_DIR, 'dev-jwt-secret'))).mode & 0o777).toBe(0o600);
    await first.stop();

    const again = await create(env).start();
    const list = await fetch(`${again.address}/api/v1/watchlist`, { headers });
    expect(await list.json()).toMatchObject({ total: 1 });
  });

  it('[SEC2] hands a scope to whoever shows the code of its link, which opens once', async () => {
    const next: string[] = [];
    const { CUEPOINT_JWT_SECRET: _secret, ...database } = onPostgres(inject('postgresUrl'));
    const service = create(
      { ...database, CUEPOINT_DEV: 'true', CUEPOINT_DATA_DIR: join(home, 'link') },
      { onNextLink: (code) => next.push(code) },
    );
    const { address, development } = await service.start();
    const ask = (body: object) =>
      fetch(`${address}/dev/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const scope = 'cuepoint:admin';
    const code = development?.link.code;
    const statuses: number[] = [];
    for (const link of [undefined, randomUUID(), code, code, '']) {
      statuses.push((await ask({ scope, link })).status);
    }
    expect(statuses).toEqual([403, 403, 200, 403, 403]);
    expect(next).toEqual([development?.link.code]);
    expect(next).not.toContain(code);
    const { token } = (await (await ask({ scope, link: next[0] })).json()) as { token: string };
    const { exp = 0, iat = 0, scope: given } = decodeJwt(token);
    expect([exp - iat, given]).toEqual([3_600, scope]);
  });

  it('[SEC2] is not begun on other addresses, however the configuration was made', async () => {
    const config = readConfig({ env: { CUEPOINT_DEV: 'true' }, readFile: () => '' });
    const start = create({}, { config: { ...config, host: '0.0.0.0' } }).start();
    await expect(start).rejects.toMatchObject({ code: 'configuration_invalid' });
  });

  it('refuses a data directory that another process uses, in one line', async () => {
    const env = { CUEPOINT_DEV: 'true', CUEPOINT_DATA_DIR: join(home, 'shared') };
    await create(env).start();
    const error: unknown = await create(env)
      .start()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'data_directory_in_use' });
    expect((error as Error).message).not.toContain('\n');
  });
});

describe('the console', () => {
  it('is served at / unless it is turned off', async () => {
    const env = onPostgres(inject('postgresUrl'));
    const detailAt = async (console: string) => {
      const { address } = await create({ ...env, CUEPOINT_CONSOLE: console }).start();
      const answer = await fetch(address);
      if (answer.ok) return answer.headers.get('content-security-policy');
      return ((await answer.json()) as { detail: string }).detail;
    };
    // Where the files were never built the answer says how they are.
    expect(await detailAt('on')).toMatch(/default-src 'none'|build:console/);
    expect(await detailAt('off')).toBe('There is no such route.');
  });
});

describe('an address for operators', () => {
  const ROUTES = ['/health', '/metrics', '/openapi.json', '/', '/inspector'];

  it('[SEC1] has what is for operators, and the address of apps has it no more', async () => {
    const env = { ...onPostgres(inject('postgresUrl')), CUEPOINT_OPERATOR_ADDRESS: '127.0.0.1:0' };
    const service = create(env);
    const { address, operatorAddress = '' } = await service.start();
    const secret = new TextEncoder().encode(TEST_SECRET);
    const userId = randomUUID();
    const limits = { userId, ttlSeconds: 600, scopes: ['cuepoint:admin'] };
    const headers = { authorization: `Bearer ${await mintToken(secret, limits, Date.now())}` };
    const look = `/api/v1/inspector/users/${userId}`;
    const statusAt = async (at: string, path: string) =>
      (await fetch(`${at}${path}`, { headers })).status;
    for (const path of [...ROUTES, look])
      expect([path, await statusAt(address, path)]).toEqual([path, 404]);
    for (const path of ['/livez', '/readyz', '/api/v1/watchlist']) {
      for (const at of [address, operatorAddress]) expect(await statusAt(at, path)).toBe(200);
    }
    for (const path of ['/health', '/metrics', '/openapi.json', look]) {
      expect([path, await statusAt(operatorAddress, path)]).toEqual([path, 200]);
    }
    const socket = new WebSocket(`${operatorAddress.replace('http', 'ws')}/api/v1/ws`);
    await once(socket, 'open');
    socket.terminate();
    await service.stop();
    await expect(fetch(`${operatorAddress}/livez`)).rejects.toThrow('fetch failed');
  });

  it('is where everything is that is for operators, unless it is set', async () => {
    const { address, operatorAddress } = await create(onPostgres(inject('postgresUrl'))).start();
    expect(operatorAddress).toBeUndefined();
    expect((await fetch(`${address}/metrics`)).status).toBe(200);
  });

  it('that is in use fails the start, and leaves nothing open', async () => {
    const first = create(onPostgres(inject('postgresUrl')));
    const { host } = new URL((await first.start()).address);
    const second = create({
      ...onPostgres(inject('postgresUrl')),
      CUEPOINT_OPERATOR_ADDRESS: host,
    });
    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('a port in use', () => {
  it('fails the start, leaves nothing open, and a stop after it is fine', async () => {
    const first = create(onPostgres(inject('postgresUrl')));
    const { port } = new URL((await first.start()).address);
    const second = create({ ...onPostgres(inject('postgresUrl')), PORT: port });
    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(second.stop()).resolves.toBeUndefined();
  });
});

describe('a stop', () => {
  it('[GC7] finishes the write in flight, answers it, and closes the port', async () => {
    // A stop that waits for an idle client, instead of letting it go, would outlast the test.
    const env = { ...onPostgres(inject('postgresUrl')), CUEPOINT_STOP_TIMEOUT_MS: '600000' };
    const service = create(env);
    const { address } = await service.start();
    const headers = await tokenHeaders();
    const database = await openDatabase({
      url: env.DATABASE_URL,
      schema: env.CUEPOINT_DATABASE_SCHEMA,
    });
    const [locked, released] = [createSignal(), createSignal()];
    const lock = database.transaction(async (transaction) => {
      await transaction.execute(
        `lock table ${env.CUEPOINT_DATABASE_SCHEMA}.user_watchlists in share mode`,
      );
      locked.send();
      await released.received;
    });
    await locked.received;
    const put = fetch(`${address}/api/v1/watchlist/film`, { method: 'PUT', headers });
    await waitForLockedWriter();
    const stopped = service.stop();
    await expect(fetch(`${address}/livez`)).rejects.toThrow('fetch failed');
    released.send();
    await lock;
    expect((await put).status).toBe(201);
    await stopped;
    const { rows } = await database.execute<{ count: number }>(
      `select count(*)::integer as count from ${env.CUEPOINT_DATABASE_SCHEMA}.user_watchlists`,
    );
    expect(rows).toEqual([{ count: 1 }]);
    await database.close();

    async function waitForLockedWriter(): Promise<void> {
      for (;;) {
        const waiting = await database.execute<{ count: number }>(
          'select count(*)::integer as count from pg_locks where not granted',
        );
        if ((waiting.rows[0]?.count ?? 0) > 0) return;
      }
    }
  });

  it('[GC7] is not held by a request that never ends, nor by an answer that nobody reads', async () => {
    // A stop that waits for such a peer would outlast the test.
    const env = { ...onPostgres(inject('postgresUrl')), CUEPOINT_STOP_TIMEOUT_MS: '600000' };
    const service = create(env);
    const { address } = await service.start();
    const { authorization } = await tokenHeaders();
    const head = (line: string) =>
      `${line} HTTP/1.1\r\nhost: a\r\nauthorization: ${authorization}\r\n`;
    const port = Number(new URL(address).port);
    const [slow, deaf] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    for (const socket of [slow, deaf]) socket.on('error', () => undefined);
    slow.write(
      `${head('POST /api/v1/sync')}content-type: application/json\r\ncontent-length: 9\r\n\r\n{`,
    );
    deaf.pause();
    for (let count = 0; count < 200; count += 1) deaf.write(`${head('GET /openapi.json')}\r\n`);
    await once(deaf, 'readable');
    await service.stop();
    expect(service.app?.server.listening).toBe(false);
  });

  it('ends a start that waits for its database, which told each reason once', async () => {
    const reasons: string[] = [];
    const told = createSignal();
    const service = create(onPostgres('postgres://nobody@127.0.0.1:1/none'), {
      onUnavailable: (reason) => {
        reasons.push(reason);
        told.send();
      },
    });
    const start = service.start();
    await told.received;
    const [stopped, started] = await Promise.allSettled([service.stop(), start]);
    expect(stopped.status).toBe('fulfilled');
    expect(started).toMatchObject({ status: 'rejected', reason: { code: 'database_unavailable' } });
    expect(reasons).toHaveLength(1);
  });
});

describe('what is not HTTP', () => {
  it.each([
    ['GARBAGE\r\n\r\n', 400, 'invalid_request'],
    ['GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'invalid_request'],
    [`GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'payload_too_large'],
  ])('is answered as a problem and closed: %#', async (text, status, code) => {
    const { address } = await create(onPostgres(inject('postgresUrl'))).start();
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    socket.write(text);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toContain('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ status, code });
  });
});

it('listens to localhost on one address, with everything that is attached to its server', async () => {
  const service = create({ ...onPostgres(inject('postgresUrl')), HOST: 'localhost' });
  const { address } = await service.start();
  const { hostname, port } = new URL(address);
  expect(['127.0.0.1', '[::1]']).toContain(hostname);
  const answers: string[] = [];
  for (const { address: host } of await lookup('localhost', { all: true })) {
    const socket = connect({ host, port: Number(port) });
    socket.write('GARBAGE\r\n\r\n');
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk as Buffer);
      answers.push(Buffer.concat(chunks).toString());
    } catch {
      // Nobody listens there.
    }
  }
  expect(answers).toEqual([expect.stringContaining('"code":"invalid_request"')]);
});

describe('a database that goes away while serving', () => {
  it('turns /readyz red, keeps writes waiting, and stores them when it is back', async () => {
    const server = await createPostgresServer();
    try {
      await server.start();
      const service = create({ ...onPostgres(server.url()), CUEPOINT_ACK_TIMEOUT_MS: '120000' });
      const { address } = await service.start();
      const headers = { ...(await tokenHeaders()), 'content-type': 'application/json' };
      const push = (contentId: string) =>
        fetch(`${address}/api/v1/progress/${contentId}`, {
          method: 'PUT',
          headers,
          body: JSON.stringify({
            positionSeconds: 1,
            durationSeconds: 2,
            state: 'paused',
            timestamp: '000000000001-0000',
          }),
        });
      expect((await push('before')).status).toBe(200);
      await server.kill();

      const waiting = push('meanwhile');
      const ready = await fetch(`${address}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({ code: 'database_unavailable' });
      const read = await fetch(`${address}/api/v1/watchlist`, { headers });
      expect(read.status).toBe(503);
      expect(await read.json()).toMatchObject({ code: 'database_unavailable' });
      expect(read.headers.get('retry-after')).toBe('1');
      expect((await fetch(`${address}/livez`)).status).toBe(200);

      await server.start();
      expect((await waiting).status).toBe(200);
      expect((await fetch(`${address}/readyz`)).status).toBe(200);
      const list = await fetch(`${address}/api/v1/progress`, { headers });
      expect(await list.json()).toMatchObject({ total: 2 });
      await service.stop();
    } finally {
      await server.destroy();
    }
  });

  it('keeps writes waiting whose first read found it away, while reads and exports say so', async () => {
    const server = await createPostgresServer();
    try {
      await server.start();
      const service = create({ ...onPostgres(server.url()), CUEPOINT_ACK_TIMEOUT_MS: '120000' });
      const { address } = await service.start();
      const headers = await tokenHeaders();
      const json = { ...headers, 'content-type': 'application/json' };
      const call = (method: string, path: string, body?: unknown, rest: object = {}) =>
        fetch(`${address}/api/v1${path}`, {
          method,
          headers: { ...(body === undefined ? headers : json), ...rest },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      expect((await call('PUT', '/watchlist/before')).status).toBe(201);
      await server.kill();

      let answered = 0;
      const position = { positionSeconds: 1, durationSeconds: 2, state: 'paused' };
      const clear = {
        kind: 'progress.clear',
        contentId: 'pushed',
        timestamp: '000000000001-0000',
      };
      const device = { deviceType: 'TV', platform: 'Tizen', appVersion: '1' };
      const waiting = [
        call('POST', '/sync', { deviceId: 'phone', ops: [clear] }),
        call('PUT', '/progress/film', position, { 'x-device-id': 'phone' }),
        call('PUT', '/watchlist/film'),
        call('PUT', '/devices/tv', device),
      ].map((reply) => reply.finally(() => (answered += 1)));
      for (const path of ['/export', '/watchlist', '/sync']) {
        const reply = await call('GET', path, undefined, { 'x-device-id': 'phone' });
        expect(reply.status).toBe(503);
        expect(await reply.json()).toMatchObject({ code: 'database_unavailable' });
      }
      const exported = await call('GET', '/export');
      expect(exported.status).toBe(503);
      expect(await exported.json()).toMatchObject({ code: 'database_unavailable' });
      expect(answered).toBe(0);

      await server.start();
      const statuses = (await Promise.all(waiting)).map(({ status }) => status);
      expect(statuses).toEqual([200, 200, 201, 201]);
      await service.stop();
    } finally {
      await server.destroy();
    }
  });

  it('[GC7] a stop ends the wait of writes that have not begun', async () => {
    const server = await createPostgresServer();
    try {
      await server.start();
      const service = create({
        ...onPostgres(server.url()),
        CUEPOINT_ACK_TIMEOUT_MS: '600000',
        CUEPOINT_STOP_TIMEOUT_MS: '600000',
      });
      const { address } = await service.start();
      const headers = await tokenHeaders();
      await server.kill();
      const waiting = fetch(`${address}/api/v1/watchlist/film`, { method: 'PUT', headers });
      // A read that was sent after it and is answered: the write has been read, too.
      await fetch(`${address}/api/v1/watchlist`, { headers });
      await service.stop();
      const reply = await waiting;
      expect(reply.status).toBe(503);
      expect(await reply.json()).toMatchObject({ code: 'shutting_down' });
    } finally {
      await server.destroy();
    }
  });
});
