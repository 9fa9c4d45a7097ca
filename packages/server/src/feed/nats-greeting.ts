import { connect } from 'node:net';

export interface NatsAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Resolves when the server speaks: it greets whoever connects.
 *
 * The client library leaves its socket open when a server takes the connection and says nothing, a new one
 * at each attempt. So nothing is left to it before the server has shown that it is alive.
 *
 * @throws Error when it cannot be reached, says nothing in time, or `signal` aborts.
 */
export async function awaitNatsGreeting(
  { host, port }: NatsAddress,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const socket = connect({ host, port });
  const silent = () => socket.destroy(new Error('The server does not answer.'));
  const stop = () => socket.destroy(new Error('The feed was stopped.'));
  // It counts the silence of a connection that is not made yet, too.
  socket.setTimeout(timeoutMs, silent);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('data', () => resolve());
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('The server closed the connection.')));
    });
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}
