import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { freePort } from '../../test/support/free-port.ts';
import { withProcess } from '../support/started-processes.ts';

/** In the `PATH`; Debian's package has this name. */
const PROGRAM = 'nats-server';

/** A NATS server on loopback for the time of `work`, which gets its URL. */
export async function withNatsServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const port = await freePort();
  const child = spawn(PROGRAM, ['--addr', '127.0.0.1', '--port', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return withProcess(child, async () => {
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.includes('Server is ready')) break;
    }
    child.stderr.resume();
    return work(`nats://127.0.0.1:${port}`);
  });
}
