import pg from 'pg';
import { DEFAULT_CONNECT_TIMEOUT_MS } from './database.ts';
import type { PostgresHosts } from './postgres-hosts.ts';

/**
 * Whether somebody stands between this process and the server's: PgBouncer and its like introduce themselves with a
 * number of their own, for they change the server's process behind a client.
 *
 * One that keeps a session together is taken for one that does not: what is left out for it costs a little time.
 */
export async function findPooler({ urls }: PostgresHosts): Promise<boolean> {
  for (const [index, connectionString] of urls.entries()) {
    const timeoutMs = DEFAULT_CONNECT_TIMEOUT_MS;
    const client = new pg.Client({
      connectionString,
      application_name: 'cuepoint',
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const { processID } = client as unknown as { readonly processID: number | null };
      return rows[0]?.pid !== processID;
    } catch (error) {
      if (index === urls.length - 1) throw error;
    } finally {
      void client.end().catch(() => undefined);
    }
  }
  return false;
}
