import type { ClientEnvironment, EnvironmentSignal } from '../environment.ts';

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A device whose clocks, timers and chance do what a test says. */
export class FakeEnvironment implements ClientEnvironment {
  /** What the wall clock is off, in ms. */
  skewMs = 0;
  randomValue = 0.5;
  #passedMs = 0;
  #monotonicMs = 0;
  #lastUuid = 0;
  readonly #startMs: number;
  readonly #seed: string;
  readonly #timers = new Set<Timer>();
  readonly #listeners = new Set<(signal: EnvironmentSignal) => void>();

  /** @param seed tells the ids of two devices apart: up to 4 hex digits. */
  constructor({ startMs = Date.UTC(2026, 5, 1), seed = '0' } = {}) {
    this.#startMs = startMs;
    this.#seed = seed.padStart(8, '0');
  }

  readonly now = (): number => this.#startMs + this.#passedMs + this.skewMs;
  readonly monotonic = (): number => this.#monotonicMs;
  readonly random = (): number => this.randomValue;

  readonly uuid = (): string => {
    this.#lastUuid += 1;
    // The part that differs comes first too: writers are told apart by it, those of one device as well.
    const count = this.#lastUuid.toString(16).padStart(12, '0');
    return `${count.slice(-4)}${this.#seed.slice(-4)}-0000-4000-8000-${count}`;
  };

  readonly setTimer = (callback: () => void, delayMs: number): (() => void) => {
    const timer = { atMs: this.#monotonicMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** At once, when this one's work is done: a test that asks for turns brings its own. */
  nextTurn: (callback: () => void) => void = queueMicrotask;

  readonly onSignal = (listener: (signal: EnvironmentSignal) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Requests that outlive the page, in order. */
  readonly lastRequests: {
    readonly url: string;
    readonly token: string;
    readonly body: string;
  }[] = [];

  readonly sendLast = (url: string, token: string, body: string): void => {
    this.lastRequests.push({ url, token, body });
  };

  /** The true time, in ms. */
  get trueMs(): number {
    return this.#startMs + this.#passedMs;
  }

  /** How long each timer that runs has to go, in ms, the shortest first. */
  get timers(): number[] {
    return Array.from(this.#timers, ({ atMs }) => atMs - this.#monotonicMs).sort((a, b) => a - b);
  }

  signal(signal: EnvironmentSignal): void {
    for (const listener of this.#listeners) listener(signal);
  }

  /** The device sleeps: the wall clock goes on, and nothing else does. */
  sleep(ms: number): void {
    this.#passedMs += ms;
  }

  /** The tab is frozen: time passes, and nothing of it runs until the next `advance`. */
  freeze(ms: number): void {
    this.#move(ms);
  }

  /** Runs what falls due on the way, and lets everything settle in between. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#monotonicMs + ms;
    await settled();
    for (;;) {
      const [due] = [...this.#timers]
        .filter(({ atMs }) => atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs);
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#move(Math.max(due.atMs - this.#monotonicMs, 0));
      due.callback();
      await settled();
    }
    this.#move(untilMs - this.#monotonicMs);
    await settled();
  }

  #move(ms: number): void {
    this.#monotonicMs += ms;
    this.#passedMs += ms;
  }
}

/** Resolves once what can settle without time or a network has. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
