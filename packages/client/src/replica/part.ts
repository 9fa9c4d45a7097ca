import { Listeners } from '../subscribable.ts';
import { Items, type Shown } from './items.ts';
import type { Replica } from './replica.ts';
import type { ReplicaStore } from './replica-store.ts';

/**
 * What is shown of one part of the watch state, and who hears of its changes.
 *
 * @param timeOf the list has the greatest first.
 */
export function createPart<Item extends Shown>(
  store: ReplicaStore,
  part: string,
  readItem: (replica: Replica, key: string) => Item | undefined,
  timeOf: (item: Item) => number,
) {
  const listeners = new Listeners();
  const items = new Items<Item>({
    keys: () => store.replica.keysOf(part),
    read: (key) => readItem(store.replica, key),
    timeOf,
  });
  store.onChanged(({ keys }) => {
    const touched = keys?.get(part);
    if (keys !== undefined && touched === undefined) return;
    items.expire(touched);
    listeners.notify();
  });
  return {
    get: (key: string) => items.get(key),
    list: () => items.list(),
    subscribe: listeners.subscribe,
  };
}
