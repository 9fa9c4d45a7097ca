import * as fakeIndexedDb from 'fake-indexeddb';
import { vi } from 'vitest';

/** A page over plain HTTP, as much of it as tabs use: a database, localStorage and its event, and no Web Locks. */
export function stubPlainPage(): EventTarget {
  const page = new EventTarget();
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(fakeIndexedDb)) {
    if (name.startsWith('IDB')) vi.stubGlobal(name, value);
  }
  vi.stubGlobal('indexedDB', new fakeIndexedDb.IDBFactory());
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('window', page);
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => texts.get(key) ?? null,
    setItem(key: string, value: string) {
      texts.set(key, value);
      page.dispatchEvent(Object.assign(new Event('storage'), { key }));
    },
  });
  return page;
}
