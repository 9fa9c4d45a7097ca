/** Calls each listener after a change; one that throws does not keep the others from hearing of it. */
export class Listeners<Args extends readonly unknown[] = []> {
  readonly #listeners = new Set<(...args: Args) => void>();

  /** @returns what ends the subscription. */
  readonly subscribe = (listener: (...args: Args) => void): (() => void) => {
    // A function of its own: one listener may subscribe twice.
    const entry = (...args: Args): void => listener(...args);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  };

  get size(): number {
    return this.#listeners.size;
  }

  notify(...args: Args): void {
    for (const listener of this.#listeners) {
      try {
        listener(...args);
      } catch (error) {
        // The app's own fault: seen where its uncaught errors are, and no reason to stop syncing.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

/** A value that is computed when it is read, and the same object until it was declared out of date. */
export class Snapshot<Value> {
  readonly #compute: () => Value;
  #cached: { readonly value: Value } | undefined;

  constructor(compute: () => Value) {
    this.#compute = compute;
  }

  get(): Value {
    this.#cached ??= { value: this.#compute() };
    return this.#cached.value;
  }

  expire(): void {
    this.#cached = undefined;
  }
}

/** The former object where the new one says the same: what renders by identity does not render again. */
export function keepSame<Item extends object>(before: Item | undefined, item: Item): Item {
  const isSame =
    before !== undefined &&
    (Object.keys(item) as (keyof Item)[]).every((key) => before[key] === item[key]);
  return isSame ? before : item;
}

/** The former list where the new one holds the same objects in the same order. */
export function keepSameList<Item>(
  before: readonly Item[],
  list: readonly Item[],
): readonly Item[] {
  const isSame =
    before.length === list.length && list.every((item, index) => item === before[index]);
  return isSame ? before : list;
}
