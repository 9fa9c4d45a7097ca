import { engine } from './engine.ts';

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
        report(error);
      }
    }
  }
}

/** The app's own fault: seen where its uncaught errors are, and no reason to stop syncing. */
function report(error: unknown): void {
  if (engine.reportError !== undefined) engine.reportError(error);
  else {
    setTimeout(() => {
      throw error;
    }, 0);
  }
}

/**
 * The list with former objects in the place of equal ones, and the former list where that makes them the same:
 * what renders by identity does not render again.
 */
export function keepSame<Item extends object>(
  before: readonly Item[],
  items: readonly Item[],
  keyOf: (item: Item) => string,
): readonly Item[] {
  const beforeByKey = new Map(before.map((item) => [keyOf(item), item]));
  const kept = items.map((item) => {
    const former = beforeByKey.get(keyOf(item));
    return former !== undefined && isSame(former, item) ? former : item;
  });
  const isUnchanged =
    kept.length === before.length && kept.every((item, index) => item === before[index]);
  return isUnchanged ? before : kept;
}

/** Whether two objects have the same fields, compared by identity. */
export function isSame<Value extends object>(a: Value, b: Value): boolean {
  return (Object.keys(b) as (keyof Value)[]).every((key) => a[key] === b[key]);
}
