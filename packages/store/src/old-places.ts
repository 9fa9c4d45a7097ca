import { PLACE_LIFETIME_MS } from '@cuepoint/core';
import { textArray } from './array-literal.ts';
import type { Queryable } from './database.ts';
import type { Dialect } from './dialect.ts';

/**
 * Deletes places that are no good any more, past what a writer holds, at most `max` of them. [CLM8] [SQL4]
 *
 * @param at the time; null: the database's.
 * @returns how many are gone.
 */
export async function deleteOldPlaces(
  transaction: Queryable,
  at: Date | null,
  max: number,
  { batch }: Dialect,
): Promise<number> {
  const lifetimeSeconds = PLACE_LIFETIME_MS / 1000;
  if (batch === 'unnest') {
    const params = [at, lifetimeSeconds, max];
    const { rows } = await transaction.query<{ deleted: number }>('delete-old-places', params);
    return rows[0]?.deleted ?? 0;
  }
  const { rows: found } = await transaction.query<{ user_id: string; key: string }>(
    'find-old-places',
    [at, lifetimeSeconds, max],
  );
  const keysByUser = new Map<string, string[]>();
  for (const { user_id, key } of found) {
    const keys = keysByUser.get(user_id);
    if (keys === undefined) keysByUser.set(user_id, [key]);
    else keys.push(key);
  }
  let deleted = 0;
  for (const [userId, keys] of keysByUser) {
    const { rows: free } = await transaction.query<{ key: string }>('lock-old-places', [
      userId,
      textArray(keys),
      at,
      lifetimeSeconds,
    ]);
    if (free.length === 0) continue;
    await transaction.query('delete-places', [userId, textArray(free.map(({ key }) => key))]);
    deleted += free.length;
  }
  return deleted;
}
