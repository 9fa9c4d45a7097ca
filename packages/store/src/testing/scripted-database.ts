import type { BoundStatement, Database, QueryResult } from '../database.ts';

/** A commit that waits for the test to say how it ends. */
export interface PendingCommit {
  readonly statements: readonly BoundStatement[];
  succeed(): void;
  fail(error: unknown): void;
}

/** A database whose commits end when and how a test says; everything else throws. */
export interface ScriptedDatabase {
  readonly database: Database;
  /** In the order in which they began; an ended commit leaves. */
  readonly pending: readonly PendingCommit[];
  /** How many commits ever began. */
  readonly begun: number;
  /** Ends every commit at once from now on: `error` is asked first. */
  automatic(error?: (statements: readonly BoundStatement[]) => unknown): void;
  readonly closed: boolean;
}

const DIALECT = { catchUp: 'xid', batch: 'unnest' } as const;

export function createScriptedDatabase({ writers = 1 } = {}): ScriptedDatabase {
  const pending: PendingCommit[] = [];
  let begun = 0;
  let closed = false;
  let judge: ((statements: readonly BoundStatement[]) => unknown) | undefined;

  function commit(statements: readonly BoundStatement[]): Promise<readonly QueryResult<unknown>[]> {
    begun += 1;
    return new Promise((resolve, reject) => {
      const leave = () => pending.splice(pending.indexOf(commitInFlight), 1);
      const commitInFlight: PendingCommit = {
        statements,
        succeed() {
          leave();
          resolve(statements.map(() => ({ rows: [], rowCount: 0 })));
        },
        fail(error) {
          leave();
          reject(error);
        },
      };
      pending.push(commitInFlight);
      if (judge === undefined) return;
      const error = judge(statements);
      if (error === undefined) commitInFlight.succeed();
      else commitInFlight.fail(error);
    });
  }

  const notScripted = () => Promise.reject(new Error('not scripted'));
  return {
    database: {
      kind: 'postgres',
      description: 'scripted',
      schema: 'public',
      dialect: { options: {}, known: DIALECT, current: DIALECT, refresh: async () => undefined },
      writers,
      commit,
      query: notScripted,
      execute: notScripted,
      transaction: notScripted,
      ping: notScripted,
      stats: () => ({ total: writers, idle: 0, waiting: 0 }),
      close: async () => {
        closed = true;
      },
    },
    pending,
    get begun() {
      return begun;
    },
    automatic(error = () => undefined) {
      judge = error;
      for (const waiting of pending.slice()) waiting.succeed();
    },
    get closed() {
      return closed;
    },
  };
}

/** An error as PostgreSQL sends it. */
export function sqlError(code: string): Error {
  return Object.assign(new Error(`SQLSTATE ${code}`), { code, severity: 'ERROR' });
}
