/**
 * How many fields and items `call` looks at in `value`: each counts one whenever it is read, tested or listed.
 * The same on every machine, so it may fail a build.
 */
export function countReads(value: unknown, call: (counted: unknown) => unknown): number {
  let reads = 0;

  function counting(inside: unknown): unknown {
    if (typeof inside !== 'object' || inside === null) return inside;
    return new Proxy(inside, {
      get(target, key, receiver): unknown {
        reads += 1;
        return counting(Reflect.get(target, key, receiver));
      },
      has(target, key): boolean {
        reads += 1;
        return Reflect.has(target, key);
      },
      getOwnPropertyDescriptor(target, key): PropertyDescriptor | undefined {
        reads += 1;
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
      ownKeys(target): (string | symbol)[] {
        const keys = Reflect.ownKeys(target);
        reads += keys.length;
        return keys;
      },
    });
  }

  call(counting(value));
  return reads;
}
