import type { Database, Queryable } from '../database.ts';

/** Wrong passwords and codes, by whom and from where, for all instances. [ACC2] [ACC3] */
export interface AttemptStore {
  /**
   * Counts a try of each of these keys before it is judged.
   *
   * @returns undefined where it may be judged, else in how many ms the next may.
   */
  take(keys: readonly string[]): Promise<number | undefined>;
  /**
   * The try was a right one.
   *
   * @param own is forgiven altogether. @param shared only this one: others come from there too.
   */
  forgive(own: string, shared: string): Promise<void>;
}

/** Wrong ones that cost nothing. */
export const FREE_ATTEMPTS = 5;

/** Takes back what was counted: a try that is not judged is none. */
class TooEarly extends Error {
  readonly waitMs: number;

  constructor(waitMs: number) {
    super('too early');
    this.waitMs = waitMs;
  }
}

export function createAttemptStore(database: Database): AttemptStore {
  async function takeOne(transaction: Queryable, key: string): Promise<void> {
    const params = [key, FREE_ATTEMPTS];
    if ((await transaction.query('account-take-attempt', params)).rows.length > 0) return;
    const { rows } = await transaction.query<{ readonly wait_ms: number | string }>(
      'account-read-attempt',
      params,
    );
    throw new TooEarly(Math.max(1, Math.ceil(Number(rows[0]?.wait_ms ?? 1))));
  }

  return {
    async take(keys) {
      try {
        await database.transaction(async (transaction) => {
          await transaction.query('account-prune-attempts');
          // Sorted, so that two of the same keys do not deadlock. [SQL4]
          for (const key of keys.toSorted()) await takeOne(transaction, key);
        });
        return undefined;
      } catch (error) {
        if (error instanceof TooEarly) return error.waitMs;
        throw error;
      }
    },

    forgive: (own, shared) =>
      database.transaction(async (transaction) => {
        await transaction.query('account-forgive-attempt', [own, true]);
        await transaction.query('account-forgive-attempt', [shared, false]);
      }),
  };
}
