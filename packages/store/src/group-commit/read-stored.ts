import { plainArray, textArray } from '../array-literal.ts';
import type { Queryable } from '../database.ts';
import type { Dialect } from '../dialect.ts';
import { ofCounters } from '../sql-files.ts';

/** What reads the rows of one lane by users and keys. */
export type StoredRead = 'read-registers' | 'read-tags' | 'read-said' | 'read-plays';

/** Keys in one read where a read cannot join arrays: it gives every pair of its users and keys. */
const PAIRS_CHUNK_ROWS = 50;

/**
 * The stored rows of some keys, for callers whose change met another; with their marks where the batch does not
 * know which rows it wrote. Rows of other keys may come along.
 *
 */
export async function readStored<Row>(
  reader: Queryable,
  name: StoredRead,
  keys: readonly { readonly userId: string; readonly key: string }[],
  dialect: Dialect,
): Promise<readonly Row[]> {
  if (dialect.batch === 'unnest') {
    const own = dialect.catchUp === 'counter' ? ofCounters(name) : name;
    const { rows } = await reader.query<Row>(own, paramsOf(keys));
    return rows;
  }
  const found: Row[] = [];
  for (let start = 0; start < keys.length; start += PAIRS_CHUNK_ROWS) {
    const chunk = keys.slice(start, start + PAIRS_CHUNK_ROWS);
    const { rows } = await reader.query<Row>(`${name}-any`, paramsOf(chunk));
    found.push(...rows);
  }
  return found;
}

function paramsOf(keys: readonly { readonly userId: string; readonly key: string }[]) {
  return [plainArray(keys.map(({ userId }) => userId)), textArray(keys.map(({ key }) => key))];
}
