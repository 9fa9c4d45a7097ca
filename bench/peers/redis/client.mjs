// The client of Redis: what its callers send within a turn of the event loop goes out together. Plain JavaScript:
// its package is installed on demand.
import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';

const FILL_BATCH = 1_000;

/** See `RedisRegisters` in `bench/peers/redis.ts`. */
export async function connectRegisters({ port, connections }) {
  const script = await readFile(new URL('last-write-wins.lua', import.meta.url), 'utf8');
  const clients = Array.from(
    { length: connections },
    () => new Redis({ host: '127.0.0.1', port, lazyConnect: true }),
  );
  await Promise.all(clients.map((client) => client.connect()));
  const sha = await clients[0].script('LOAD', script);

  function write(index, userId, change) {
    return clients[index % connections].evalsha(
      sha,
      1,
      `progress:${userId}:${change.contentId}`,
      change.positionSeconds,
      change.durationSeconds,
      change.state,
      change.timestamp,
      change.deviceId,
      Date.now(),
    );
  }

  return {
    async write(caller, userId, change) {
      return (await write(caller, userId, change)) === 1;
    },
    async fill(count, pairAt) {
      // Nothing is measured yet: the flush that this puts off comes with the next write.
      await clients[0].config('SET', 'appendfsync', 'no');
      for (let from = 0; from < count; from += FILL_BATCH) {
        const to = Math.min(count, from + FILL_BATCH);
        await Promise.all(
          Array.from({ length: to - from }, (_, offset) => {
            const { userId, ...change } = pairAt(from + offset);
            return write(offset, userId, change);
          }),
        );
      }
      await clients[0].config('SET', 'appendfsync', 'always');
    },
    async version() {
      const info = await clients[0].info('server');
      return /redis_version:(\S+)/.exec(info)?.[1];
    },
    close: () => Promise.all(clients.map((client) => client.quit())),
  };
}
