export interface Awaited {
  readonly isTrue: () => boolean;
  /** Calls when it may have become true. @returns what ends it. */
  readonly subscribe: (look: () => void) => () => void;
  readonly timeoutMs: number;
  /** What did not come true, for the error. */
  readonly what: () => string;
}

/** @throws Error once the time is over, and what `isTrue` throws */
export function until({ isTrue, subscribe, timeoutMs, what }: Awaited): Promise<void> {
  return new Promise((resolve, reject) => {
    let isScheduled = false;
    let isOver = false;
    const finish = (): void => {
      isOver = true;
      clearTimeout(timer);
      end();
    };
    const look = (): void => {
      isScheduled = false;
      if (isOver) return;
      try {
        if (!isTrue()) return;
        finish();
        resolve();
      } catch (error) {
        finish();
        reject(error);
      }
    };
    const timer = setTimeout(() => {
      finish();
      reject(new Error(`not after ${timeoutMs / 1_000} s: ${what()}`));
    }, timeoutMs);
    // Many changes of one turn need one look.
    const end = subscribe(() => {
      if (isScheduled || isOver) return;
      isScheduled = true;
      setImmediate(look);
    });
    isScheduled = true;
    setImmediate(look);
  });
}
