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
 * The dialect of one database: read at its first use and kept.
 *
 * It can change while this process runs, when another one switches the database to counters. The switch
 * takes away a column that every statement of the old dialect names, so none of them can write unseen:
 * `withDialect` notices and starts anew. [CUR1]
 */
export interface DialectSource {
  readonly options: DialectOptions;
  /** Undefined until it was read, and after `forget`. */
  readonly known: Dialect | undefined;
  read(): Promise<Dialect>;
  forget(): void;
}

type Query = <Row>(name: string) => Promise<QueryResult<Row>>;

export function createDialectSource(query: Query, options: DialectOptions): DialectSource {
  let known: Dialect | undefined;
  let reading: Promise<Dialect> | undefined;

  async function ask(): Promise<Dialect> {
    const { rows } = await query<{ catch_up: CatchUpName }>('read-catch-up');
    const catchUp = rows[0]?.catch_up;
    if (catchUp === undefined) throw new Error('the database has a sync_state row');
    return { catchUp, batch: options.batch ?? (await formOfEngine()) };
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
    async read() {
      if (known !== undefined) return known;
      const current = (reading ??= ask());
      try {
        const dialect = await current;
        // Unless it was forgotten meanwhile.
        if (reading === current) known = dialect;
        return dialect;
      } finally {
        if (reading === current) reading = undefined;
      }
    },
    forget() {
      known = undefined;
      reading = undefined;
    },
  };
}

/** Of a column that is not there: the mark of the other dialect. */
const UNDEFINED_COLUMN = '42703';

/** Runs `work` in the dialect in force, and once more where it turns out to have changed. */
export async function withDialect<T>(
  source: DialectSource,
  work: (dialect: Dialect) => Promise<T>,
): Promise<T> {
  const dialect = source.known ?? (await source.read());
  try {
    return await work(dialect);
  } catch (error) {
    if (sqlStateOf(error) !== UNDEFINED_COLUMN) throw error;
    source.forget();
    const current = await source.read();
    if (current.catchUp === dialect.catchUp) throw error;
    return work(current);
  }
}
