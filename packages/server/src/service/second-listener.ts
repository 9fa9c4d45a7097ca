import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Another address of the same server, apart from the one of apps. */
export interface SecondListener {
  /** Such as `http://127.0.0.1:9083`. */
  readonly address: string;
  /** Takes no new connection; those that are open belong to the server. */
  close(): void;
}

/**
 * Listens at a second address for the same server: a connection is handed to it as its own are, with its limits,
 * its upgrades and its stop, and is only remembered for where it came in.
 */
export async function listenAt(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  connections: WeakSet<object>,
): Promise<SecondListener> {
  // As Node's own HTTP server takes its connections.
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) => {
    connections.add(socket);
    server.emit('connection', socket);
  });
  listener.listen({ host, port });
  await once(listener, 'listening');
  const { port: bound } = listener.address() as AddressInfo;
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () => void listener.close(),
  };
}
