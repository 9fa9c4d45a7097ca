import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));

/** `cuepoint serve` as a process of its own, as an operator runs it. */
export interface ServiceProcess {
  /** Such as `http://127.0.0.1:8083`. */
  readonly address: string;
  readonly pid: number;
  /** SIGKILL: nothing is flushed, nothing is said. */
  kill(): Promise<void>;
  /** SIGTERM: a graceful stop. @returns the exit code. */
  stop(): Promise<number | null>;
}

export interface ServiceProcessOptions {
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the process, also while it is on its way up. */
  readonly signal?: AbortSignal;
  /** Hears each line that the service writes, on either stream. */
  readonly onLine?: (line: string) => void;
}

/** Resolves when the service listens. Needs `npm run build`. */
export async function startServiceProcess({
  port,
  env = {},
  signal,
  onLine,
}: ServiceProcessOptions): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', String(port)], {
    env: { ...process.env, LOG_LEVEL: 'warn', ...modeOf(env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
    ...(signal !== undefined && { signal }),
  });
  // Of an abort; what it ends says so itself.
  child.on('error', () => undefined);
  const address = await listening(child, onLine);
  const end = async (name: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(name);
    await exited;
    return child.exitCode;
  };
  return {
    address,
    pid: child.pid ?? 0,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

/** Development mode, as `npm start` has it, where nothing signs tokens. */
function modeOf(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const decided = ['CUEPOINT_JWT_SECRET', 'CUEPOINT_JWKS_URL', 'CUEPOINT_ACCOUNTS'];
  return decided.some((name) => name in env) ? {} : { CUEPOINT_DEV: 'true' };
}

async function listening(
  { stdout, stderr }: ChildProcess,
  onLine?: (line: string) => void,
): Promise<string> {
  if (stdout === null || stderr === null) throw new Error('the service has no output');
  const complaints: string[] = [];
  createInterface({ input: stderr }).on('line', (line) => {
    onLine?.(line);
    complaints.push(line);
    if (complaints.length > 100) complaints.shift();
  });
  const lines = createInterface({ input: stdout });
  if (onLine !== undefined) lines.on('line', onLine);
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const address = /listens on (?<address>http\S+)/.exec(line)?.groups?.['address'];
      if (address !== undefined) resolve(address);
    });
    lines.once('close', () => {
      reject(new Error(`the service did not start:\n${complaints.join('\n')}`));
    });
  });
}
