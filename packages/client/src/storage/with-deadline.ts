import type { ClientEnvironment } from '../environment.ts';
import type { ClientStorage } from './client-storage.ts';

/** Some browsers' databases hang until the app is started again; a slow disk has answered by then. */
export const STORAGE_DEADLINE_MS = 10_000;

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
  let hanging = 0;
  function call<Answer>(begin: () => Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error('The storage hangs.'));
      if (hanging > 0) {
        fail();
        return;
      }
      let isHanging = false;
      const cancel = setTimer(() => {
        isHanging = true;
        hanging += 1;
        fail();
      }, STORAGE_DEADLINE_MS);
      const end = (): void => {
        cancel();
        if (isHanging) hanging -= 1;
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
