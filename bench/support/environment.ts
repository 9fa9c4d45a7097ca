import { cpus, release, totalmem } from 'node:os';
import pg from 'pg';
import type { PostgresServer } from '../../test/support/postgres-server.ts';

const SETTINGS = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'wal_compression',
  'shared_buffers',
  'max_wal_size',
  'checkpoint_timeout',
  'autovacuum',
];

export type Environment = Readonly<Record<string, string>>;

/** The machine and what runs on it: everything that a figure depends on besides the code. */
export async function readEnvironment(server: PostgresServer): Promise<Environment> {
  const cores = cpus();
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; setting: string }>(
      'select name, current_setting(name) as setting from unnest($1::text[]) as name',
      [SETTINGS],
    );
    return {
      processor: `${cores[0]?.model ?? 'unknown'}, ${cores.length} cores`,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      system: `${process.platform} ${release().split('-')[0]}`,
      node: process.version,
      ...Object.fromEntries(rows.map(({ name, setting }) => [name, setting])),
    };
  } finally {
    await client.end();
  }
}
