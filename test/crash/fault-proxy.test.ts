import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Disposal } from './disposal.ts';
import { createFaultProxy, type FaultProxy } from './fault-proxy.ts';

let opened = new Disposal();
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  opened = new Disposal();
});

/** A server that answers each piece with the same, behind a proxy. */
async function setup() {
  const far: Socket[] = [];
  const server = createServer((socket) => {
    far.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (piece) => socket.write(piece));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await createFaultProxy((server.address() as AddressInfo).port);
  opened.defer(async () => {
    for (const socket of far) socket.destroy();
    server.close();
  });
  opened.use(proxy);
  return { server, proxy, far };
}

async function open(proxy: FaultProxy) {
  const socket = connect({ port: proxy.port, host: '127.0.0.1' });
  opened.defer(async () => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  let heard = '';
  let onData = (): void => undefined;
  socket.on('data', (piece) => {
    heard += piece.toString();
    onData();
  });
  return {
    socket,
    heard: () => heard,
    /** Resolves once exactly this has come. */
    untilHeard: (text: string) =>
      new Promise<void>((resolve) => {
        onData = () => {
          if (heard === text) resolve();
        };
        onData();
      }),
  };
}

async function echo(proxy: FaultProxy): Promise<Awaited<ReturnType<typeof open>>> {
  const client = await open(proxy);
  client.socket.write('a');
  await client.untilHeard('a');
  return client;
}

/** `once` would reject with the reset that comes before. */
function closing(socket: Socket | undefined): Promise<void> {
  return new Promise((resolve) => socket?.once('close', () => resolve()));
}

describe('a network that can be broken', () => {
  it('passes bytes both ways, and an end as an end', async () => {
    const { proxy, far } = await setup();
    const { socket } = await echo(proxy);
    const ended = once(far[0] ?? socket, 'end');
    socket.end();
    await ended;
    await once(socket, 'close');
    expect(proxy.connections).toBe(0);
  });

  it('resets what is open when it is cut, and whoever comes, until it is whole again', async () => {
    const { proxy, far } = await setup();
    const { socket } = await echo(proxy);
    const closed = [closing(socket), closing(far[0])];
    proxy.cut();
    await Promise.all(closed);
    const late = connect({ port: proxy.port, host: '127.0.0.1' });
    const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
    proxy.heal();
    await echo(proxy);
  });

  it('delays each piece in its order', async () => {
    const { proxy } = await setup();
    const client = await echo(proxy);
    proxy.delay(30);
    const startedAtMs = performance.now();
    client.socket.write('b');
    client.socket.write('c');
    await client.untilHeard('abc');
    // There and back. A timer of Node may be a millisecond early.
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(58);
  });

  it('holds everything back while it is stalled, and then passes all of it', async () => {
    const { proxy, far } = await setup();
    const client = await echo(proxy);
    proxy.stall();
    client.socket.write('b');
    const late = await open(proxy);
    late.socket.write('z');
    far[0]?.write('c');
    // Another proxy's round trip: what would have passed has passed by then.
    await echo((await setup()).proxy);
    expect([client.heard(), late.heard()]).toEqual(['a', '']);
    proxy.heal();
    await Promise.all([client.untilHeard('acb'), late.untilHeard('z')]);
  });

  it('tells nobody of a loss while it is stalled', async () => {
    const { proxy, far } = await setup();
    const { socket } = await echo(proxy);
    proxy.stall();
    socket.resetAndDestroy();
    await echo((await setup()).proxy);
    expect(far[0]?.destroyed).toBe(false);
    const closed = closing(far[0]);
    proxy.heal();
    await closed;
  });

  it('forgets a connection: the far end is gone, the near one never hears of it', async () => {
    const { proxy, far } = await setup();
    const client = await echo(proxy);
    const closed = closing(far[0]);
    proxy.forget();
    await closed;
    client.socket.write('b');
    const next = await echo(proxy);
    proxy.heal();
    next.socket.write('b');
    await next.untilHeard('ab');
    expect(client.heard()).toBe('a');
    expect(client.socket.destroyed).toBe(false);
  });
});
