import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import { Listeners } from '../subscribable.ts';
import type { ClientStorage } from './client-storage.ts';

interface Records extends DBSchema {
  records: { key: [namespace: string, key: string] | typeof MARK; value: unknown };
}
type Transaction<Mode extends IDBTransactionMode> = IDBPTransaction<Records, ['records'], Mode>;

/** Tells a database from the one that was here before; no namespace's range holds it. */
const MARK = 0;

/** All keys of a namespace: arrays sort after every text. */
const rangeOf = (namespace: string) => IDBKeyRange.bound([namespace], [namespace, []]);
const PREFIX_END = '\uffff';

/**
 * Storage in the browser's IndexedDB; a write is one transaction with strict durability.
 *
 * @param name of the database; one is enough for all users and services of an origin.
 */
export function indexedDbStorage(name = 'cuepoint'): ClientStorage {
  let opening: Promise<IDBPDatabase<Records>> | undefined;
  /** Of the database that this page knows; `undefined` before it was opened. */
  let known: { readonly mark: unknown } | undefined;
  const gone = new Listeners();
  function open(): Promise<IDBPDatabase<Records>> {
    opening ??= openDB<Records>(name, 1, {
      upgrade(database) {
        void database.createObjectStore('records').put(Math.random(), MARK);
      },
      // Another tab wants to delete or upgrade it, or the browser closed it: the next call opens it again.
      blocking: forget,
      terminated: forget,
    })
      .then(recognize)
      .catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
    return opening;
  }

  /** It may have been deleted under this page: by another tab, the person, or a browser whose disk is full. */
  async function recognize(database: IDBPDatabase<Records>): Promise<IDBPDatabase<Records>> {
    const mark = await database.get('records', MARK);
    const isGone = known !== undefined && known.mark !== mark;
    known = { mark };
    if (isGone) gone.notify();
    return database;
  }

  function forget(): void {
    // One that never opened has told so to whoever waits for it.
    opening?.then((database) => database.close()).catch(() => undefined);
    opening = undefined;
  }

  async function begin<Mode extends IDBTransactionMode>(mode: Mode): Promise<Transaction<Mode>> {
    const start = async () => (await open()).transaction('records', mode, { durability: 'strict' });
    try {
      return await start();
    } catch {
      // Browsers close a database without a word, after a sleep say.
      forget();
      return start();
    }
  }

  return {
    onGone: gone.subscribe,
    async read(namespace) {
      const { store } = await begin('readonly');
      const [keys, values] = await Promise.all([
        store.getAllKeys(rangeOf(namespace)),
        store.getAll(rangeOf(namespace)),
      ]);
      return keys.map((key, index) => [key === MARK ? '' : key[1], values[index]]);
    },
    async write(namespace, changes) {
      const transaction = await begin('readwrite');
      const { store, done } = transaction;
      try {
        for (const [key, value] of changes) {
          const at: [string, string] = [namespace, key];
          const request = value === undefined ? store.delete(at) : store.put(value, at);
          // Not awaited one by one: the transaction settles them all.
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
      const { store, done } = await begin('readwrite');
      const deleted = store.delete(IDBKeyRange.bound([prefix], [prefix + PREFIX_END]));
      await Promise.all([deleted, done]);
    },
  };
}
