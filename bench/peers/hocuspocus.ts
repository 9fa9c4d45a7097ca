import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../test/support/free-port.ts';
import { measureChanges } from '../live/measure-changes.ts';
import { userIdOf } from '../support/data-set.ts';
import { dropSchemas, onServer } from '../support/server-client.ts';
import { withProcess } from '../support/started-processes.ts';
import type { BenchContext, Sample } from '../workload.ts';

const run = promisify(execFile);

const FOLDER = fileURLToPath(new URL('./hocuspocus/', import.meta.url));
const SCHEMA = 'bench_hocuspocus';
const PACKAGES = ['@hocuspocus/server', '@hocuspocus/extension-database', 'yjs'];

/** Installs the peer from its own lock file. It is no dependency of anything else here. */
export async function prepareHocuspocus({
  progress,
}: BenchContext): Promise<{ readonly name: string }> {
  progress('installing the peer');
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: FOLDER });
  } catch (error) {
    throw new Error('Hocuspocus could not be installed; --no-peer measures without it.', {
      cause: error,
    });
  }
  const versions = PACKAGES.map((name) => {
    const file = new URL(`./hocuspocus/node_modules/${name}/package.json`, import.meta.url);
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return `${name} ${version}`;
  });
  progress(`the peer: ${versions.join(', ')}, on Node ${process.version}`);
  return { name: 'Hocuspocus with Yjs (acks are not durable)' };
}

/** One document a user, stored by its database extension in one row. */
export async function measureHocuspocus(
  context: BenchContext,
  changesPerSecond: number,
): Promise<Sample> {
  await onServer(context, async (client) => {
    await client.query(`drop schema if exists ${SCHEMA} cascade`);
    await client.query(`create schema ${SCHEMA}`);
    await client.query(
      `create table ${SCHEMA}.documents (name text primary key, data bytea not null)`,
    );
  });
  const port = await freePort();
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: FOLDER,
    env: {
      ...process.env,
      PORT: String(port),
      DATABASE_URL: context.server.url(),
      DOCUMENTS_TABLE: `${SCHEMA}.documents`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    return await withProcess(
      child,
      async (pid) => {
        for await (const line of createInterface({ input: child.stdout })) {
          if (line.includes('listening')) break;
        }
        child.stdout.resume();
        const users = Array.from({ length: context.scale.live.users }, (_, user) => ({
          userId: userIdOf(user),
          token: '',
        }));
        const url = `ws://127.0.0.1:${port}`;
        return measureChanges(
          context,
          { system: 'hocuspocus', pids: [pid], addresses: [], urls: [url], users, schema: SCHEMA },
          changesPerSecond,
        );
      },
      'SIGTERM',
    );
  } finally {
    await dropSchemas(context, [SCHEMA]);
  }
}
