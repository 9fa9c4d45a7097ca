import type { Database } from './database.ts';

/** About 4 ms of work: everybody else waits for it, since the embedded database has one connection. [OPS3] */
const EMBEDDED_ROWS_MAX = 100;

/** How many of the rows that are wanted one statement reads. */
export function rowsAtOnce({ kind }: Pick<Database, 'kind'>, wanted: number): number {
  return kind === 'pglite' ? Math.min(wanted, EMBEDDED_ROWS_MAX) : wanted;
}
