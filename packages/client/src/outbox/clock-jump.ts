import type { OutboxEntry } from './outbox-entry.ts';
import type { ReplicaStore } from '../replica/replica-store.ts';

/**
 * Looks whether the wall clock jumped, and moves the wall time of what was never sent along with a clock that was
 * set: a TV that was switched on at 1970 and heard of the time a minute later. Changes whose time by the service's
 * clock is known stay where they are. [SDK3]
 *
 * @returns whether it jumped. The offset to the service's clock is unknown then.
 */
export function noticeClockJump(store: ReplicaStore): boolean {
  const { clock, replica } = store;
  const jumpMs = clock.look();
  if (jumpMs === 0) return false;
  // One tab for all: the others would move the same changes again.
  if (!store.isLeading || !clock.isSetBy(jumpMs)) return true;
  const put = replica
    .entries()
    .filter(
      ({ state, serviceMs, userId }) =>
        state === 'unsent' && serviceMs === undefined && userId === store.place.userId,
    )
    .map((entry) => moved(entry, jumpMs));
  if (put.length > 0) void store.commit({ put });
  return true;
}

function moved(entry: OutboxEntry, byMs: number): OutboxEntry {
  return { ...entry, wallMs: entry.wallMs + byMs };
}
