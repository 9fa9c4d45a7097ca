import { textArray } from '../array-literal.ts';
import type { Database } from '../database.ts';

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
class TooEarly extends Error {}

export function createAttemptStore(database: Database): AttemptStore {
  async function waitOf(keys: readonly string[]): Promise<number | undefined> {
    const params = [textArray(keys), FREE_ATTEMPTS];
    const { rows } = await database.query<{ readonly wait_ms: number | null }>(
      'account-read-waits',
      params,
    );
    const waitMs = rows[0]?.wait_ms ?? undefined;
    return waitMs === undefined ? undefined : Math.ceil(waitMs);
  }

  return {
    async take(keys) {
      // Who does not wait costs one read.
      const waitMs = await waitOf(keys);
      if (waitMs !== undefined) return waitMs;
      try {
        await database.transaction(async (transaction) => {
          await transaction.query('account-prune-attempts');
          // Sorted, so that two of the same keys do not deadlock. [SQL4]
          for (const key of keys.toSorted()) {
            const taken = await transaction.query('account-take-attempt', [key, FREE_ATTEMPTS]);
            if (taken.rows.length === 0) throw new TooEarly();
          }
        });
        return undefined;
      } catch (error) {
        if (!(error instanceof TooEarly)) throw error;
        return (await waitOf(keys)) ?? 1;
      }
    },

    forgive: (own, shared) =>
      database.transaction(async (transaction) => {
        await transaction.query('account-forgive-attempt', [own, true]);
        await transaction.query('account-forgive-attempt', [shared, false]);
      }),
  };
}
