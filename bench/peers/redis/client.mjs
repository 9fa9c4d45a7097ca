// The client of Redis: it pipelines by itself what its callers send within a turn of the event loop. Plain
// JavaScript: its package is installed on demand.
import { readFile } from 'node:fs/promises';
import { createClient } from '@redis/client';

const FILL_BATCH = 1_000;

/** See `RedisRegisters` in `bench/peers/redis.ts`. */
export async function connectRegisters({ port, connections }) {
  const script = await readFile(new URL('last-write-wins.lua', import.meta.url), 'utf8');
  const clients = await Promise.all(
    Array.from({ length: connections }, () =>
      createClient({ socket: { host: '127.0.0.1', port } }).connect(),
    ),
  );
  const sha = await clients[0].scriptLoad(script);

  function write(index, userId, { contentId, ...value }) {
    return clients[index % connections].evalSha(sha, {
      keys: [`progress:${userId}:${contentId}`],
      arguments: [
        String(value.positionSeconds),
        String(value.durationSeconds),
        value.state,
        value.timestamp,
        value.deviceId,
        String(Date.now()),
      ],
    });
  }

  return {
    async write(caller, userId, change) {
      return (await write(caller, userId, change)) === 1;
    },
    async fill(count, pairAt) {
      // Nothing is measured yet: the flush that this puts off comes with the next write.
      await clients[0].configSet('appendfsync', 'no');
      for (let from = 0; from < count; from += FILL_BATCH) {
        const to = Math.min(count, from + FILL_BATCH);
        await Promise.all(
          Array.from({ length: to - from }, (_, offset) => {
            const { userId, ...change } = pairAt(from + offset);
            return write(offset, userId, change);
          }),
        );
      }
      await clients[0].configSet('appendfsync', 'always');
    },
    async version() {
      const info = await clients[0].info('server');
      return /redis_version:(\S+)/.exec(info)?.[1];
    },
    close: () => Promise.all(clients.map((client) => client.close())),
  };
}
