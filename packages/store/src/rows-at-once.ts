import type { Database } from './database.ts';

/** Some 2.5 ms of work: everybody else waits for it, since the embedded database has one connection. [OPS3] */
const EMBEDDED_ROWS_MAX = 100;

/** How many rows one statement reads of a page of changes or of an export. */
export function rowsAtOnce({ kind }: Pick<Database, 'kind'>, wanted: number): number {
  return kind === 'pglite' ? Math.min(wanted, EMBEDDED_ROWS_MAX) : wanted;
}
