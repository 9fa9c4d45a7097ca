import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { unprivilegedAccount } from './postgres-server.ts';

/** A PgBouncer of the tests' own in transaction mode, from the machine's `pgbouncer`. */
export interface PgBouncer extends AsyncDisposable {
  /** The server's URL, through the pooler. */
  readonly url: string;
}

const COMMANDS = ['pgbouncer', '/usr/sbin/pgbouncer'];

const command = COMMANDS.find((candidate) => {
  try {
    execFileSync(candidate, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** Whether tests with PgBouncer can run; where it is missing they are skipped loudly, and in CI it is an error. */
export function hasPgBouncer(): boolean {
  if (command !== undefined) return true;
  if (process.env['CI'] === 'true') {
    throw new Error('There is no pgbouncer: the tests with it cannot run, and in CI they have to.');
  }
  process.stderr.write(
    '\n!!! SKIPPED: the tests with PgBouncer, since there is none (apt-get install pgbouncer)\n\n',
  );
  return false;
}

/** @param poolSize connections to the server: fewer than clients, so that these share them. */
export async function startPgBouncer(serverUrl: string, { poolSize = 3 } = {}): Promise<PgBouncer> {
  const home = await mkdtemp(path.join(tmpdir(), 'cuepoint-pgbouncer-'));
  const port = await freePort();
  const { hostname, port: serverPort } = new URL(serverUrl);
  const file = path.join(home, 'pgbouncer.ini');
  await writeFile(
    file,
    [
      '[databases]',
      `* = host=${hostname} port=${serverPort} user=postgres`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      `unix_socket_dir = ${home}`,
      'pool_mode = transaction',
      'auth_type = any',
      `default_pool_size = ${poolSize}`,
      'max_client_conn = 500',
      '',
    ].join('\n'),
  );
  const account = await unprivilegedAccount();
  await chmod(home, 0o755);
  if (account !== undefined) await chown(home, account.uid, account.gid);
  const child = spawn(command ?? 'pgbouncer', [file], { stdio: 'ignore', ...account });
  await untilOpen(port);
  const url = new URL(serverUrl);
  url.port = String(port);
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      await rm(home, { recursive: true, force: true });
    },
  };
}

const ATTEMPTS_MAX = 200;

async function untilOpen(port: number): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await pause(50);
    } finally {
      socket.destroy();
    }
  }
  throw new Error('PgBouncer takes no connections');
}
