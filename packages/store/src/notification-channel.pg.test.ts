import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, inject, it } from 'vitest';
import {
  NOTIFICATION_BYTES_MAX,
  openNotificationChannel,
  type NotificationChannel,
  type NotificationChannelOptions,
} from './notification-channel.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import { openProxy } from './testing/proxy.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

/** What one channel hears, one after the other. */
interface Ear {
  readonly channel: NotificationChannel;
  readonly next: () => Promise<string>;
  readonly lost: Promise<Error>;
}

async function listen(options: Partial<NotificationChannelOptions> = {}): Promise<Ear> {
  const payloads: string[] = [];
  let wake = (): void => undefined;
  let onLost = (_reason: Error): void => undefined;
  const lost = new Promise<Error>((resolve) => {
    onLost = resolve;
  });
  const channel = await openNotificationChannel(
    { url: inject('postgresUrl'), channel: aChannel(), ...options },
    {
      onPayload: (payload) => {
        payloads.push(payload);
        wake();
      },
      onLost,
    },
  );
  opened.push(channel);
  return {
    channel,
    lost,
    async next() {
      while (payloads.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return payloads.shift() ?? '';
    },
  };
}

function aChannel(): string {
  return `a "channel" ${randomUUID()}`;
}

function openServer() {
  const server = openPostgresDatabase({ url: inject('postgresUrl') });
  opened.push(server);
  return server;
}

/** A database that nobody else is in: what the server counts of it is the channel's. */
async function openEmptyDatabase() {
  const server = openServer();
  const name = `channel_${randomUUID().slice(0, 8)}`;
  await server.execute(`create database ${name}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = name;

  async function sessions() {
    const { rows } = await server.execute(
      'select state, xact_start from pg_stat_activity where datname = $1',
      [name],
    );
    return rows;
  }

  async function commits(): Promise<number> {
    const { rows } = await server.execute<{ commits: number }>(
      'select xact_commit::integer as commits from pg_stat_database where datname = $1',
      [name],
    );
    return rows[0]?.commits ?? 0;
  }

  return {
    sessions,
    /** Transactions of a session that does this. */
    async commitsOf(work: (ear: Ear) => Promise<void>): Promise<number> {
      const before = await commits();
      const ear = await listen({ url: url.href });
      await work(ear);
      // A session hands in its counts when it ends.
      await ear.channel.close();
      while ((await sessions()).length > 0);
      return (await commits()) - before;
    },
    async [Symbol.asyncDispose]() {
      await server.execute(`drop database ${name}`);
    },
  };
}

describe('a notification channel', () => {
  it('[LIV3] carries payloads in order to every session on it, its own included', async () => {
    const channel = aChannel();
    const [here, there, elsewhere] = await Promise.all([
      listen({ channel }),
      listen({ channel }),
      listen(),
    ]);
    const payloads = ['{"title":"Ночь"}\n', 'é"\\\'{},', '🎬'.repeat(1_999), ' '];
    await here.channel.notify(payloads);
    for (const ear of [here, there]) {
      for (const payload of payloads) expect(await ear.next()).toBe(payload);
    }
    await elsewhere.channel.notify(['its own']);
    expect(await elsewhere.next()).toBe('its own');
  });

  it('[LIV3] takes payloads below 8,000 bytes, and lives on after one that is not', async () => {
    const { channel, next } = await listen();
    const payload = `${'é'.repeat(3_999)}!`;
    expect(Buffer.byteLength(payload)).toBe(NOTIFICATION_BYTES_MAX);
    await expect(channel.notify([`${payload}!`])).rejects.toThrow('payload string too long');
    await channel.notify([payload]);
    expect(await next()).toBe(payload);
  });

  it('[LIV3] notifies many payloads in one transaction, and is in none before and after', async () => {
    await using database = await openEmptyDatabase();
    const withoutAny = await database.commitsOf(() => Promise.resolve());
    const withOne = await database.commitsOf(async ({ channel, next }) => {
      expect(await database.sessions()).toEqual([{ state: 'idle', xact_start: null }]);
      const payloads = Array.from({ length: 40 }, (_, index) => `${index}`);
      await channel.notify(payloads);
      for (const payload of payloads) expect(await next()).toBe(payload);
      expect(await database.sessions()).toEqual([{ state: 'idle', xact_start: null }]);
    });
    // The statement, and the server's own in which the session reads the queue.
    expect(withOne - withoutAny).toBe(2);
  });

  it('reads how full the queue of the server is', async () => {
    const { channel } = await listen();
    expect(await channel.readQueueUsage()).toBeGreaterThanOrEqual(0);
    expect(await channel.readQueueUsage()).toBeLessThan(1);
  });

  it('[LIV2] says that it is lost when the server ends its session', async () => {
    const name = `feed ${randomUUID()}`;
    const url = new URL(inject('postgresUrl'));
    url.searchParams.set('application_name', name);
    const { channel, lost } = await listen({ url: url.href });
    const { rows } = await openServer().execute(
      'select pg_terminate_backend(pid) as ended from pg_stat_activity where application_name = $1',
      [name],
    );
    expect(rows).toEqual([{ ended: true }]);
    expect((await lost).message).toContain('terminating connection');
    await expect(channel.notify(['late'])).rejects.toThrow('connection');
  });

  it('[LIV2] gives up a statement that is never answered, and an opening that fails', async () => {
    await using proxy = await openProxy(inject('postgresUrl'));
    const { channel } = await listen({ url: proxy.url, answerTimeoutMs: 200 });
    proxy.freeze();
    await expect(channel.notify(['x'])).rejects.toThrow('timeout');
    channel.destroy();
    await expect(listen({ url: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toThrow(
      'ECONNREFUSED',
    );
  });
});
