import type { ClientEnvironment } from '../environment.ts';
import type { ClientStorage } from './client-storage.ts';

/** Some browsers' databases hang until the app is started again; a slow disk has taken a step by then. */
export const STORAGE_DEADLINE_MS = 10_000;

/** Calls that hang, by the storage: whoever opens it next has to wait for them as well. */
const hangingCalls = new WeakMap<ClientStorage, Set<object>>();

/**
 * The same storage, which fails where it would hang: an app that goes on in memory is better than one that waits.
 *
 * While a call hangs nothing else is begun. So what hung and happens after all is still in order, and nobody waits so
 * long a second time.
 */
export function withDeadline(
  storage: ClientStorage,
  { setTimer }: Pick<ClientEnvironment, 'setTimer'>,
): ClientStorage {
  const hanging = hangingCalls.get(storage) ?? new Set();
  hangingCalls.set(storage, hanging);
  /** What starts the deadline of each call anew. */
  const running = new Set<() => void>();
  storage.onStep?.(() => {
    for (const restart of running) restart();
  });

  function call<Answer>(begin: () => Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error('The storage hangs.'));
      if (hanging.size > 0) {
        fail();
        return;
      }
      let cancel = (): void => undefined;
      const restart = (): void => {
        cancel();
        cancel = setTimer(() => {
          running.delete(restart);
          hanging.add(restart);
          fail();
        }, STORAGE_DEADLINE_MS);
      };
      running.add(restart);
      restart();
      const end = (): void => {
        cancel();
        running.delete(restart);
        hanging.delete(restart);
      };
      // A storage of an app's own may throw at once.
      const answer = new Promise<Answer>((settle) => {
        settle(begin());
      });
      void answer.finally(end).then(resolve, reject);
    });
  }
  return {
    read: (namespace) => call(() => storage.read(namespace)),
    write: (namespace, changes) => call(() => storage.write(namespace, changes)),
    clear: (prefix) => call(() => storage.clear(prefix)),
  };
}
