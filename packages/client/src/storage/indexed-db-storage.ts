import { Listeners } from '../subscribable.ts';
import type { ClientStorage } from './client-storage.ts';
import { answerOf, endOf, objectStore } from './object-store.ts';

const RECORDS = 'records';
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
  /** Of the database that this page knows; `undefined` before it was opened. */
  let known: { readonly mark: unknown } | undefined;
  const gone = new Listeners();
  const begin = objectStore(name, RECORDS, {
    durability: 'strict',
    onCreated: (store) => store.put(Math.random(), MARK),
    async onOpened(database) {
      // It may have been deleted under this page: by another tab, the person, or a browser whose disk is full.
      const mark = await answerOf(database.transaction(RECORDS).objectStore(RECORDS).get(MARK));
      const isGone = known !== undefined && known.mark !== mark;
      known = { mark };
      if (isGone) gone.notify();
    },
  });
  return {
    onGone: gone.subscribe,
    async read(namespace) {
      const store = await begin('readonly');
      const [keys, values] = await Promise.all([
        answerOf(store.getAllKeys(rangeOf(namespace))),
        answerOf<unknown[]>(store.getAll(rangeOf(namespace))),
      ]);
      return (keys as [string, string][]).map(([, key], index) => [key, values[index]]);
    },
    async write(namespace, changes) {
      const store = await begin('readwrite');
      const written = endOf(store);
      try {
        for (const [key, value] of changes) {
          // Not awaited one by one: the transaction settles them all.
          if (value === undefined) store.delete([namespace, key]);
          else store.put(value, [namespace, key]);
        }
      } catch (error) {
        written.catch(() => undefined);
        store.transaction.abort();
        throw error;
      }
      await written;
    },
    async clear(prefix) {
      const store = await begin('readwrite');
      store.delete(IDBKeyRange.bound([prefix], [prefix + PREFIX_END]));
      await endOf(store);
    },
  };
}
