export interface OpenLoop {
  readonly perSecond: number;
  readonly count: number;
  call(this: void, index: number): void;
}

export interface Schedule {
  /** When the call with this index is due, by `performance.now()`. */
  dueAtMs(this: void, index: number): number;
  /** Resolves after the last call. */
  readonly ended: Promise<void>;
}

/** Node's timers are no finer; calls that are due within one turn are made together. */
const TURN_MS = 1;

/**
 * Calls at fixed times, whatever became of the calls before.
 *
 * What is slow does not slow the schedule down, and latency counts from the time that a call was due: no
 * omission is coordinated with what is measured.
 */
export function startOpenLoop({ perSecond, count, call }: OpenLoop): Schedule {
  const startedAtMs = performance.now() + TURN_MS;
  const dueAtMs = (index: number) => startedAtMs + (1_000 * index) / perSecond;
  let next = 0;

  const ended = new Promise<void>((resolve, reject) => {
    function turn(): void {
      try {
        const nowMs = performance.now();
        while (next < count && dueAtMs(next) <= nowMs) {
          call(next);
          next += 1;
        }
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      if (next === count) resolve();
      else setTimeout(turn, Math.max(TURN_MS, dueAtMs(next) - performance.now()));
    }
    setTimeout(turn, TURN_MS);
  });
  return { dueAtMs, ended };
}
