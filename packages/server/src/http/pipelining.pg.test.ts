import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { findConsoleFiles } from '../console/console-files.ts';
import { openConnections } from '../testing/open-connections.ts';
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.ts';

/** More than a socket takes at once. */
const LARGE_BYTES = 2 ** 24;

let api: TestApi;
let user: TestUser;
let port: number;
let directory: string;
/** Opens the gate that `GET /readyz` waits at. */
let open: () => void;
let gate: Promise<void>;
const sockets: Socket[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cuepoint-pipelining-'));
  await writeFile(join(directory, 'index.html'), 'the page of the console');
  await writeFile(join(directory, 'large.bin'), 'x'.repeat(LARGE_BYTES));
  api = await createTestApi({
    databaseUrl: inject('postgresUrl'),
    wrap: ({ health }) => ({
      console: findConsoleFiles(directory),
      health: {
        requireReady: async () => {
          await gate;
          await health.requireReady();
        },
        report: () => health.report(),
      },
    }),
  });
  user = await api.createUser();
  port = Number(new URL(await api.app.listen({ host: '127.0.0.1', port: 0 })).port);
});
beforeEach(() => {
  gate = new Promise((resolve) => {
    open = resolve;
  });
});
afterEach(() => {
  open();
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(async () => {
  await api.close();
  await rm(directory, { recursive: true });
});

/** A request as it goes over the wire. */
function request(line: string, { headers = [], body = '' }: RequestParts = {}): string {
  const head = [`${line} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${user.token}`];
  return `${[...head, ...headers].join('\r\n')}\r\n\r\n${body}`;
}
interface RequestParts {
  readonly headers?: readonly string[];
  readonly body?: string;
}
const upgrade = () =>
  request('GET /api/v1/ws', {
    headers: [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${'A'.repeat(22)}==`,
    ],
  });
const json = (body: string): RequestParts => ({
  headers: ['Content-Type: application/json', `Content-Length: ${body.length}`],
  body,
});

function connectClient({ allowHalfOpen = false } = {}): { socket: Socket; text: () => string } {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { socket, text: () => text };
}

/**
 * Sends all of it in one piece; the first request is answered only once the server has met the rest.
 *
 * @param event of the server, which says that it has.
 */
async function answersBehindSlow(rest: string, event: string, last: RegExp): Promise<string[]> {
  const { socket, text } = connectClient();
  const met = once(api.app.server, event);
  socket.write(request('GET /readyz') + rest);
  await met;
  expect(text()).toBe('');
  open();
  await expect.poll(text, { timeout: 10_000 }).toMatch(last);
  return statusesOf(text());
}

function statusesOf(text: string): string[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status);
}

describe('an answer on a connection that owes others', () => {
  it.each([
    [
      'headers that are too long',
      () => request('GET /livez', { headers: [`x: ${'x'.repeat(20_000)}`] }),
      '431',
    ],
    ['what is not HTTP', () => 'GARBAGE\r\n\r\n', '400'],
    [
      'a body that breaks off',
      () =>
        request('PUT /api/v1/watchlist/film', {
          headers: ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
          body: '5\r\n{"a":\r\nno length\r\n',
        }),
      '400',
    ],
  ])('comes after them, to %s', async (_what, rest, status) => {
    expect(await answersBehindSlow(rest(), 'clientError', /connection: close/)).toEqual([
      '200',
      status,
    ]);
  });

  it('comes after them, to an upgrade', async () => {
    const statuses = await answersBehindSlow(upgrade(), 'upgrade', /sec-websocket-accept/i);
    expect(statuses).toEqual(['200', '101']);
  });

  it('comes after one that is streamed, to an upgrade', async () => {
    const { socket, text } = connectClient();
    socket.write(request('GET /large.bin') + upgrade());
    await expect.poll(text, { timeout: 10_000 }).toMatch(/sec-websocket-accept/i);
    expect(statusesOf(text())).toEqual(['200', '101']);
    expect(text().length).toBeGreaterThan(LARGE_BYTES);
  });

  it('is given up where those are not taken, to an upgrade', async () => {
    const { socket, text } = connectClient();
    socket.write(request('GET /readyz') + upgrade());
    await once(socket, 'close');
    expect(text()).toBe('');
  });

  it('does not come in the middle of one that was begun, to a body that breaks off', async () => {
    const headers = ['Transfer-Encoding: chunked', 'Content-Type: application/json'];
    const { socket, text } = connectClient();
    socket.write(request('GET /large.bin', { headers }));
    await once(socket, 'data');
    socket.pause();
    const met = once(api.app.server, 'clientError');
    socket.write('no length\r\n');
    await met;
    socket.resume();
    await once(socket, 'close');
    expect(text()).toMatch(/x{100}HTTP\/1\.1 400/);
    expect(text().length).toBeGreaterThan(LARGE_BYTES);
  });

  it('is not cut in two by a 100 that comes too early', async () => {
    const statuses = await answersBehindSlow(
      request('GET /', { headers: ['Expect: 100-continue'] }) + request('GET /livez'),
      'checkContinue',
      /\r\n\r\nthe page of the consoleHTTP[^]*"live"/,
    );
    expect(statuses).toEqual(['200', '100', '200', '200']);
  });

  it('comes after one that expected a 100, too', async () => {
    const rest = `${request('GET /livez', { headers: ['Expect: 100-continue'] })}GARBAGE\r\n\r\n`;
    const statuses = await answersBehindSlow(rest, 'clientError', /connection: close/);
    expect(statuses).toEqual(['200', '100', '200', '400']);
  });
});

describe('an expectation', () => {
  it('of 100-continue is met', async () => {
    const { socket, text } = connectClient();
    const { headers = [], body = '' } = json(
      '{"positionSeconds":1,"durationSeconds":2,"state":"paused"}',
    );
    socket.write(
      request('PUT /api/v1/progress/film', { headers: [...headers, 'Expect: 100-continue'] }),
    );
    await expect.poll(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    socket.write(body);
    await expect.poll(() => statusesOf(text())).toEqual(['100', '200']);
  });

  it('that nobody knows is passed over', async () => {
    const { socket, text } = connectClient();
    socket.write(request('GET /livez', { headers: ['Expect: 100-contine'] }));
    await expect.poll(() => statusesOf(text())).toEqual(['200']);
  });
});

describe('a connection', () => {
  it('outlives a body that is not JSON', async () => {
    const { socket, text } = connectClient();
    socket.write(request('POST /api/v1/sync', json('{"ops":')) + request('GET /livez'));
    await expect.poll(() => statusesOf(text())).toEqual(['400', '200']);
    expect(text()).toContain('"code":"invalid_request"');
    expect(text()).not.toMatch(/connection: close/i);
  });

  it('is not reset while the client still sends: it might lose the last answer by that', async () => {
    const { socket, text } = connectClient({ allowHalfOpen: true });
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    for (let count = 0; count < 20; count += 1) {
      socket.write('GARBAGE\r\n\r\n'.repeat(1_000));
      await delay(10);
    }
    socket.end();
    await once(socket, 'close');
    expect(errors).toEqual([]);
    expect(statusesOf(text())).toEqual(['400']);
    expect(text()).toContain('"code":"invalid_request"');
  });

  it('is given up a while after its last answer when the client does not close it', async () => {
    await expect.poll(() => openConnections(api.app)).toBe(0);
    const { socket } = connectClient({ allowHalfOpen: true });
    socket.write('GARBAGE\r\n\r\n');
    await once(socket, 'end');
    expect(await openConnections(api.app)).toBe(1);
    await expect.poll(() => openConnections(api.app), { timeout: 10_000 }).toBe(0);
  });
});
