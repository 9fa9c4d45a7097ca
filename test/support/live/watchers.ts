const UNTIL_TIMEOUT_MS = 20_000;

/** Lets tests wait for what a device comes to know, instead of sleeping. */
export class Watchers {
  readonly #listeners = new Set<() => void>();

  /** Called after each thing that happens. @returns ends it. */
  add(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  notify(): void {
    for (const listener of this.#listeners) listener();
  }

  /**
   * Resolves once `predicate` holds.
   *
   * @param describe says what there is instead, should it never hold.
   */
  until(
    predicate: () => boolean,
    describe: () => string,
    timeoutMs = UNTIL_TIMEOUT_MS,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timeout);
        remove();
        settle();
      };
      const check = (): void => {
        try {
          if (predicate()) end(resolve);
        } catch (error) {
          end(() => reject(error));
        }
      };
      const timeout = setTimeout(() => {
        end(() => reject(new Error(`after ${timeoutMs} ms: ${describe()}`)));
      }, timeoutMs);
      const remove = this.add(check);
      check();
    });
  }
}
