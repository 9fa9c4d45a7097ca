import type { SetTimer } from '@cuepoint/store';

/** Counts what has begun and not ended, for a stop that waits for it. */
export interface InFlight {
  begin(): void;
  end(): void;
  /** Resolves when nothing is in flight, or after `timeoutMs`. */
  whenNone(timeoutMs: number): Promise<void>;
}

export function createInFlight(setTimer: SetTimer): InFlight {
  let count = 0;
  let onNone: (() => void) | undefined;
  return {
    begin() {
      count += 1;
    },
    end() {
      count -= 1;
      if (count === 0) onNone?.();
    },
    whenNone(timeoutMs) {
      if (count === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const cancel = setTimer(resolve, timeoutMs);
        onNone = () => {
          cancel();
          resolve();
        };
      });
    },
  };
}
