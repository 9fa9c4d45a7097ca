import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface InTurnProxy {
  /** Such as `http://127.0.0.1:1234`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Gives each request to the next of several instances, as a balancer does that keeps nothing of a client. */
export async function openInTurnProxy(addresses: readonly string[]): Promise<InTurnProxy> {
  let turn = 0;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const address = addresses[turn % addresses.length];
    turn += 1;
    const { method, url = '/', headers } = request;
    const passed = ask(`${address}${url}`, { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
