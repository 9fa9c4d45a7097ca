import type { ConnectionState } from './connection/connection-machine.ts';
import type { HaltCode } from './connection/verdict.ts';
import type { Link } from './link.ts';
import type { ReplicaStore } from './replica/replica-store.ts';
import { isSame, Listeners } from './subscribable.ts';

export interface SyncStatus {
  readonly isOnline: boolean;
  /**
   * `idle`: closed, or another tab is about to connect · `waiting`: for the next attempt · `connecting` · `online` ·
   * `halted`: the app has to act, see `haltedBy`.
   */
  readonly connection: 'idle' | 'waiting' | 'connecting' | 'online' | 'halted';
  /** Why no attempt is made: sign in, update the app, or call `reconnect`. */
  readonly haltedBy: HaltCode | undefined;
  /** The last error that the service told, or `token_failed`; `undefined` while online. */
  readonly lastError: string | undefined;
  /** Changes that the service has not acknowledged. 0 means synced. [SDK2] */
  readonly pending: number;
  /** When the oldest of them was made, in ms by this device's clock. */
  readonly oldestPendingAtMs: number | undefined;
  readonly deadLetters: number;
  /**
   * When everything was last acknowledged, in ms by the service's clock. While the device is online and nothing is pending it
   * is synced now, and this moves on with the next change or the end of the connection.
   */
  readonly lastSyncedAtMs: number | undefined;
  /** Service minus this device, in ms; `undefined` until a welcome measured it. */
  readonly clockOffsetMs: number | undefined;
  /** Whom the service knows this app's token as; `undefined` until the first welcome. */
  readonly userId: string | undefined;
  /** This device cannot store changes: they would not survive the end of the app. */
  readonly hasStorageFailed: boolean;
}

export interface Status {
  /** The same object until something changes. */
  get(): SyncStatus;
  subscribe(listener: () => void): () => void;
}

function nameOf({ name }: ConnectionState): SyncStatus['connection'] {
  if (name === 'live') return 'online';
  return name === 'greeting' ? 'connecting' : name;
}

export function createStatus(store: ReplicaStore, link: Link): Status {
  const listeners = new Listeners();
  function read(): SyncStatus {
    const { connection, clockOffsetMs, lastError, userId } = link.state;
    const { replica } = store;
    const entries = replica.entries();
    return {
      isOnline: connection.name === 'live',
      connection: nameOf(connection),
      haltedBy: connection.name === 'halted' ? connection.code : undefined,
      lastError: connection.name === 'live' ? undefined : lastError,
      pending: entries.length - replica.deadCount,
      oldestPendingAtMs: entries.find(({ state }) => state !== 'dead')?.wallMs,
      deadLetters: replica.deadCount,
      lastSyncedAtMs: replica.meta.lastSyncedAtMs,
      clockOffsetMs,
      userId,
      hasStorageFailed: store.hasStorageFailed,
    };
  }
  let status = read();
  function refresh(): void {
    const now = read();
    if (isSame(status, now)) return;
    status = now;
    listeners.notify();
  }
  store.onChanged(refresh);
  link.onChanged(refresh);
  return { get: () => status, subscribe: listeners.subscribe };
}
