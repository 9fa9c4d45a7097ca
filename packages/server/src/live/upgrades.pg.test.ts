import { fastify } from 'fastify';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { cuepointPlugin } from '../service/cuepoint-plugin.ts';
import { RawClient } from '../testing/raw-client.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';

let live: TestLive;
let development: TestLive;
beforeAll(async () => {
  const databaseUrl = inject('postgresUrl');
  live = await createTestLive({ databaseUrl });
  development = await createTestLive({
    databaseUrl,
    development: true,
    env: { CUEPOINT_CORS_ORIGINS: 'http://localhost:5173' },
  });
});
afterAll(() => Promise.all([live.close(), development.close()]));

/** What a client gets that says what it likes and never closes its side. */
async function answerTo(url: string, lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(socket, 'end');
  const connection = live.connections.find(({ remotePort }) => remotePort === socket.localPort);
  // The service does not keep its side of it either.
  if (connection !== undefined && !connection.destroyed) await once(connection, 'close');
  socket.destroy();
  return text;
}

describe('an upgrade', () => {
  it('at another path is answered as a problem, and its connection is not kept', async () => {
    const answer = await answerTo(live.url, [
      'GET /api/v1/elsewhere?token=secret HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
    ]);
    expect(answer).toContain('HTTP/1.1 404 Not Found');
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"code":"not_found"');
  });

  it.each([
    ['no key', []],
    ['a key that is none', ['Sec-WebSocket-Key: x', 'Sec-WebSocket-Version: 13']],
    ['another version', [`Sec-WebSocket-Key: ${'A'.repeat(22)}==`, 'Sec-WebSocket-Version: 1']],
    [
      'subprotocols that are none',
      [
        `Sec-WebSocket-Key: ${'A'.repeat(22)}==`,
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Protocol: a,,b',
      ],
    ],
  ])('with %s is refused as a problem, and takes up no room', async (_what, headers) => {
    const answer = await answerTo(live.url, [
      'GET /api/v1/ws HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      ...headers,
    ]);
    expect(answer).toContain('HTTP/1.1 400');
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"code":"invalid_request"');
    expect(answer).toContain('sec-websocket-version: 13');
    expect(await live.held()).toEqual({ sockets: 0, users: 0 });
  });

  it('that is refused is read on while its client still sends, until it ends', async () => {
    const { hostname, port } = new URL(live.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.write(
      'GET /elsewhere HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    for (let count = 0; count < 10; count += 1) {
      await delay(10);
      socket.write(Buffer.alloc(2 ** 16));
    }
    const connection = live.connections.find(({ remotePort }) => remotePort === socket.localPort);
    const startedAtMs = performance.now();
    socket.end();
    if (connection?.destroyed === false) await once(connection, 'close');
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    await once(socket, 'close');
    expect([errors, text.includes('"code":"not_found"')]).toEqual([[], true]);
  });

  it('offers no compression, whatever the client asks for', async () => {
    const client = await RawClient.open(live.url, { perMessageDeflate: true });
    expect(client.socket.extensions).toBe('');
    await client.close();
  });

  it('is what the path asks for when it gets a plain request', async () => {
    const { status, headers, body } = await live.api.call('GET', '/ws');
    expect({ status, upgrade: headers['upgrade'], code: body.code }).toEqual({
      status: 426,
      upgrade: 'websocket',
      code: 'upgrade_required',
    });
  });
});

describe('in development mode', () => {
  it.each([
    [{ host: 'evil.example' }, 'Host'],
    [{ origin: 'https://evil.example' }, 'Origin'],
    [{ origin: 'http://localhost:3000' }, 'Origin'],
    [{ origin: 'null' }, 'Origin'],
  ])('[SEC2] an upgrade with %j is refused', async (headers, field) => {
    expect(await RawClient.refusal(development.url, { headers })).toMatchObject({
      status: 403,
      body: { code: 'origin_refused', field },
    });
  });

  it('[SEC2] pages of its own and of configured origins may connect', async () => {
    const own = `http://${new URL(development.url).host}`;
    const user = await development.api.createUser();
    for (const origin of [own, 'http://localhost:5173']) {
      const client = await RawClient.open(development.url, { headers: { origin } });
      client.hello(user.token, 'tv');
      expect(await client.take('welcome')).toMatchObject({ userId: user.userId });
      await client.close();
    }
  });

  it('[SEC2] is not what other services are in: any origin may connect to those', async () => {
    const client = await RawClient.open(live.url, { headers: { origin: 'https://app.example' } });
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    await client.close();
  });
});

describe('in an app with upgrades of its own', () => {
  it('takes those of its path, and leaves the others to the host', async () => {
    const host = fastify();
    const taken: string[] = [];
    host.server.on('upgrade', ({ url = '' }, socket) => {
      if (!url.startsWith('/host/')) return;
      taken.push(url);
      socket.end('HTTP/1.1 418 Of the host\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    });
    await host.register(cuepointPlugin, { parts: live.api.parts, prefix: '/watch' });
    const address = await host.listen({ host: '127.0.0.1', port: 0 });
    const url = address.replace('http', 'ws');
    const user = await live.api.createUser();
    const client = await RawClient.open(`${url}/watch/api/v1/ws`);
    client.hello(user.token, 'tv');
    expect(await client.take('welcome')).toMatchObject({ userId: user.userId });
    expect(await RawClient.refusal(`${url}/host/socket`)).toMatchObject({ status: 418 });
    expect(taken).toEqual(['/host/socket']);
    await host.close();
    expect(await client.untilClosed()).toMatchObject({ code: 1012 });
    expect(host.server.listenerCount('upgrade')).toBe(1);
  });
});
