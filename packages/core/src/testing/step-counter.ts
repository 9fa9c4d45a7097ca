/** How often a call touched a Map or a Set, and how many elements it drew from their iterators. */
export interface Steps {
  readonly calls: number;
  readonly iterated: number;
}

const COLLECTIONS: readonly object[] = [Map.prototype, Set.prototype];
const ITERATORS: readonly object[] = [new Map().keys(), new Set().keys()].map(
  (iterator) => Reflect.getPrototypeOf(iterator) ?? iterator,
);

/**
 * Counts instead of measuring time: the same on every machine, so it may fail a build.
 *
 * The built-in prototypes are instrumented while `call` runs, which has to be synchronous.
 */
export function countSteps(call: () => unknown): Steps {
  const steps = { calls: 0, iterated: 0 };
  const restores = [
    ...COLLECTIONS.map((prototype) => instrument(prototype, () => (steps.calls += 1))),
    ...ITERATORS.map((prototype) => instrument(prototype, () => (steps.iterated += 1))),
  ];
  try {
    call();
  } finally {
    for (const restore of restores) restore();
  }
  return steps;
}

/** Runs `onCall` before each method and getter of `prototype`, until the returned function is called. */
function instrument(prototype: object, onCall: () => void): () => void {
  const originals = Reflect.ownKeys(prototype)
    .filter((key) => key !== 'constructor')
    .map((key) => ({ key, original: Reflect.getOwnPropertyDescriptor(prototype, key) ?? {} }));
  for (const { key, original } of originals) {
    const counted = { ...original };
    if (isFunction(original.value)) counted.value = counting(original.value, onCall);
    if (isFunction(original.get)) counted.get = counting(original.get, onCall);
    Object.defineProperty(prototype, key, counted);
  }
  return () => {
    for (const { key, original } of originals) Object.defineProperty(prototype, key, original);
  };
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function';
}

function counting(original: AnyFunction, onCall: () => void): AnyFunction {
  return function counted(this: unknown, ...args: readonly unknown[]): unknown {
    onCall();
    return Reflect.apply(original, this, args);
  };
}
