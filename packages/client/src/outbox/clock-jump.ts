import type { OutboxEntry } from './outbox-entry.ts';
import type { ReplicaStore } from '../replica/replica-store.ts';

/**
 * Looks whether the wall clock jumped, and moves the wall time of what was never sent along with a clock that was
 * set: a TV that was switched on at 1970 and heard of the time a minute later. [SDK3]
 *
 * @returns whether it jumped. The offset to the service's clock is unknown then.
 */
export function noticeClockJump(store: ReplicaStore): boolean {
  const { clock, replica } = store;
  const jumpMs = clock.look();
  if (jumpMs === 0) return false;
  const unsent = replica.entries().filter(({ state }) => state === 'unsent');
  if (unsent.length > 0 && clock.isSetBy(jumpMs)) {
    void store.commit({ put: unsent.map((entry) => moved(entry, jumpMs)) });
  }
  return true;
}

function moved(entry: OutboxEntry, byMs: number): OutboxEntry {
  return { ...entry, wallMs: entry.wallMs + byMs };
}
