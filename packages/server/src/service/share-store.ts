import type { UserLimit } from './user-limit.ts';

/**
 * The same store, whose calls take turns by user: one user's reads leave connections to the others. [GC9]
 *
 * @param store whose methods have the user, or whoever asks, as their first argument.
 */
export function shareStore<Store extends object>(store: Store, turns: UserLimit): Store {
  return new Proxy(store, {
    get(target, name): unknown {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const call = (): unknown => Reflect.apply(member, target, args);
        // A stream: it has bounds of its own.
        if (name === 'exportUser') return call();
        return turns.run(String(args[0]), async () => call());
      };
    },
  });
}
