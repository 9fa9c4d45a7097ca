import type { Database } from '../database.ts';
import { restoreErasure } from '../user-data.ts';
import { bindSchema } from '../sql-files.ts';
import { rowsAtOnce } from '../rows-at-once.ts';
import { KEPT_TABLES, type KeptTable } from './kept-tables.ts';

export interface ListedUser {
  readonly userId: string;
  /** Of their profile, where the service keeps people itself. */
  readonly name: string | null;
  readonly devices: number;
  readonly lastSeenMs: number | null;
}

export interface Erasure {
  readonly userId: string;
  /** No op at or below it is stored, in ms. */
  readonly erasedPhysical: number;
  readonly erasedAtMs: number;
}

/** A row of a table that is of no user's state, as JSON has it. */
export interface KeptRow {
  readonly table: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/**
 * Everything of everybody, for backups: read in pages without a transaction between them, and written by merging.
 *
 * The state of a user is exported and imported by `SyncRepository`; this is the rest.
 */
export interface BackupStore {
  /** Everybody of whom something is stored, in the order of their ids. */
  listUsers(): AsyncGenerator<ListedUser>;
  /** What is of no user's state: the catalogue, numbers of contents, people and their sign-ins, hooks. */
  readRows(): AsyncGenerator<KeptRow>;
  readErasures(): AsyncGenerator<Erasure>;
  /** Whether the user was erased after that moment, and nothing of them was stored again by an import. */
  isErasedSince(userId: string, atMs: number): Promise<boolean>;
  /**
   * Writes rows of one table that are not there, in one durable transaction; none of a user who was erased since.
   *
   * @returns how many it wrote.
   */
  writeRows(table: string, rows: readonly KeptRow['row'][], madeAtMs: number): Promise<number>;
  /** Keeps out what is older than the erasure, as it did where the backup was made. [CUR4] */
  writeErasure(erasure: Erasure): Promise<void>;
}

/** Rows of one page. */
const PAGE_ROWS = 500;
const FIRST_USER = '00000000-0000-0000-0000-000000000000';

interface UserRow {
  readonly user_id: string;
  readonly name: string | null;
  readonly devices: number;
  readonly last_seen: Date | null;
}

interface ErasureRow {
  readonly user_id: string;
  readonly erased_physical: number | string;
  readonly erased_at: Date;
}

export function createBackupStore(database: Database): BackupStore {
  const bound = (text: string): string => bindSchema(text, database.schema);
  const pageRows = rowsAtOnce(database, PAGE_ROWS);

  return {
    async *listUsers() {
      for (let after = FIRST_USER; ;) {
        const { rows } = await database.query<UserRow>('list-users', [after, pageRows]);
        for (const row of rows) {
          const { user_id: userId, name, devices, last_seen: seen } = row;
          yield { userId, name, devices, lastSeenMs: seen?.getTime() ?? null };
        }
        const last = rows.at(-1);
        if (last === undefined || rows.length < pageRows) return;
        after = last.user_id;
      }
    },

    async *readRows() {
      for (const table of KEPT_TABLES) {
        for await (const row of pagesOf(database, table, pageRows)) {
          yield { table: table.name, row };
        }
      }
    },

    async *readErasures() {
      const text = bound(
        'select user_id, erased_physical, erased_at from cuepoint.user_erasures ' +
          'where user_id > $1::uuid and erased_physical > 0 order by user_id limit $2::integer',
      );
      for (let after = FIRST_USER; ;) {
        const { rows } = await database.execute<ErasureRow>(text, [after, pageRows]);
        for (const row of rows) {
          yield {
            userId: row.user_id,
            erasedPhysical: Number(row.erased_physical),
            erasedAtMs: row.erased_at.getTime(),
          };
        }
        const last = rows.at(-1);
        if (last === undefined || rows.length < pageRows) return;
        after = last.user_id;
      }
    },

    async isErasedSince(userId, atMs) {
      const { rows } = await database.execute(
        bound(
          'select from cuepoint.user_erasures where user_id = $1::uuid and erased_physical > 0 ' +
            'and erased_at > $2::timestamptz',
        ),
        [userId, new Date(atMs)],
      );
      return rows.length > 0;
    },

    async writeRows(name, rows, madeAtMs) {
      const table = KEPT_TABLES.find((candidate) => candidate.name === name);
      if (table === undefined) throw new Error(`no backup has a table ${name}`);
      return database.transaction(async (transaction) => {
        const params = [JSON.stringify(rows), ...(isOfUsers(table) ? [new Date(madeAtMs)] : [])];
        const { rowCount } = await transaction.execute(bound(writeText(table)), params);
        if (table.counted !== undefined) await transaction.execute(bound(countText(table)));
        return rowCount;
      });
    },

    writeErasure: ({ userId, erasedPhysical, erasedAtMs }) =>
      restoreErasure(database, userId, { erasedPhysical, erasedAtMs }),
  };
}

async function* pagesOf(
  database: Database,
  table: KeptTable,
  pageRows: number,
): AsyncGenerator<KeptRow['row']> {
  const names = table.key.map(([column]) => column);
  let after: readonly unknown[] | undefined;
  for (;;) {
    const text = bindSchema(readText(table, after !== undefined), database.schema);
    const params = [pageRows, ...(after ?? [])];
    const { rows } = await database.execute<{ row: KeptRow['row'] }>(text, params);
    for (const { row } of rows) yield row;
    const last = rows.at(-1)?.row;
    if (last === undefined || rows.length < pageRows) return;
    after = names.map((column) => last[column]);
  }
}

function readText({ name, columns, key }: KeptTable, goesOn: boolean): string {
  const order = key.map(([column]) => column).join(', ');
  const after = key.map(([, type], index) => `$${index + 2}::${type}`).join(', ');
  return (
    `select to_jsonb(t) as row from (select ${columns.join(', ')} from cuepoint.${name} ` +
    `${goesOn ? `where (${order}) > (${after}) ` : ''}order by ${order} limit $1::integer) t`
  );
}

function writeText(table: KeptTable): string {
  const { name, columns, parents = [], onConflict = 'on conflict do nothing' } = table;
  const conditions = [
    ...parents.map(
      ({ column, of, key }) =>
        `(r.${column} is null or exists (select from cuepoint.${of} p where p.${key} = r.${column}))`,
    ),
    ...(isOfUsers(table)
      ? [
          'not exists (select from cuepoint.user_erasures e where e.user_id = r.user_id ' +
            'and e.erased_physical > 0 and e.erased_at > $2::timestamptz)',
        ]
      : []),
  ];
  return (
    `insert into cuepoint.${name} as t (${columns.join(', ')}) overriding system value ` +
    `select ${columns.map((column) => `r.${column}`).join(', ')} ` +
    `from jsonb_populate_recordset(null::cuepoint.${name}, $1::jsonb) r ` +
    `${conditions.length === 0 ? '' : `where ${conditions.join(' and ')} `}${onConflict}`
  );
}

/** The next number is past those that came with the rows; a sequence never goes back. */
function countText({ name, counted }: KeptTable): string {
  const sequence = `pg_get_serial_sequence('cuepoint.${name}', '${counted}')::regclass`;
  return (
    `select setval(${sequence}, max(${counted})) from cuepoint.${name} ` +
    `having max(${counted}) > coalesce(pg_sequence_last_value(${sequence}), 0)`
  );
}

function isOfUsers({ columns }: KeptTable): boolean {
  return columns.includes('user_id');
}
