import type { Socket } from 'node:net';
import pg from 'pg';
import { parsePostgresHosts } from './postgres-hosts.ts';
import { quoteIdentifier } from './sql-files.ts';
import { DEFAULT_SCHEMA } from './database.ts';
import { createStatementCache } from './statement-cache.ts';

/** A notification is cut off by PostgreSQL at 8,000 bytes: it refuses one that is not shorter. */
export const NOTIFICATION_BYTES_MAX = 7_999;

export interface NotificationChannelOptions {
  /** Past a transaction pooler: what listens is a session. */
  readonly url: string;
  /** Of at most 63 bytes: PostgreSQL cuts off a longer name. Databases are apart by themselves. */
  readonly channel: string;
  /** Longest wait for the connection and for the answer to each statement, in ms. Default 4,000. */
  readonly answerTimeoutMs?: number;
  /** Ends an opening that is under way; of an open channel it is no longer looked at. */
  readonly signal?: AbortSignal;
}

export interface NotificationHandlers {
  /** What somebody notified, this session included. */
  readonly onPayload: (payload: string) => void;
  /** The connection broke. Told once, and not after `close` or `destroy`. */
  readonly onLost: (reason: Error) => void;
}

/**
 * LISTEN and NOTIFY on a connection of its own, never inside a transaction: a listener that stays in one
 * keeps the server's notification queue from being emptied. [LIV3]
 */
export interface NotificationChannel {
  /**
   * Notifies in one statement. A failure says nothing of what was told.
   *
   * @param payloads each of at most {@link NOTIFICATION_BYTES_MAX} bytes of UTF-8, without \x1e.
   */
  notify(payloads: readonly string[]): Promise<void>;
  /** How much of the server's notification queue is taken, from 0 to 1. */
  readQueueUsage(): Promise<number>;
  /** Says goodbye; statements in flight are given up. */
  close(): Promise<void>;
  /** Drops the connection without a word. */
  destroy(): void;
}

/** Resolves once everything that is notified from now on arrives. Of several hosts a standby does not listen. */
export async function openNotificationChannel(
  options: NotificationChannelOptions,
  handlers: NotificationHandlers,
): Promise<NotificationChannel> {
  const { urls } = parsePostgresHosts(options.url);
  for (const url of urls.slice(0, -1)) {
    try {
      return await openOnHost({ ...options, url }, handlers);
    } catch {
      // The last host's reason is told.
    }
  }
  return openOnHost({ ...options, url: urls.at(-1) ?? options.url }, handlers);
}

async function openOnHost(
  { url, channel, answerTimeoutMs = DEFAULT_ANSWER_TIMEOUT_MS, signal }: NotificationChannelOptions,
  { onPayload, onLost }: NotificationHandlers,
): Promise<NotificationChannel> {
  // What is asked here is of no schema.
  const textOf = createStatementCache(DEFAULT_SCHEMA);
  const client = new pg.Client({
    connectionString: url,
    application_name: 'cuepoint feed',
    connectionTimeoutMillis: answerTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
  });
  const socket = (client as unknown as { readonly connection: { readonly stream: Socket } })
    .connection.stream;
  let phase: 'opening' | 'open' | 'over' = 'opening';

  function lose(reason: Error): void {
    if (phase !== 'open') return;
    destroy();
    onLost(reason);
  }

  function destroy(): void {
    phase = 'over';
    socket.destroy();
  }

  client.on('error', lose);
  client.on('end', () => lose(new Error('The connection ended.')));
  client.on('notification', ({ payload = '' }) => {
    // The first ones can come with the answer to the listen.
    if (phase !== 'over') onPayload(payload);
  });

  signal?.addEventListener('abort', destroy, { once: true });
  try {
    signal?.throwIfAborted();
    await client.connect();
    await client.query(`${SESSION_SETTINGS}; listen ${quoteIdentifier(channel)}`);
    phase = 'open';
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal?.removeEventListener('abort', destroy);
  }

  const query = async <Row extends pg.QueryResultRow>(name: string, values: unknown[] = []) =>
    client.query<Row>({ name, text: textOf(name), values });

  return {
    async notify(payloads) {
      await query('notify', [channel, payloads.join('\u001e')]);
    },
    async readQueueUsage() {
      const { rows } = await query<{ usage: number }>('read-notification-queue-usage');
      return rows[0]?.usage ?? 0;
    },
    async close() {
      phase = 'over';
      const timer = setTimeout(() => socket.destroy(), CLOSE_GRACE_MS);
      await client.end().catch(() => undefined);
      clearTimeout(timer);
    },
    destroy,
  };
}

const DEFAULT_ANSWER_TIMEOUT_MS = 4_000;
const KEEP_ALIVE_DELAY_MS = 10_000;
const CLOSE_GRACE_MS = 2_000;

/**
 * A notification takes a transaction id, so its commit would wait for the disk, and every other commit
 * that notifies would wait behind it. It is a hint: there is nothing to keep.
 */
const SESSION_SETTINGS = [
  'set synchronous_commit = off',
  'set statement_timeout = 10000',
  'set jit = off',
].join(';');
