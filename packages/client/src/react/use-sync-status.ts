import type { SyncStatus } from '../status.ts';
import type { WatchState } from '../watch-state.ts';
import { statusOf, useSnapshot } from './use-snapshot.ts';

const NOT_OPEN: SyncStatus = {
  isOnline: false,
  connection: 'idle',
  haltedBy: undefined,
  lastError: undefined,
  pending: 0,
  oldestPendingAtMs: undefined,
  deadLetters: 0,
  lastSyncedAtMs: undefined,
  clockOffsetMs: undefined,
  userId: undefined,
  hasStorageFailed: false,
};
const read = (state: WatchState) => state.status.get();

/** Whether the app is online, and what waits. */
export function useSyncStatus(): SyncStatus {
  return useSnapshot(statusOf, read, NOT_OPEN);
}
