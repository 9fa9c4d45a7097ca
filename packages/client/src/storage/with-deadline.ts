import type { ClientEnvironment } from '../environment.ts';
import type { ClientStorage } from './client-storage.ts';

/** Some browsers' databases hang until the app is started again; a slow disk has taken a step by then. */
export const STORAGE_DEADLINE_MS = 10_000;

interface Calls {
  /** What starts the deadline of each anew. */
  readonly running: Set<() => void>;
  readonly hanging: Set<() => void>;
}

/** By the storage: whoever opens it next has to wait for what hangs as well. */
const callsByStorage = new WeakMap<ClientStorage, Calls>();

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
  const { running, hanging } = callsOf(storage);
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
      // Not `finally`, which is younger than the oldest engine.
      void answer.then(end, end);
      void answer.then(resolve, reject);
    });
  }
  return {
    isVolatile: storage.isVolatile === true,
    onGone: (listener) => storage.onGone?.(listener) ?? (() => undefined),
    note: storage.note?.bind(storage),
    copy: storage.copy?.bind(storage),
    read: (namespace) => call(() => storage.read(namespace)),
    write: (namespace, changes) => call(() => storage.write(namespace, changes)),
    clear: (prefix) => call(() => storage.clear(prefix)),
  };
}

function callsOf(storage: ClientStorage): Calls {
  const known = callsByStorage.get(storage);
  if (known !== undefined) return known;
  const calls: Calls = { running: new Set(), hanging: new Set() };
  callsByStorage.set(storage, calls);
  // Once for each storage: one that is opened again and again has no more listeners for it.
  storage.onStep?.(() => {
    for (const restart of calls.running) restart();
  });
  return calls;
}
