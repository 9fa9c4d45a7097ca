import { CuepointError } from '@cuepoint/core';
import type { RoutePersistence } from '../service/parts.ts';

/**
 * What happens to what a call hands over at one time, which is one commit: it is not done, or it is and nobody hears of it. A call
 * may write several times.
 */
export type Trouble = 'refused' | 'lost' | undefined;

export interface TroubledWrites {
  /** Of the next writes, in their order; those after them are good. */
  set(troubles: readonly Trouble[]): void;
  wrap(persistence: RoutePersistence): RoutePersistence;
}

export function createTroubledWrites(): TroubledWrites {
  let troubles: Trouble[] = [];
  /** The same for all that is handed over in one turn of the event loop. */
  let handOver: Promise<Trouble> | undefined;

  async function take(): Promise<Trouble> {
    const trouble = troubles.shift();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    handOver = undefined;
    return trouble;
  }

  return {
    set(given) {
      troubles = [...given];
    },
    wrap: (persistence) =>
      Object.assign(Object.create(persistence) as RoutePersistence, {
        async persistOp(...args: Parameters<RoutePersistence['persistOp']>) {
          handOver ??= take();
          const trouble = await handOver;
          if (trouble === 'refused') throw new CuepointError('overloaded', 'Too much to do.');
          const result = await persistence.persistOp(...args);
          if (trouble === 'lost') throw new CuepointError('outcome_unknown', 'Nobody knows.');
          return result;
        },
      }),
  };
}
