import { createHash } from 'node:crypto';
import type { Database } from './database.ts';

/**
 * What the instances of one Cuepoint know and nobody else: the same for all on a schema, another one for every other
 * cluster, database or schema. 64 hex digits, made of a random secret that is stored in the schema.
 *
 * Two statements: a distributed database may have another node answer where a table is read.
 */
export async function readFeedSecret(database: Database): Promise<string> {
  const identity = await database.query<{ system_identifier: string; name: string }>(
    'read-database-identity',
  );
  const stored = await database.query<{ feed_secret: string }>('read-feed-secret');
  const [of] = identity.rows;
  const [state] = stored.rows;
  if (of === undefined || state === undefined) throw new Error('a migrated database has both');
  return createHash('sha256')
    .update([of.system_identifier, of.name, database.schema, state.feed_secret].join('\n'))
    .digest('hex');
}
