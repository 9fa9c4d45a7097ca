import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, inject, it } from 'vitest';
import type { ConnectionLimits } from '../service/create-app.ts';
import { openConnections } from '../testing/open-connections.ts';
import { RawClient } from '../testing/raw-client.ts';
import { createTestApi, type TestApi } from '../testing/test-api.ts';
import { createTestLive } from '../testing/test-live.ts';

let api: TestApi;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await api.close();
});

async function start(connectionLimits?: Partial<ConnectionLimits>, env = {}): Promise<void> {
  api = await createTestApi({
    databaseUrl: inject('postgresUrl'),
    env,
    ...(connectionLimits === undefined ? {} : { connectionLimits }),
  });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
}

/** A bare connection, and all that comes over it until it is closed. */
async function open(
  text = '',
): Promise<{ readonly ended: Promise<string>; readonly socket: Socket }> {
  const { port } = api.app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let heard = '';
  socket.on('data', (data: Buffer) => {
    heard += data.toString();
  });
  socket.on('error', () => undefined);
  const ended = once(socket, 'close').then(() => heard);
  await once(socket, 'connect');
  socket.write(text);
  return { ended, socket };
}

const HEAD = 'GET /livez HTTP/1.1\r\nhost: localhost\r\n';
const answered = (socket: Socket) => once(socket, 'data');

it('[SEC3] a slow head has 15 s, a connection on which nothing moves 75 s, and others than live sockets are 5,000', async () => {
  await start(undefined, { CUEPOINT_SOCKETS_MAX: '15000' });
  const { server } = api.app;
  expect([server.headersTimeout, server.timeout]).toEqual([15_000, 75_000]);
  expect(server.maxConnections).toBe(20_000);
});

it('[SEC3] a head that comes slowly is answered 408 and its connection closed', async () => {
  await start({ headTimeoutMs: 200, checkIntervalMs: 50 });
  const slow = await open(HEAD);
  const dripping = setInterval(() => slow.socket.write('x: y\r\n'), 20);
  expect(await slow.ended).toMatch(/^HTTP\/1\.1 408 /);
  clearInterval(dripping);
});

it('[SEC3] a body that stalls ends with its connection', async () => {
  await start({ stalledTimeoutMs: 200 });
  const { token } = await api.createUser();
  const stalled = await open(
    `POST /api/v1/sync HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n` +
      'content-type: application/json\r\ncontent-length: 99\r\n\r\n{',
  );
  expect(await stalled.ended).not.toContain('HTTP/1.1 200');
  expect(await openConnections(api.app)).toBe(0);
});

it('[SEC3] past the bound of an instance a connection is refused, and idle ones make room for the next', async () => {
  await start({ plainMax: 2 }, { CUEPOINT_SOCKETS_MAX: '1' });
  const first = await open(`${HEAD}\r\n`);
  await answered(first.socket);
  const silent = [await open(), await open()];
  expect(await (await open()).ended).toBe('');
  await first.ended;
  const next = await open(`${HEAD}connection: close\r\n\r\n`);
  expect(await next.ended).toContain('HTTP/1.1 200');
  expect(silent.map(({ socket }) => socket.destroyed)).toEqual([false, false]);
});

it('[SEC3] past the bound of an address the connection goes that is idle for the longest', async () => {
  await start({ plainPerAddressMax: 2 });
  const [first, second] = [await open(), await open()];
  first.socket.write(`${HEAD}\r\n`);
  await answered(first.socket);
  const third = await open(`${HEAD}\r\n`);
  await answered(third.socket);
  // Cut off at once, and not answered 408 after its time.
  expect(await second.ended).toBe('');
  expect([first.socket.destroyed, third.socket.destroyed]).toEqual([false, false]);
});

it('[SEC3] a trusted proxy has no bound of its own, and whom it speaks for has one', async () => {
  await start({ plainPerAddressMax: 1 }, { CUEPOINT_TRUSTED_PROXIES: '127.0.0.1' });
  const idle = [await open(), await open(), await open()];
  const ask = (person: string) => open(`${HEAD}x-forwarded-for: ${person}\r\n\r\n`);
  for (const person of ['203.0.113.1', '203.0.113.2']) await answered((await ask(person)).socket);
  expect(idle.every(({ socket }) => !socket.destroyed)).toBe(true);
});

it('[SEC3] a live socket is none of them, and an upgrade to somewhere else is answered', async () => {
  const limited = await createTestLive({
    databaseUrl: inject('postgresUrl'),
    connectionLimits: { plainPerAddressMax: 1 },
  });
  ({ api } = limited);
  const tv = await limited.greet(await api.createUser(), 'tv');
  const elsewhere = limited.url.replace('/ws', '/elsewhere');
  expect(await RawClient.refusal(elsewhere)).toMatchObject({ status: 404 });
  const plain = await open(`${HEAD}\r\n`);
  await answered(plain.socket);
  tv.send({ type: 'push', id: 'alive', ops: [] });
  expect(await tv.take('ack')).toMatchObject({ id: 'alive' });
  await tv.close();
});
