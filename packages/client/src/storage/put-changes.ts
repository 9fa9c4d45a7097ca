import type { StorageChange } from './client-storage.ts';

/** What `undefined` stands for is deleted. */
export function putChanges(records: Map<string, unknown>, changes: readonly StorageChange[]): void {
  for (const [key, value] of changes) {
    if (value === undefined) records.delete(key);
    else records.set(key, value);
  }
}
