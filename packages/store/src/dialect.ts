import { CuepointError } from '@cuepoint/core';
import type { QueryResult } from './database.ts';
import { sqlStateOf } from './sql-state.ts';

/** How the database remembers what changed: by transaction id, or by a counter row of each user. [CUR1] */
export type CatchUpName = 'xid' | 'counter';
/** How a batch is put into a statement: as arrays, or as a list of values. [SQL4] */
export type BatchForm = 'unnest' | 'values';

/** What the statements of a database look like. */
export interface Dialect {
  readonly catchUp: CatchUpName;
  readonly batch: BatchForm;
}

export interface DialectOptions {
  /** What `prepareIdentity` brings into force; without it the database's own stays. */
  readonly catchUp?: CatchUpName;
  /** Default `values` where Citus is installed, else `unnest`. */
  readonly batch?: BatchForm;
}

/**
 * The dialect of one database: read when it is opened and by each step that may change it, and a plain value
 * everywhere else. Nothing reads it at its first use: that use may be within a transaction. [OPS1]
 *
 * It can change while this process runs, when another one switches the database to counters. The switch
 * takes away a column that every statement of the old dialect names, so none of them can write unseen:
 * `withDialect` notices and starts anew. [CUR1]
 */
export interface DialectSource {
  readonly options: DialectOptions;
  /** Undefined while the schema has no tables. */
  readonly known: Dialect | undefined;
  /** @throws CuepointError `schema_outdated` while the schema has no tables. */
  readonly current: Dialect;
  /** Reads it anew; it stays what it was when that fails. */
  refresh(): Promise<void>;
}

type Query = <Row>(name: string) => Promise<QueryResult<Row>>;

export function createDialectSource(query: Query, options: DialectOptions): DialectSource {
  let known: Dialect | undefined;
  let begun = 0;
  let kept = 0;

  async function ask(): Promise<Dialect | undefined> {
    const catchUp = await readCatchUp(query);
    return catchUp && { catchUp, batch: options.batch ?? (await formOfEngine()) };
  }

  /** On Citus a select into a table passes through the coordinator; a list of values is routed. */
  async function formOfEngine(): Promise<BatchForm> {
    const { rows } = await query<{ found: boolean }>('find-citus');
    return rows[0]?.found === true ? 'values' : 'unnest';
  }

  return {
    options,
    get known() {
      return known;
    },
    get current() {
      if (known !== undefined) return known;
      throw new CuepointError(
        'schema_outdated',
        'The database has no tables of Cuepoint. Run "cuepoint migrate up".',
      );
    },
    async refresh() {
      begun += 1;
      const turn = begun;
      const dialect = await ask();
      // What was asked for earlier may be answered later, and is older.
      if (turn < kept) return;
      kept = turn;
      known = dialect;
    },
  };
}

/** Of a schema, a table or a column that is not there: no migration has run. */
const MISSING: ReadonlySet<string | undefined> = new Set(['3F000', '42P01', '42703']);

async function readCatchUp(query: Query): Promise<CatchUpName | undefined> {
  try {
    const { rows } = await query<{ catch_up: CatchUpName }>('read-catch-up');
    return rows[0]?.catch_up;
  } catch (error) {
    if (MISSING.has(sqlStateOf(error))) return undefined;
    throw error;
  }
}

/** Of a column that is not there: the mark of the other dialect. */
const UNDEFINED_COLUMN = '42703';

/** Runs `work` in the dialect in force, and once more where it turns out to have changed. */
export async function withDialect<T>(
  source: DialectSource,
  work: (dialect: Dialect) => Promise<T>,
): Promise<T> {
  const dialect = source.current;
  try {
    return await work(dialect);
  } catch (error) {
    if (sqlStateOf(error) !== UNDEFINED_COLUMN) throw error;
    await source.refresh();
    const { current } = source;
    if (current.catchUp === dialect.catchUp) throw error;
    return work(current);
  }
}
