import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What the store sets on each connection, and the opposite in as many bytes. */
const ASKED = 'set synchronous_commit = on';
const PASSED = 'set synchronous_commit =off';

/**
 * A hop in front of PostgreSQL that makes every commit asynchronous, as a pooler with settings of its own could.
 *
 * A client's settings come in one small message, so that they are never cut in two.
 */
export async function openLazyProxy(
  port: number,
): Promise<AsyncDisposable & { readonly url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('data', (chunk) => {
      far.write(Buffer.from(chunk.toString('latin1').replaceAll(ASKED, PASSED), 'latin1'));
    });
    far.pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    url: `postgres://postgres@127.0.0.1:${address.port}/postgres`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
