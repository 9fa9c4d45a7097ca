import { Listeners } from '../subscribable.ts';
import type { ClientStorage, StorageChange } from './client-storage.ts';
import { answerOf, endOf, objectStore } from './object-store.ts';
import { changesOf, pageNotes } from './page-notes.ts';
import { putChanges } from './put-changes.ts';

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
  /**
   * Chromium goes on after a full disk in a log that this has torn, and drops the database with all that it took since when
   * it is started again. So the outbox is kept beside one that failed, until there is another. [ENG7]
   */
  const copies = pageNotes(`${name}-copy`);
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

  /**
   * What pages could not wait for is stored now, once, before anybody reads. [ENG5]
   *
   * @returns what the database does not take, on a full disk say: it stays noted, and counts all the same.
   */
  async function takeNotes(namespace: string): Promise<StorageChange[]> {
    if (notes.find(namespace).length + copies.find(namespace).length === 0) return [];
    const store = await begin('readwrite');
    // Those that are there as the transaction begins: a page that goes on takes its own away once it is stored.
    const found = notes.find(namespace);
    const changes: StorageChange[] = [];
    const copied = copies.find(namespace).filter(([, text]) => {
      const [of, ...outbox] = changesOf(text);
      // Of the database that is there it knows nothing that this does not.
      const isLost = of?.[1] !== known?.mark;
      if (isLost) changes.push(...outbox);
      return isLost;
    });
    for (const [, text] of found) changes.push(...changesOf(text));
    try {
      await putAll(store, namespace, changes);
      notes.remove(found);
      copies.remove(copied);
      return [];
    } catch {
      return changes;
    }
  }

  return {
    onGone: gone.subscribe,
    note: (namespace) => notes.of(namespace),
    copy(namespace) {
      // One for all pages, which have the same outbox.
      const put = copies.of(namespace, '');
      return (outbox) => {
        if (!copies.isDoubted(known?.mark)) return;
        const changes = outbox();
        put(changes.length === 0 ? [] : [['', known?.mark], ...changes]);
      };
    },
    async read(namespace) {
      const left = await takeNotes(namespace);
      const store = await begin('readonly');
      const [keys, values] = await Promise.all([
        answerOf(store.getAllKeys(rangeOf(namespace))),
        answerOf<unknown[]>(store.getAll(rangeOf(namespace))),
      ]);
      const records = new Map((keys as [string, string][]).map(([, key], at) => [key, values[at]]));
      putChanges(records, left);
      return [...records];
    },
    async write(namespace, changes) {
      try {
        await putAll(await begin('readwrite'), namespace, changes);
      } catch (error) {
        copies.doubt(known?.mark);
        throw error;
      }
    },
    async clear(prefix) {
      notes.clear(prefix);
      copies.clear(prefix);
      const store = await begin('readwrite');
      store.delete(IDBKeyRange.bound([prefix], [prefix + PREFIX_END]));
      await endOf(store);
    },
  };
}

/** All of them or none. */
async function putAll(
  store: IDBObjectStore,
  namespace: string,
  changes: readonly StorageChange[],
): Promise<void> {
  const written = endOf(store);
  try {
    for (const [key, value] of changes) {
      // Not awaited one by one: the transaction settles them all.
      if (value === undefined) store.delete([namespace, key]);
      else store.put(value, [namespace, key]);
    }
    // Nobody is needed any more for it to end: the page may be gone.
    store.transaction.commit?.();
  } catch (error) {
    written.catch(() => undefined);
    store.transaction.abort();
    throw error;
  }
  await written;
}
