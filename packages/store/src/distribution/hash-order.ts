import { uuidHash } from './uuid-hash.ts';

/**
 * Compares users by the hash that Citus places them by, then by their id: the order of its shards. [SQL4]
 *
 * It remembers the hashes of what it has compared: make one for each batch.
 */
export function createHashOrder(): (a: string, b: string) => number {
  const hashByUser = new Map<string, number>();
  const hashOf = (userId: string): number => {
    let hash = hashByUser.get(userId);
    if (hash === undefined) {
      hash = uuidHash(userId);
      hashByUser.set(userId, hash);
    }
    return hash;
  };
  return (a, b) => {
    if (a === b) return 0;
    return hashOf(a) - hashOf(b) || (a < b ? -1 : 1);
  };
}
