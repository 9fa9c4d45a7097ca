import type { SetTimer } from '../group-commit/timers.ts';

/** Time that moves when a test says so. */
export class TestClock {
  #nowMs: number;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  constructor(nowMs = 1_000_000) {
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

  /** Runs what is due on the way, in order, with the event loop drained after each. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await drainMicrotasks();
    for (;;) {
      const due = [...this.#timers]
        .filter((timer) => timer.atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.callback();
      await drainMicrotasks();
    }
    this.#nowMs = untilMs;
    await drainMicrotasks();
  }
}

/** Lets every promise that is ready settle, with what it starts. */
export function drainMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
