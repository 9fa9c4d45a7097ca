import type { SetTimer } from '@cuepoint/store';

/** A wall clock and its timers that move when a test says so. */
export class ManualClock {
  #nowMs: number;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  constructor(nowMs = Date.now()) {
    this.#nowMs = nowMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly setTimer: SetTimer = (callback, delayMs) => {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  get timers(): number {
    return this.#timers.size;
  }

  /** Runs what falls due on the way, in order; the event loop turns once after each. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await turn();
    for (;;) {
      const due = this.#nextDueBy(untilMs);
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.callback();
      await turn();
    }
    this.#nowMs = untilMs;
  }

  /** Moves time on in steps until the promise settles. */
  async advanceUntil<Value>(settled: Promise<Value>, stepMs: number): Promise<Value> {
    const state = { isSettled: false };
    const watched = settled.finally(() => {
      state.isSettled = true;
    });
    watched.catch(() => undefined);
    while (!state.isSettled) await this.advance(stepMs);
    return watched;
  }

  #nextDueBy(untilMs: number) {
    let next: { readonly atMs: number; readonly callback: () => void } | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= untilMs && (next === undefined || timer.atMs < next.atMs)) next = timer;
    }
    return next;
  }
}

/** Lets the event loop go round once: what is ready settles, and what has arrived is read. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
