import { plainArray, textArray } from '../array-literal.ts';
import type { Database } from '../database.ts';

/**
 * Small numbers of contents, for programs that know works by them alone. A number is given once and for ever, and is the same
 * on every instance. [TRK2]
 *
 * @param callerId of each method: who asks, so that callers take turns.
 */
export interface ContentNumbers {
  /**
   * Gives a number to each that has none.
   *
   * @param names content ids, or names that are made of them, 1 to 300 code points.
   * @returns integers from 1 to 2,147,483,647, each name's own.
   */
  numbersOf(callerId: string, names: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Without those that were never given. @param numbers integers from 1 to 2,147,483,647. */
  namesOf(callerId: string, numbers: readonly number[]): Promise<ReadonlyMap<number, string>>;
}

interface NumberRow {
  readonly number: number;
  readonly name: string;
}

/** Names and numbers that are remembered: they never change, so nothing that is remembered is ever stale. */
const REMEMBERED_MAX = 100_000;

export function createContentNumbers(database: Database): ContentNumbers {
  const numbers = new Map<string, number>();
  const names = new Map<number, string>();

  function remember({ number, name }: NumberRow): void {
    if (numbers.size >= REMEMBERED_MAX) {
      const [[oldName, oldNumber] = []] = numbers;
      if (oldName !== undefined && oldNumber !== undefined) {
        numbers.delete(oldName);
        names.delete(oldNumber);
      }
    }
    numbers.set(name, number);
    names.set(number, name);
  }

  async function read(statement: string, keys: string): Promise<readonly NumberRow[]> {
    const { rows } = await database.query<NumberRow>(statement, [keys]);
    for (const row of rows) remember(row);
    return rows;
  }

  return {
    async numbersOf(_callerId, asked) {
      const found = new Map<string, number>();
      const missing = new Set<string>();
      for (const name of asked) {
        const number = numbers.get(name);
        if (number === undefined) missing.add(name);
        else found.set(name, number);
      }
      const learn = async () => {
        for (const { name, number } of await read(
          'read-content-numbers',
          textArray([...missing]),
        )) {
          missing.delete(name);
          found.set(name, number);
        }
      };
      if (missing.size > 0) await learn();
      if (missing.size > 0) {
        // Sorted: two instances that give the same numbers at once do not deadlock. [SQL4]
        const sorted = textArray([...missing].toSorted());
        await database.transaction((transaction) =>
          transaction.query('insert-content-numbers', [sorted]),
        );
        await learn();
      }
      return found;
    },

    async namesOf(_callerId, asked) {
      const found = new Map<number, string>();
      const missing = new Set<number>();
      for (const number of asked) {
        const name = names.get(number);
        if (name === undefined) missing.add(number);
        else found.set(number, name);
      }
      if (missing.size > 0) {
        for (const { name, number } of await read('read-content-names', plainArray([...missing]))) {
          found.set(number, name);
        }
      }
      return found;
    },
  };
}
