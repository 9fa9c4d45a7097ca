import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP hop between one feed and its broker, which fails in the ways that networks do. */
export interface FaultyProxy extends AsyncDisposable {
  /** The broker's URL, through the proxy. */
  readonly url: string;
  /** Ends every connection, and each new one at once. */
  cut(): void;
  /** Nothing passes any more, and nothing is closed; new connections are taken and get no answer. */
  freeze(): void;
  /** New connections pass again. */
  mend(): void;
  /** Resolves once so many more connections have been taken. */
  taken(count: number): Promise<void>;
  /** Resolves once at most so many of the feed's connections are open. */
  openAtMost(count: number): Promise<void>;
}

export async function openFaultyProxy(brokerUrl: string): Promise<FaultyProxy> {
  const broker = new URL(brokerUrl);
  const sockets = new Set<Socket>();
  const nearSockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let fault: 'none' | 'cut' | 'frozen' = 'none';
  let takenCount = 0;

  function until(isTrue: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!isTrue()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  }

  function tell(): void {
    for (const check of waiting) check();
  }

  function track(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  }

  const server = createServer((near) => {
    track(near);
    nearSockets.add(near);
    near.on('close', () => {
      nearSockets.delete(near);
      tell();
    });
    takenCount += 1;
    tell();
    if (fault === 'cut') near.destroy();
    // Read, so that its end is noticed.
    if (fault === 'frozen') near.resume();
    if (fault !== 'none') return;
    const far = connect(Number(broker.port), broker.hostname);
    track(far);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const url = new URL(brokerUrl);
  url.port = String(address.port);

  return {
    url: url.href,
    cut() {
      fault = 'cut';
      for (const socket of sockets) socket.destroy();
    },
    freeze() {
      fault = 'frozen';
      for (const socket of sockets) socket.unpipe().pause();
    },
    mend() {
      fault = 'none';
    },
    taken(count) {
      const before = takenCount;
      return until(() => takenCount - before >= count);
    },
    openAtMost: (count) => until(() => nearSockets.size <= count),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
