/** Runs what concerns one key in order: each begins when the one before has ended. */
export interface Turns {
  /** @param work never rejects. @returns resolves when it has ended. */
  take(key: string, work: () => Promise<void>): Promise<void>;
  /** Resolves when nothing is left that was begun or waits. */
  whenNone(): Promise<void>;
}

/** Nothing is kept of a key whose turns are over. What comes in has to be bounded by whoever calls. */
export function createTurns(): Turns {
  const lastByKey = new Map<string, Promise<void>>();
  return {
    take(key, work) {
      const turn = (lastByKey.get(key) ?? Promise.resolve()).then(work).finally(() => {
        if (lastByKey.get(key) === turn) lastByKey.delete(key);
      });
      lastByKey.set(key, turn);
      return turn;
    },
    async whenNone() {
      while (lastByKey.size > 0) await Promise.all(lastByKey.values());
    },
  };
}
