import { measureAutomergeWrites, prepareAutomerge } from '../peers/automerge.ts';
import { measureHocuspocusWrites, prepareHocuspocus } from '../peers/hocuspocus.ts';
import { hasRedis, measureRedis, withRedis } from '../peers/redis.ts';
import type { BenchContext } from '../workload.ts';
import type { LeftOut, WriteVariant } from './write-tables.ts';

const REDIS_CONNECTIONS = [1, 16];
const REDIS = 'Redis, append-only file, fsync always';

export interface PeerVariants {
  readonly variants: readonly WriteVariant[];
  readonly leftOut: readonly LeftOut[];
}

/** What can be measured of the peers here, with their programs running for the time of `work`. */
export async function withPeerVariants<T>(
  context: BenchContext,
  callers: number,
  work: (peers: PeerVariants) => Promise<T>,
): Promise<T> {
  if (!context.scale.live.hasPeer) {
    const reason = 'left out: its packages are not installed in a smoke run or with --no-peer';
    const names = [REDIS, 'Hocuspocus with Yjs', 'automerge-repo'];
    return work({ variants: [], leftOut: names.map((name) => ({ name, reason })) });
  }
  await prepareHocuspocus(context);
  await prepareAutomerge(context);
  const servers: readonly WriteVariant[] = [
    {
      name: 'Hocuspocus with Yjs',
      ack: 'in memory',
      measure: () => measureHocuspocusWrites(context, callers),
    },
    {
      name: 'Hocuspocus with Yjs, debounce 0',
      ack: 'in memory',
      measure: () => measureHocuspocusWrites(context, callers, 0),
    },
    {
      name: 'automerge-repo',
      ack: 'in memory',
      measure: () => measureAutomergeWrites(context, callers),
    },
  ];
  return withRedisVariants(context, callers, {}, ({ variants, leftOut }) =>
    work({ variants: [...variants, ...servers], leftOut }),
  );
}

/** Redis alone, started with these variables besides. */
export function withRedisVariants<T>(
  context: BenchContext,
  callers: number,
  env: Readonly<Record<string, string>>,
  work: (peers: PeerVariants) => Promise<T>,
): Promise<T> {
  if (!hasRedis()) {
    const reason = 'left out: there is no redis-server in the PATH';
    context.progress(`${REDIS} ${reason}`);
    return work({ variants: [], leftOut: [{ name: REDIS, reason }] });
  }
  return withRedis(context, env, (server) =>
    work({
      variants: REDIS_CONNECTIONS.map((connections) => ({
        name: `${REDIS}, connections ${connections}`,
        ack: 'flushed',
        measure: () => measureRedis(context, server, { connections, callers }),
      })),
      leftOut: [],
    }),
  );
}
