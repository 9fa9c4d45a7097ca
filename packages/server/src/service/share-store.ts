import type { SyncRepository } from '@cuepoint/store';
import type { UserLimit } from './user-limit.ts';

/** The same store, whose calls take turns by user: one user's reads leave connections to the others. [GC9] */
export function shareStore(store: SyncRepository, turns: UserLimit): SyncRepository {
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
