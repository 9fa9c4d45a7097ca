import { measureAutomergeWrites, prepareAutomerge } from '../peers/automerge.ts';
import { measureHocuspocusWrites, prepareHocuspocus } from '../peers/hocuspocus.ts';
import { hasRedis, measureRedis, withRedis } from '../peers/redis.ts';
import { orNothing, type Variant } from '../support/rounds.ts';
import type { BenchContext, Sample } from '../workload.ts';
import type { LeftOut, WriteVariant } from './write-tables.ts';

const REDIS_CONNECTIONS = [1, 16];
export const REDIS = 'Redis, append-only file, fsync always';
export const LONE_REDIS = 'a lone write to Redis';

export interface PeerVariants {
  readonly variants: readonly WriteVariant[];
  readonly leftOut: readonly LeftOut[];
}

export interface RedisVariants extends PeerVariants {
  /** One write at a time; none where there is no Redis. */
  readonly lone: readonly Variant[];
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
  const server = (name: string, measure: () => Promise<Sample>): WriteVariant => ({
    name,
    ack: 'in memory',
    measure: () => orNothing(context, name, measure),
  });
  const servers = [
    server('Hocuspocus with Yjs', () => measureHocuspocusWrites(context, callers)),
    server('Hocuspocus with Yjs, debounce 0', () => measureHocuspocusWrites(context, callers, 0)),
    server('automerge-repo', () => measureAutomergeWrites(context, callers)),
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
  work: (peers: RedisVariants) => Promise<T>,
): Promise<T> {
  if (!hasRedis()) {
    const reason = 'left out: there is no redis-server in the PATH';
    context.progress(`${REDIS} ${reason}`);
    return work({ variants: [], lone: [], leftOut: [{ name: REDIS, reason }] });
  }
  return withRedis(context, env, (server) =>
    work({
      variants: REDIS_CONNECTIONS.map((connections) => ({
        name: `${REDIS}, connections ${connections}`,
        ack: 'flushed',
        measure: () => measureRedis(context, server, { connections, callers }),
      })),
      lone: [
        {
          name: LONE_REDIS,
          measure: () => measureRedis(context, server, { connections: 1, callers: 1 }),
        },
      ],
      leftOut: [],
    }),
  );
}
