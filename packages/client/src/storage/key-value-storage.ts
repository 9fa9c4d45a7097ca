import type { ClientStorage } from './client-storage.ts';
import { escapeSeparator } from './escape-separator.ts';

/** The storage of a TV platform, say: texts by key. Its functions may be synchronous. */
export interface KeyValueAdapter {
  get(key: string): Promise<string | null | undefined> | string | null | undefined;
  set(key: string, value: string): Promise<void> | void;
  delete(key: string): Promise<void> | void;
  keys(): Promise<readonly string[]> | readonly string[];
}

/**
 * Storage over an adapter without transactions. Records are written one after the other, in the order that
 * makes each prefix of them a good state.
 *
 * @param prefix of all keys, where others use the same medium.
 */
export function keyValueStorage(adapter: KeyValueAdapter, prefix = 'cuepoint'): ClientStorage {
  const start = (namespace: string) => `${escapeSeparator(prefix)}|${escapeSeparator(namespace)}`;
  const keysFrom = async (from: string) =>
    (await adapter.keys()).filter((key) => key.startsWith(from));
  const listeners: (() => void)[] = [];
  /** One record after the other takes its time where there are thousands. */
  function step(): void {
    for (const listener of listeners) listener();
  }
  return {
    onStep: (listener) => void listeners.push(listener),
    async read(namespace) {
      // The separator ends the namespace, and stands in none: no other one begins with it.
      const from = `${start(namespace)}|`;
      const records: [string, unknown][] = [];
      for (const key of await keysFrom(from)) {
        const value = parse(await adapter.get(key));
        step();
        if (value !== undefined) records.push([key.slice(from.length), value]);
      }
      return records;
    },
    async write(namespace, changes) {
      for (const [key, value] of changes) {
        const at = `${start(namespace)}|${key}`;
        await (value === undefined ? adapter.delete(at) : adapter.set(at, JSON.stringify(value)));
        step();
      }
    },
    async clear(from) {
      for (const key of await keysFrom(start(from))) {
        await adapter.delete(key);
        step();
      }
    },
  };
}

/** A record that a dying process wrote in part is none: what it held comes again from the service. */
function parse(text: string | null | undefined): unknown {
  if (text == null) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
