export interface ObjectStoreOptions {
  readonly durability: IDBTransactionDurability;
  /** The database was not there. */
  readonly onCreated?: (store: IDBObjectStore) => void;
  /** Before anybody uses it. */
  readonly onOpened?: (database: IDBDatabase) => Promise<void>;
}

/**
 * The one object store of a database of that name, which is opened when it is needed, and again where it was closed.
 *
 * @returns what begins a transaction. It ends by itself once nothing is asked of it in a turn.
 */
export function objectStore(
  name: string,
  storeName: string,
  { durability, onCreated, onOpened }: ObjectStoreOptions,
): (mode: IDBTransactionMode) => Promise<IDBObjectStore> {
  let opening: Promise<IDBDatabase> | undefined;

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
      const store = request.result.createObjectStore(storeName);
      onCreated?.(store);
    });
    const database = await answerOf(request);
    // Another tab wants to delete or upgrade it, or the browser closed it: the next call opens it again.
    for (const event of ['versionchange', 'close']) {
      database.addEventListener(event, () => {
        // Also one that `onOpened` failed for, which nobody knows.
        database.close();
        forget();
      });
    }
    await onOpened?.(database);
    return database;
  }

  function forget(): void {
    // One that never opened has told so to whoever waits for it.
    opening?.then((database) => database.close()).catch(() => undefined);
    opening = undefined;
  }

  return async (mode) => {
    const start = async () =>
      (await open()).transaction(storeName, mode, { durability }).objectStore(storeName);
    try {
      return await start();
    } catch {
      // Browsers close a database without a word, after a sleep say.
      forget();
      return start();
    }
  };
}

export function answerOf<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}

/** Resolves once what was asked of the store is on the disk. */
export function endOf({ transaction }: IDBObjectStore): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    // Each error ends in it, unless somebody prevents that.
    transaction.addEventListener('abort', () => reject(transaction.error));
  });
}
