import { createHash } from 'node:crypto';
import type { Database } from './database.ts';

/**
 * A name for what the instances of one Cuepoint share outside of its database: the same for all of them,
 * and another one for every other cluster, database or schema. 16 letters and digits.
 */
export async function readNamespace(database: Database): Promise<string> {
  const { rows } = await database.query<{ system_identifier: string; name: string }>(
    'read-database-identity',
  );
  const { system_identifier: cluster = '', name = '' } = rows[0] ?? {};
  return createHash('sha256')
    .update([cluster, name, database.schema].join('\n'))
    .digest('hex')
    .slice(0, 16);
}
