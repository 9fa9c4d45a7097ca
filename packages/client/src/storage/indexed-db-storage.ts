import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { ClientStorage } from './client-storage.ts';

interface Records extends DBSchema {
  records: { key: [namespace: string, key: string]; value: unknown };
}

/** The greatest key of a namespace: arrays sort after every text. */
const rangeOf = (namespace: string) => IDBKeyRange.bound([namespace], [namespace, []]);
const PREFIX_END = '\uffff';

/**
 * Storage in the browser's IndexedDB; a write is one transaction with strict durability.
 *
 * @param name of the database; one is enough for all users and services of an origin.
 */
export function indexedDbStorage(name = 'cuepoint'): ClientStorage {
  let opening: Promise<IDBPDatabase<Records>> | undefined;
  function open(): Promise<IDBPDatabase<Records>> {
    opening ??= openDB<Records>(name, 1, {
      upgrade(database) {
        database.createObjectStore('records');
      },
      // Another tab wants to delete or upgrade it, or the browser closed it: the next call opens it again.
      blocking: forget,
      terminated: forget,
    }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }
  function forget(): void {
    void opening?.then((database) => database.close());
    opening = undefined;
  }
  return {
    async read(namespace) {
      const { store } = (await open()).transaction('records');
      const [keys, values] = await Promise.all([
        store.getAllKeys(rangeOf(namespace)),
        store.getAll(rangeOf(namespace)),
      ]);
      return keys.map(([, key], index) => [key, values[index]]);
    },
    async write(namespace, changes) {
      const transaction = (await open()).transaction('records', 'readwrite', {
        durability: 'strict',
      });
      const done = transaction.done;
      try {
        for (const [key, value] of changes) {
          const at: [string, string] = [namespace, key];
          // Not awaited one by one: the transaction settles them all.
          const request =
            value === undefined ? transaction.store.delete(at) : transaction.store.put(value, at);
          request.catch(() => undefined);
        }
      } catch (error) {
        done.catch(() => undefined);
        transaction.abort();
        throw error;
      }
      await done;
    },
    async clear(prefix) {
      await (await open()).delete('records', IDBKeyRange.bound([prefix], [prefix + PREFIX_END]));
    },
  };
}
