import { AsyncLocalStorage } from 'node:async_hooks';
import { CuepointError } from '@cuepoint/core';
import type { Database, Queryable } from './database.ts';

/** A transaction whose work runs. */
interface Scope {
  lastStatement: string;
  isOver: boolean;
}

/**
 * The same database, which refuses to be asked from within the work of one of its own transactions but through
 * that transaction: it throws at once and names both statements. [OPS1]
 *
 * Why: such a statement waits for another connection. The embedded database has only the one that the
 * transaction holds, so both would wait for each other for ever; of a server's pool it takes a few at once.
 */
export function guardTransactions(database: Database): Database {
  const scopes = new AsyncLocalStorage<Scope>();
  let running = 0;

  async function ask<Answer>(statement: string, call: () => Promise<Answer>): Promise<Answer> {
    const scope = scopes.getStore();
    if (scope === undefined || scope.isOver) return call();
    throw new CuepointError(
      'internal',
      `"${statement}" was sent to the database from within a transaction, whose last statement is ` +
        `"${scope.lastStatement}". It would wait for that transaction: send it through the transaction.`,
    );
  }

  const { dialect, upkeep } = database;
  return {
    ...database,
    query: (name, params) => ask(name, () => database.query(name, params)),
    execute: (sql, params) => ask(summaryOf(sql), () => database.execute(sql, params)),
    commit: (statements, next) =>
      ask(statements[0]?.name ?? 'commit', () => database.commit(statements, next)),
    transaction(work, options) {
      const scope: Scope = { lastStatement: 'begin', isOver: false };
      return ask('begin', () =>
        database.transaction(async (transaction) => {
          running += 1;
          try {
            return await scopes.run(scope, () => work(recordStatements(transaction, scope)));
          } finally {
            // What it leaves behind, such as a timer, is no part of it any more.
            scope.isOver = true;
            running -= 1;
            // Before Node 24 every promise of the process costs more while contexts are followed.
            if (running === 0) scopes.disable();
          }
        }, options),
      );
    },
    dialect: {
      options: dialect.options,
      get known() {
        return dialect.known;
      },
      get current() {
        return dialect.current;
      },
      refresh: () => ask('read-catch-up', () => dialect.refresh()),
    },
    ping: () => ask('ping', () => database.ping()),
    ...(upkeep === undefined
      ? {}
      : {
          upkeep: {
            checkpoint: () => ask('checkpoint', () => upkeep.checkpoint()),
            vacuum: () => ask('vacuum', () => upkeep.vacuum()),
          },
        }),
    close: () => ask('close', () => database.close()),
  };
}

function recordStatements(transaction: Queryable, scope: Scope): Queryable {
  return {
    query(name, params) {
      scope.lastStatement = name;
      return transaction.query(name, params);
    },
    execute(sql, params) {
      scope.lastStatement = summaryOf(sql);
      return transaction.execute(sql, params);
    },
  };
}

const SUMMARY_LENGTH_MAX = 60;

function summaryOf(sql: string): string {
  const words = sql
    .trimStart()
    .slice(0, 4 * SUMMARY_LENGTH_MAX)
    .trim()
    .replaceAll(/\s+/g, ' ');
  return words.length <= SUMMARY_LENGTH_MAX ? words : `${words.slice(0, SUMMARY_LENGTH_MAX)}…`;
}
