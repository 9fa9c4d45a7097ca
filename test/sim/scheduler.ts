/** A process whose timers end with it. */
export interface Process {
  readonly isAlive: boolean;
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
  /** Nothing of it ever runs again; what it has started in the current turn may still end. */
  kill(): void;
}

export interface Scheduler {
  /** True time, in ms since the epoch, with fractions. */
  readonly trueMs: number;
  /** True time in whole ms, as a right wall clock shows it. */
  readonly now: () => number;
  readonly startProcess: () => Process;
  /** Of the world outside: it never dies. */
  readonly world: Process;
  /** Runs everything that falls due within this time. */
  advance(ms: number): Promise<void>;
  /**
   * Runs until the condition holds, at most for this time.
   *
   * @returns whether it held; it is looked at after each event.
   */
  advanceUntil(isMet: () => boolean, maxMs: number): Promise<boolean>;
  /** Events that have run. */
  readonly events: number;
}

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly process: { isAlive: boolean };
  callback: (() => void) | undefined;
}

/** Events of one run, at most: one that spins is a failure, and not for ever. */
const EVENTS_MAX = 400_000;

const TIMER_MIN_MS = 0.001;

/**
 * Owns all time of a run: nothing happens but by its events, one after the other, and between two of them every
 * promise that can settle has settled.
 */
export function createScheduler(startMs: number): Scheduler {
  const heap: Entry[] = [];
  let trueMs = startMs;
  let order = 0;
  let events = 0;

  function startProcess(): Process {
    const state = { isAlive: true };
    return {
      get isAlive() {
        return state.isAlive;
      },
      setTimer(callback, delayMs) {
        order += 1;
        const entry: Entry = {
          // Rounded up, as platforms do: a delay below the precision of the time is one that never passes.
          atMs: trueMs + (delayMs > 0 ? Math.max(delayMs, TIMER_MIN_MS) : 0),
          order,
          process: state,
          callback,
        };
        push(heap, entry);
        return () => {
          entry.callback = undefined;
        };
      },
      kill() {
        state.isAlive = false;
      },
    };
  }

  async function step(untilMs: number): Promise<boolean> {
    for (;;) {
      const [next] = heap;
      if (next === undefined || next.atMs > untilMs) return false;
      pop(heap);
      const { callback } = next;
      if (callback === undefined || !next.process.isAlive) continue;
      trueMs = next.atMs;
      events += 1;
      if (events > EVENTS_MAX) throw new Error(`a run has at most ${EVENTS_MAX} events`);
      callback();
      await settled();
      return true;
    }
  }

  async function advanceUntil(isMet: () => boolean, maxMs: number): Promise<boolean> {
    const untilMs = trueMs + maxMs;
    await settled();
    while (!isMet()) {
      if (await step(untilMs)) continue;
      trueMs = untilMs;
      return false;
    }
    return true;
  }

  return {
    get trueMs() {
      return trueMs;
    },
    now: () => Math.floor(trueMs),
    startProcess,
    world: startProcess(),
    async advance(ms) {
      await advanceUntil(() => false, ms);
    },
    advanceUntil,
    get events() {
      return events;
    },
  };
}

/** A turn of the real event loop: every microtask has run by then, and no time of the run has passed. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || isBefore(parent, entry)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    if (left === undefined) break;
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (isBefore(last, child)) break;
    heap[at] = child;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = last;
}
