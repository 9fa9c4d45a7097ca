import { Listeners } from '../subscribable.ts';
import type { ClientStorage } from './client-storage.ts';

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
  let opening: Promise<IDBDatabase> | undefined;
  /** Of the database that this page knows; `undefined` before it was opened. */
  let known: { readonly mark: unknown } | undefined;
  const gone = new Listeners();
  function open(): Promise<IDBDatabase> {
    opening ??= openNew().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function openNew(): Promise<IDBDatabase> {
    const request = indexedDB.open(name, 1);
    request.addEventListener('upgradeneeded', () => {
      request.result.createObjectStore(RECORDS).put(Math.random(), MARK);
    });
    const database = await answerOf(request);
    // Another tab wants to delete or upgrade it, or the browser closed it: the next call opens it again.
    for (const event of ['versionchange', 'close']) database.addEventListener(event, forget);
    // It may have been deleted under this page: by another tab, the person, or a browser whose disk is full.
    const mark = await answerOf(database.transaction(RECORDS).objectStore(RECORDS).get(MARK));
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

  async function begin(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    const start = async () =>
      (await open()).transaction(RECORDS, mode, { durability: 'strict' }).objectStore(RECORDS);
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

function answerOf<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}

/** Resolves once what was asked of the store is on the disk. */
function endOf({ transaction }: IDBObjectStore): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    // Each error ends in it, unless somebody prevents that.
    transaction.addEventListener('abort', () => reject(transaction.error));
  });
}
