import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A nginx of the tests' own, from the machine. */
export interface Nginx extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8080`. */
  readonly address: string;
}

/** Debian installs it where only root's path leads. */
const COMMANDS = ['nginx', '/usr/sbin/nginx'];
const START_TRIES_MAX = 600;

const command = COMMANDS.find((candidate) => {
  try {
    execFileSync(candidate, ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/**
 * Whether tests behind nginx can run.
 *
 * Where it is missing they are skipped, and that is said loudly; in CI it is an error. `.ci/run` installs it.
 */
export function hasNginx(): boolean {
  if (command !== undefined) return true;
  if (process.env['CI'] === 'true') {
    throw new Error('There is no nginx: the tests behind it cannot run, and in CI they have to.');
  }
  process.stderr.write(
    '\n!!! SKIPPED: the tests behind nginx, since there is no nginx (apt-get install nginx)\n\n',
  );
  return false;
}

/** @param location directives of `location /`, such as `proxy_pass http://127.0.0.1:8083;`. */
export async function startNginx(location: string): Promise<Nginx> {
  const home = await mkdtemp(path.join(tmpdir(), 'cuepoint-nginx-'));
  const port = await freePort();
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const lines = [
    'daemon off;',
    'master_process off;',
    `pid ${home}/pid;`,
    'error_log stderr;',
    'events {}',
    'http {',
    'access_log off;',
    ...places.map((place) => `${place}_temp_path ${home}/${place};`),
    `server { listen 127.0.0.1:${port}; location / { ${location} } }`,
    '}',
  ];
  await mkdir(home, { recursive: true });
  await writeFile(path.join(home, 'nginx.conf'), lines.join('\n'));
  const child = spawn(command ?? 'nginx', ['-p', home, '-c', path.join(home, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints += String(chunk)));
  for (let tries = 0; !(await takes(port)); tries += 1) {
    if (child.exitCode !== null || tries > START_TRIES_MAX) {
      throw new Error(`nginx did not start:\n${complaints}`);
    }
    await delay(50);
  }
  return {
    address: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function takes(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  return isOpen;
}
