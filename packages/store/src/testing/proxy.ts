import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP hop in front of a server, which can fall silent without closing anything. */
export interface Proxy extends AsyncDisposable {
  /** The server's URL, through the proxy. */
  readonly url: string;
  /** Nothing passes any more on the connections of now, in either direction; new ones work. */
  freeze(): void;
  /** New connections are taken, and nothing passes on them either. */
  freezeNew(): void;
  /** Connections that ever came. */
  readonly connections: number;
}

export async function openProxy(targetUrl: string): Promise<Proxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let connections = 0;
  let isOver = false;
  const server = createServer((near) => {
    connections += 1;
    sockets.add(near);
    near.on('error', () => undefined);
    if (isOver) return;
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const url = new URL(targetUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    get connections() {
      return connections;
    },
    freezeNew() {
      isOver = true;
    },
    freeze() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
