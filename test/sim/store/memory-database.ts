import type { Database, Queryable } from '@cuepoint/store';
import type { Snapshot } from './snapshot.ts';
import { runStatement, type DatabaseIdentity, type StatementContext } from './statements.ts';
import { Tables } from './tables.ts';

type Commit = Database['commit'];
type BoundStatement = Parameters<Commit>[0][number];
type Result = Awaited<ReturnType<Commit>>[number];

/** When things happen to one connection of a service, and whether it is still there. */
export interface DatabaseTiming {
  readonly isAlive: () => boolean;
  /** Calls back after what a statement or the way of its answer takes. */
  readonly later: (callback: () => void) => void;
  /** Asked once a commit: what goes wrong with it. */
  readonly fault: () => CommitFault | undefined;
}

/** `before`: the connection is lost and nothing is written · `after`: it is lost, and everything is. */
export type CommitFault = 'before' | 'after';

/**
 * A PostgreSQL in memory that catches up by transaction id, for as much of the store's SQL as live sessions and
 * maintenance run. What a transaction does appears at once at its commit; until then it is in progress, and
 * snapshots say so. [CUR1]
 */
export class MemoryStore {
  readonly tables = new Tables();
  readonly #now: () => number;
  #nextXid = 100;
  readonly #inProgress = new Set<number>();
  #crashes = 0;
  /** Called with each commit, once it is there. */
  onCommitted: () => void = () => undefined;

  /** @param now its wall clock, in ms since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get snapshot(): Snapshot {
    return {
      xmin: Math.min(this.#nextXid, ...this.#inProgress),
      xmax: this.#nextXid,
      inProgress: new Set(this.#inProgress),
    };
  }

  get identity(): DatabaseIdentity {
    return {
      systemIdentifier: '7',
      timeline: '00000001',
      incarnation: '00000000-0000-4000-8000-000000000001',
      recoveredAtUs: String(this.#crashes),
    };
  }

  /** What was in progress is undone, and every cursor from before is refused. [CUR2] */
  crash(): void {
    this.#crashes += 1;
    this.#inProgress.clear();
  }

  read(name: string, params: readonly unknown[]): unknown[] {
    return runStatement(this.#contextOf(0), name, params);
  }

  begin(): number {
    const xid = this.#nextXid;
    this.#nextXid += 1;
    this.#inProgress.add(xid);
    return xid;
  }

  contextOf(xid: number): StatementContext {
    return this.#contextOf(xid);
  }

  /** @returns the results, or `undefined` where a crash has undone the transaction. */
  commit(begun: StatementContext, statements: readonly BoundStatement[]): Result[] | undefined {
    if (!this.#inProgress.has(begun.xid)) return undefined;
    const context = { ...this.#contextOf(begun.xid), floors: begun.floors };
    const results = statements.map(({ name, params }) => {
      const rows = runStatement(context, name, params);
      return { rows, rowCount: rows.length };
    });
    this.#inProgress.delete(begun.xid);
    this.onCommitted();
    return results;
  }

  abort(xid: number): void {
    this.#inProgress.delete(xid);
  }

  connect(timing: DatabaseTiming): Database {
    return createMemoryDatabase(this, timing);
  }

  #contextOf(xid: number): StatementContext {
    const { tables, snapshot, identity } = this;
    return {
      tables,
      xid,
      snapshot,
      floors: tables.floors,
      database: identity,
      nowMs: this.#now(),
    };
  }
}

const DIALECT = { catchUp: 'xid', batch: 'unnest' } as const;
const WRITERS = 2;

function createMemoryDatabase(store: MemoryStore, timing: DatabaseTiming): Database {
  const { isAlive, later, fault } = timing;

  /** After a while; never where the process has died meanwhile. */
  function afterwards<Answer>(work: () => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      later(() => {
        if (!isAlive()) return;
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  async function query<Row>(name: string, params: readonly unknown[] = []) {
    const rows = await afterwards(() => store.read(name, params));
    const answer = { rows: rows as Row[], rowCount: rows.length };
    return afterwards(() => answer);
  }

  function commit(statements: readonly BoundStatement[]): Promise<readonly Result[]> {
    const wrong = fault();
    const begun = store.contextOf(store.begin());
    return new Promise((resolve, reject) => {
      const lose = () => later(() => isAlive() && reject(new Error('the connection is lost')));
      later(() => {
        if (!isAlive() || wrong === 'before') {
          store.abort(begun.xid);
          lose();
          return;
        }
        const results = store.commit(begun, statements);
        if (results === undefined || wrong === 'after') lose();
        else later(() => isAlive() && resolve(results));
      });
    });
  }

  const unused = () => Promise.reject(new Error('no part of a simulated service asks for this'));
  const transaction: Queryable = { query, execute: unused };
  return {
    kind: 'postgres',
    description: 'simulated',
    schema: 'public',
    dialect: { options: {}, known: DIALECT, current: DIALECT, refresh: async () => undefined },
    writers: WRITERS,
    query,
    execute: unused,
    commit,
    transaction: (work) => work(transaction),
    ping: () => Promise.resolve(),
    stats: () => ({ total: WRITERS, idle: 0, waiting: 0 }),
    close: () => Promise.resolve(),
  };
}
