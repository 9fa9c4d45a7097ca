import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { CuepointError } from '@cuepoint/core';
import type { FastifyInstance } from 'fastify';

/** The address that operators ask at, apart from the one of apps. */
export interface OperatorListener {
  /** Such as `http://127.0.0.1:9083`. */
  readonly address: string;
  /** Takes no new connection; those that are open belong to the server. */
  close(): void;
}

/** Which connections came in at the operators' address. */
export type OperatorConnections = Pick<WeakSet<object>, 'has'>;

/**
 * Listens at a second address for the same server: a connection is handed to it as its own are, with its limits,
 * its upgrades and its stop, and is only remembered for where it came in.
 */
export async function listenForOperators(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  connections: WeakSet<object>,
): Promise<OperatorListener> {
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

/** What is for operators is not there for others, where operators have an address of their own. */
export function keepForOperators(
  scope: FastifyInstance,
  connections: OperatorConnections | undefined,
): void {
  if (connections === undefined) return;
  scope.addHook('onRequest', async ({ raw }) => {
    if (connections.has(raw.socket)) return;
    throw new CuepointError('not_found', 'There is no such route.');
  });
}
