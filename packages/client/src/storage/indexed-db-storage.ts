import { Listeners } from '../subscribable.ts';
import type { ClientStorage, StorageChange } from './client-storage.ts';
import { answerOf, endOf, objectStore } from './object-store.ts';
import { changesOf, pageNotes } from './page-notes.ts';

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
  const notes = pageNotes(name);
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

  /** What pages could not wait for is stored now, once, before anybody reads. [ENG5] */
  async function takeNotes(namespace: string): Promise<void> {
    if (notes.find(namespace).length === 0) return;
    const store = await begin('readwrite');
    // Those that are there as the transaction begins: a page that goes on takes its own away once it is stored.
    const found = notes.find(namespace);
    const written = endOf(store);
    for (const [, text] of found) put(store, namespace, changesOf(text));
    await written;
    notes.remove(found);
  }

  return {
    onGone: gone.subscribe,
    note: (namespace) => notes.of(namespace),
    async read(namespace) {
      await takeNotes(namespace);
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
        put(store, namespace, changes);
        // Nobody is needed any more for it to end: the page may be gone.
        store.transaction.commit?.();
      } catch (error) {
        written.catch(() => undefined);
        store.transaction.abort();
        throw error;
      }
      await written;
    },
    async clear(prefix) {
      notes.clear(prefix);
      const store = await begin('readwrite');
      store.delete(IDBKeyRange.bound([prefix], [prefix + PREFIX_END]));
      await endOf(store);
    },
  };
}

function put(store: IDBObjectStore, namespace: string, changes: readonly StorageChange[]): void {
  for (const [key, value] of changes) {
    // Not awaited one by one: the transaction settles them all.
    if (value === undefined) store.delete([namespace, key]);
    else store.put(value, [namespace, key]);
  }
}
