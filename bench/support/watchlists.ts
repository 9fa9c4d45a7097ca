import { randomUUID } from 'node:crypto';
import type { OriginItem } from '../peers/origin.ts';
import type { BenchContext } from '../workload.ts';
import { contentIdOf, userIdOf } from './data-set.ts';
import { onServer } from './server-client.ts';

/** One user's list. */
export interface FilledWatchlist {
  readonly userId: string;
  readonly items: readonly OriginItem[];
}

export function createWatchlist(size: number, user: number): FilledWatchlist {
  const items = Array.from({ length: size }, (_, content) => ({
    contentId: contentIdOf(content),
    tag: randomUUID(),
  }));
  return { userId: userIdOf(user), items };
}

/** Fills the tables of each schema, and leaves nothing for a checkpoint to write. */
export async function fillWatchlists(
  context: BenchContext,
  schemas: readonly string[],
  lists: readonly FilledWatchlist[],
): Promise<void> {
  context.progress('filling the watchlists');
  await onServer(context, async (client) => {
    for (const { userId, items } of lists) {
      for (const schema of schemas) {
        await client.query(
          `insert into ${schema}.user_watchlists (
             user_id, content_id, unique_tag, timestamp_physical, timestamp_logical, device_id
           )
           select $1, content_id, tag, 1, 0, 'device-0'
           from unnest($2::text[], $3::text[]) as r (content_id, tag)`,
          [userId, items.map((item) => item.contentId), items.map((item) => item.tag)],
        );
      }
    }
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  });
}
