import type { ClientStorage } from './client-storage.ts';

/** Keeps everything until the process ends: for tests, guests and server rendering. */
export function memoryStorage(): ClientStorage {
  const namespaces = new Map<string, Map<string, unknown>>();
  return {
    isVolatile: true,
    async read(namespace) {
      return copyOf([...(namespaces.get(namespace) ?? [])]);
    },
    async write(namespace, changes) {
      const records = namespaces.get(namespace) ?? new Map<string, unknown>();
      namespaces.set(namespace, records);
      for (const [key, value] of changes) {
        if (value === undefined) records.delete(key);
        else records.set(key, copyOf(value));
      }
    },
    async clear(prefix) {
      for (const namespace of namespaces.keys()) {
        if (namespace.startsWith(prefix)) namespaces.delete(namespace);
      }
    },
  };
}

/** Records are what JSON holds. */
function copyOf<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
