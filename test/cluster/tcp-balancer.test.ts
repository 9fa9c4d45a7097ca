import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createTcpBalancer, type BalancerPolicy, type TcpBalancer } from './tcp-balancer.ts';

const servers: Server[] = [];
/** The ends at the backends, in the order of their connections. */
const accepted: Socket[] = [];
const dialled: Socket[] = [];
let balancer: TcpBalancer | undefined;
afterEach(async () => {
  await balancer?.[Symbol.asyncDispose]();
  for (const socket of [...accepted.splice(0), ...dialled.splice(0)]) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** Answers each connection with its name, then with what it gets. */
async function backend(name: string, port = 0): Promise<number> {
  const server = createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    socket.write(name);
    socket.pipe(socket);
  }).listen(port, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function dial(): Promise<{ socket: Socket; name: string }> {
  const socket = connect(Number(balancer?.host.split(':')[1]), '127.0.0.1');
  dialled.push(socket);
  socket.on('error', () => undefined);
  const [first] = (await once(socket, 'data')) as [Buffer];
  return { socket, name: first.toString() };
}

async function open(policy?: BalancerPolicy): Promise<readonly number[]> {
  const ports = [await backend('a'), await backend('b'), await backend('c')];
  balancer = await createTcpBalancer(ports, policy);
  return ports;
}

describe('the TCP balancer of the tests', () => {
  it('takes the backends in turn and passes bytes both ways', async () => {
    await open();
    const first = await dial();
    const names = [first.name, (await dial()).name, (await dial()).name, (await dial()).name];
    expect(names).toEqual(['a', 'b', 'c', 'a']);
    first.socket.end('hello');
    const [echo] = (await once(first.socket, 'data')) as [Buffer];
    expect(echo.toString()).toBe('hello');
    await once(first.socket, 'close');
  });

  it('passes a dead backend over, and takes it again when it is back', async () => {
    const [port] = await open();
    servers[0]?.close();
    expect([(await dial()).name, (await dial()).name]).toEqual(['b', 'b']);
    await backend('again', port);
    expect([(await dial()).name, (await dial()).name]).toEqual(['c', 'again']);
  });

  it('gives the next connection to the backend with the fewest', async () => {
    await open('least connections');
    const { socket } = await dial();
    expect([(await dial()).name, (await dial()).name]).toEqual(['b', 'c']);
    expect(balancer?.connections()).toEqual([1, 1, 1]);
    socket.destroy();
    await once(socket, 'close');
    await expect.poll(() => balancer?.connections()).toEqual([0, 1, 1]);
    expect((await dial()).name).toBe('a');
  });

  it('passes the loss of a backend on to the client', async () => {
    await open();
    const { socket } = await dial();
    accepted[0]?.resetAndDestroy();
    await expect(once(socket, 'close')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('resets a client when nobody listens', async () => {
    await open();
    for (const server of servers) server.close();
    await expect(dial()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
