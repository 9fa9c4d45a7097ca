import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { freePort } from '../../test/support/free-port.ts';
import { withProcess } from '../support/started-processes.ts';
import { peerFolder } from './peer-packages.ts';

export interface PeerServer {
  readonly pid: number;
  /** `ws://…` */
  readonly url: string;
}

/** A peer's `server.mjs` as a process of its own, for the time of `work`; ends by SIGKILL. */
export async function withPeerServer<T>(
  folder: string,
  env: Readonly<Record<string, string>>,
  work: (server: PeerServer) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: peerFolder(folder),
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return withProcess(child, async (pid) => {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('listening')) break;
    }
    child.stdout.resume();
    return work({ pid, url: `ws://127.0.0.1:${port}` });
  });
}
