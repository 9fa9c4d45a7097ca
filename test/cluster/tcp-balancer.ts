import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export type BalancerPolicy = 'round robin' | 'least connections';

export interface TcpBalancer extends AsyncDisposable {
  /** Such as `127.0.0.1:40123`. */
  readonly host: string;
  /** Open connections of each backend, in the order in which they were given. */
  connections(): readonly number[];
}

const CONNECT_TIMEOUT_MS = 2_000;

/**
 * Passes bytes to one of several ports of this machine and knows nothing of what they mean.
 *
 * It ends no connection by itself: it passes on what either side does. A backend that refuses the
 * connection is passed over; when all refuse, the client's connection is reset.
 */
export async function createTcpBalancer(
  ports: readonly number[],
  policy: BalancerPolicy = 'round robin',
): Promise<TcpBalancer> {
  const backends = ports.map((port) => ({ port, connections: 0 }));
  const sockets = new Set<Socket>();
  let turn = 0;

  /** Every backend once, the best first. */
  function inOrder() {
    const rotated = [...backends.slice(turn), ...backends.slice(0, turn)];
    turn = (turn + 1) % backends.length;
    // The sort is stable: among equals, the turn decides.
    return policy === 'round robin'
      ? rotated
      : rotated.sort((a, b) => a.connections - b.connections);
  }

  async function serve(near: Socket): Promise<void> {
    keep(near);
    for (const backend of inOrder()) {
      const far = await tryConnect(backend.port);
      if (near.destroyed) return void far?.destroy();
      if (far === undefined) continue;
      keep(far);
      backend.connections += 1;
      far.on('close', () => {
        backend.connections -= 1;
      });
      return join(near, far);
    }
    near.resetAndDestroy();
  }

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  }

  const server = createServer(
    { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
    // It settles for every connection and never fails.
    (near) => void serve(near),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    host: `127.0.0.1:${port}`,
    connections: () => backends.map(({ connections }) => connections),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** `undefined` when nobody listens there. */
function tryConnect(port: number): Promise<Socket | undefined> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  return new Promise((resolve) => {
    const fail = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    const timeout = setTimeout(fail, CONNECT_TIMEOUT_MS);
    socket.once('error', fail);
    socket.once('close', () => clearTimeout(timeout));
    socket.once('connect', () => {
      clearTimeout(timeout);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

/** An end passes as an end, a loss as a reset. */
function join(near: Socket, far: Socket): void {
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.pipe(to);
    from.on('close', (hadError) => {
      if (hadError) to.resetAndDestroy();
      else if (!from.readableEnded) to.destroy();
    });
  }
}
