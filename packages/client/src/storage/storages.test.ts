import * as fakeIndexedDb from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeStorage } from '../testing/storage-contract.ts';
import { indexedDbStorage } from './indexed-db-storage.ts';
import { keyValueStorage, type KeyValueAdapter } from './key-value-storage.ts';
import { memoryStorage } from './memory-storage.ts';

class MapAdapter implements KeyValueAdapter {
  readonly texts = new Map<string, string>();
  writesLeft = Number.POSITIVE_INFINITY;

  get(key: string): string | undefined {
    return this.texts.get(key);
  }

  set(key: string, value: string): void {
    this.#count();
    this.texts.set(key, value);
  }

  delete(key: string): void {
    this.#count();
    this.texts.delete(key);
  }

  keys(): string[] {
    return [...this.texts.keys()];
  }

  #count(): void {
    if (this.writesLeft === 0) throw new Error('the device is dead');
    this.writesLeft -= 1;
  }
}

/** The same behind promises that settle later. */
function asynchronous(adapter: MapAdapter): KeyValueAdapter {
  const later = () =>
    new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  return {
    get: (key) => later().then(() => adapter.get(key)),
    set: (key, value) => later().then(() => adapter.set(key, value)),
    delete: (key) => later().then(() => adapter.delete(key)),
    keys: () => later().then(() => adapter.keys()),
  };
}

beforeAll(() => {
  for (const [name, value] of Object.entries(fakeIndexedDb)) {
    if (name.startsWith('IDB') || name === 'indexedDB') vi.stubGlobal(name, value);
  }
});
afterAll(() => {
  vi.unstubAllGlobals();
});

let databases = 0;
function freshName(): string {
  databases += 1;
  return `test-${databases}`;
}

describe('memory', () => {
  describeStorage(() => {
    const storage = memoryStorage();
    return { storage, reopen: () => storage };
  });
});

describe('key and value, at once', () => {
  describeStorage(() => {
    const adapter = new MapAdapter();
    return { storage: keyValueStorage(adapter), reopen: () => keyValueStorage(adapter) };
  });
});

describe('key and value, later', () => {
  describeStorage(() => {
    const adapter = new MapAdapter();
    const open = () => keyValueStorage(asynchronous(adapter), 'of|us');
    return { storage: open(), reopen: open };
  });
});

describe('IndexedDB', () => {
  describeStorage(() => {
    const name = freshName();
    return { storage: indexedDbStorage(name), reopen: () => indexedDbStorage(name) };
  });
});

describe('a note', () => {
  let texts: Record<string, string>;
  beforeEach(() => {
    texts = {};
    const methods = {
      getItem: (key: string) => texts[key] ?? null,
      setItem: (key: string, text: string) => void (texts[key] = text),
      removeItem: (key: string) => void delete texts[key],
    };
    // As there: the texts are its own properties.
    vi.stubGlobal(
      'localStorage',
      new Proxy(methods, {
        ownKeys: () => Object.keys(texts),
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      }),
    );
  });
  afterEach(() => {
    vi.stubGlobal('localStorage', undefined);
  });

  it('[ENG5] counts as written for whoever reads next, once', async () => {
    const name = freshName();
    const storage = indexedDbStorage(name);
    await storage.write('n', [['gone', 1]]);
    const note = storage.note?.('n');
    note?.([['old', 1]]);
    note?.([
      ['a', { title: 'é🎬' }],
      ['gone', undefined],
    ]);
    const left = { ...texts };
    expect(await indexedDbStorage(name).read('n')).toEqual([['a', { title: 'é🎬' }]]);
    expect(texts).toEqual({});
    await storage.write('n', [['a', 2]]);
    expect(await storage.read('n')).toEqual([['a', 2]]);
    Object.assign(texts, left);
    note?.([]);
    expect(texts).toEqual({});
  });

  it('[ENG5] is of its namespace, and is cleared with it', async () => {
    const name = freshName();
    const storage = indexedDbStorage(name);
    const namespaces = ['n|u|1|', 'n|u|12|', 'n|u|1|x', 'n|', '%7C'];
    for (const namespace of namespaces) storage.note?.(namespace)([['a', namespace]]);
    indexedDbStorage(`${name}|n`).note?.('u|1|')([['a', 'theirs']]);
    await storage.clear('n|u|1|');
    const left = [];
    for (const namespace of namespaces) left.push(...(await storage.read(namespace)));
    expect(left.map(([, value]) => value)).toEqual(['n|u|12|', 'n|', '%7C']);
    expect(Object.keys(texts)).toHaveLength(1);
  });

  it('[ENG5] stays where the database does not take it, and one that nobody can read is none', async () => {
    const name = freshName();
    const storage = indexedDbStorage(name);
    await storage.write('n', [['there', 1]]);
    storage.note?.('n')([['a', 1]]);
    const commit = vi.spyOn(fakeIndexedDb.IDBTransaction.prototype, 'commit');
    commit.mockImplementation(function (this: IDBTransaction) {
      commit.mockRestore();
      // The disk was full when it came to it.
      this.abort();
    });
    // What is there shows, with what was noted over it.
    expect(await storage.read('n')).toEqual([
      ['there', 1],
      ['a', 1],
    ]);
    expect(Object.keys(texts)).toHaveLength(1);
    await storage.write('n', [['there', undefined]]);
    expect(await storage.read('n')).toEqual([['a', 1]]);
    expect(texts).toEqual({});
    storage.note?.('n')([['b', 1]]);
    for (const key of Object.keys(texts)) texts[key] = '[["b"';
    expect(await storage.read('n')).toEqual([['a', 1]]);
  });

  it('[ENG7] is kept of the whole outbox beside a database that failed once, and counts where that is lost', async () => {
    const name = freshName();
    const storage = indexedDbStorage(name);
    await storage.write('n', [['o/1', 1]]);
    const copy = storage.copy?.('n');
    const waiting: [string, unknown][] = [
      ['o/1', 1],
      ['o/2', 2],
    ];
    const outbox = vi.fn<() => [string, unknown][]>(() => waiting);
    copy?.(outbox);
    expect(outbox).not.toHaveBeenCalled();
    const commit = vi.spyOn(fakeIndexedDb.IDBTransaction.prototype, 'commit');
    commit.mockImplementation(function (this: IDBTransaction) {
      commit.mockRestore();
      this.abort();
    });
    const written = storage.write('n', [['o/2', 2]]).then(
      () => 'stored',
      () => 'failed',
    );
    expect(await written).toBe('failed');
    copy?.(outbox);
    // The database is there: it knows better.
    expect(await indexedDbStorage(name).read('n')).toEqual([['o/1', 1]]);
    const deleting = indexedDB.deleteDatabase(name);
    await new Promise((resolve) => {
      deleting.addEventListener('success', resolve);
    });
    expect(await indexedDbStorage(name).read('n')).toEqual(waiting);
    expect(Object.keys(texts).filter((key) => !key.endsWith('-doubted'))).toEqual([]);

    // Of the new database there is no doubt; of one that is doubted and has nothing waiting there is no copy.
    const next = indexedDbStorage(name);
    await next.read('n');
    outbox.mockClear();
    next.copy?.('n')(outbox);
    expect(outbox).not.toHaveBeenCalled();
  });

  it('[ENG5] has the first so many changes of what is too long, and none where there is no localStorage', async () => {
    const storage = indexedDbStorage(freshName());
    const changes = Array.from({ length: 3_000 }, (_, index): [string, unknown] => [
      `k${1_000 + index}`,
      index,
    ]);
    storage.note?.('n')(changes);
    expect(await storage.read('n')).toEqual(changes.slice(0, 2_000));
    for (const broken of [undefined, new Proxy({}, { ownKeys: blocked, get: blocked })]) {
      vi.stubGlobal('localStorage', broken);
      storage.note?.('m')([['a', 1]]);
      storage.note?.('m')([]);
      expect(await storage.read('m')).toEqual([]);
      await storage.clear('m');
    }
  });
});

function blocked(): never {
  throw new Error('The operation is insecure.');
}

describe('a medium of keys and values', () => {
  it('that dies in a write has the first so many changes of it', async () => {
    const changes = Array.from({ length: 5 }, (_, index): [string, unknown] => [`k${index}`, 1]);
    for (let written = 0; written <= changes.length; written += 1) {
      const adapter = new MapAdapter();
      adapter.writesLeft = written;
      const outcome = keyValueStorage(adapter)
        .write('n', changes)
        .then(() => 'written')
        .catch(() => 'died');
      expect(await outcome).toBe(written === changes.length ? 'written' : 'died');
      expect(await keyValueStorage(adapter).read('n')).toEqual(changes.slice(0, written));
    }
  });

  it('that holds half a record reads as if it were not there', async () => {
    const adapter = new MapAdapter();
    const storage = keyValueStorage(adapter);
    await storage.write('n', [
      ['a', { whole: true }],
      ['b', 1],
    ]);
    const [first = ''] = adapter.keys();
    adapter.texts.set(first, '{"who');
    expect(await storage.read('n')).toEqual([['b', 1]]);
  });

  it('leaves the records of others alone', async () => {
    const adapter = new MapAdapter();
    adapter.texts.set('settings', 'theirs');
    adapter.texts.set('cuepoint-other|n|a', 'theirs');
    const storage = keyValueStorage(adapter);
    await storage.write('n', [['a', 1]]);
    await storage.clear('');
    expect(adapter.keys()).toEqual(['settings', 'cuepoint-other|n|a']);
  });
});

describe('a database', () => {
  it('that was deleted under it is made anew', async () => {
    const name = freshName();
    const storage = indexedDbStorage(name);
    await storage.write('n', [['a', 1]]);
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name);
      request.addEventListener('success', resolve);
      request.addEventListener('error', reject);
    });
    expect(await storage.read('n')).toEqual([]);
    await storage.write('n', [['a', 2]]);
    expect(await storage.read('n')).toEqual([['a', 2]]);
  });

  it('that the browser closed without a word is opened again', async () => {
    const opened: IDBDatabase[] = [];
    vi.stubGlobal('indexedDB', {
      open(...args: Parameters<IDBFactory['open']>) {
        const request = fakeIndexedDb.indexedDB.open(...args);
        request.addEventListener('success', () => opened.push(request.result));
        return request;
      },
    });
    const storage = indexedDbStorage(freshName());
    await storage.write('n', [['a', 1]]);
    opened.at(-1)?.close();
    await storage.write('n', [['b', 2]]);
    opened.at(-1)?.close();
    expect(await storage.read('n')).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    opened.at(-1)?.close();
    await storage.clear('n');
    expect(await storage.read('n')).toEqual([]);
    expect(opened.length).toBe(4);
    vi.stubGlobal('indexedDB', fakeIndexedDb.indexedDB);
  });

  it("[ENG7] that could not be read when it was opened stands in nobody's way", async () => {
    const name = freshName();
    const storage = indexedDbStorage(name);
    const get = vi.spyOn(fakeIndexedDb.IDBObjectStore.prototype, 'get');
    get.mockImplementationOnce(() => {
      throw new Error('an internal error');
    });
    await storage.write('n', [['a', 1]]);
    get.mockRestore();
    const deleted = new Promise<string>((resolve) => {
      const request = indexedDB.deleteDatabase(name);
      for (const end of ['success', 'blocked']) request.addEventListener(end, () => resolve(end));
    });
    expect(await deleted).toBe('success');
  });

  it('has stored what its transaction has, not what was put into it', async () => {
    const storage = indexedDbStorage(freshName());
    await storage.write('n', [['a', 1]]);
    const commit = vi.spyOn(fakeIndexedDb.IDBTransaction.prototype, 'commit');
    commit.mockImplementation(function (this: IDBTransaction) {
      commit.mockRestore();
      // The disk was full when it came to it.
      this.abort();
    });
    const outcome = storage.write('n', [['b', 2]]).then(
      () => 'written',
      () => 'refused',
    );
    expect(await outcome).toBe('refused');
    expect(await storage.read('n')).toEqual([['a', 1]]);
  });

  it('refuses a whole write when one value cannot be stored', async () => {
    const storage = indexedDbStorage(freshName());
    const changes: [string, unknown][] = [
      ['a', 1],
      ['b', () => 'a function is no data'],
    ];
    await expect(storage.write('n', changes)).rejects.toThrow('could not be cloned');
    expect(await storage.read('n')).toEqual([]);
    await storage.write('n', [['c', 3]]);
    expect(await storage.read('n')).toEqual([['c', 3]]);
  });
});
