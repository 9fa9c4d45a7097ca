/** Holds calls up while it is closed, and lets a test see how many wait. */
export class Gate {
  #isClosed = false;
  #waiting: (() => void)[] = [];
  readonly #watchers = new Set<() => void>();

  get waiting(): number {
    return this.#waiting.length;
  }

  close(): void {
    this.#isClosed = true;
  }

  /** Lets those through that wait, and all that come. */
  open(): void {
    this.#isClosed = false;
    this.passAll();
  }

  /** Lets those through that wait; it stays closed for the next. */
  passAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const pass of waiting) pass();
  }

  async pass(): Promise<void> {
    if (!this.#isClosed) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      for (const watcher of this.#watchers) watcher();
    });
  }

  /** Resolves once this many wait. */
  async untilWaiting(count: number): Promise<void> {
    while (this.#waiting.length < count) {
      await new Promise<void>((resolve) => {
        const watcher = (): void => {
          this.#watchers.delete(watcher);
          resolve();
        };
        this.#watchers.add(watcher);
      });
    }
  }
}

/** The same object with some members replaced; the rest go to the one behind it. */
export function overriding<Target extends object>(
  target: Target,
  members: Partial<Target>,
): Target {
  return Object.assign(Object.create(target) as Target, members);
}
