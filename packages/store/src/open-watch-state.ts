import {
  DeviceRegistry,
  HybridLogicalClock,
  maxTimestamp,
  ProgressSync,
  WatchlistSync,
  ZERO_TIMESTAMP,
  type ManagerContext,
  type Timestamp,
} from '@cuepoint/core';
import { randomUUID } from 'node:crypto';
import type { SyncPersistence } from './sync-persistence.ts';

export interface OpenWatchStateOptions {
  readonly userId: string;
  /** The device that this process writes as. */
  readonly deviceId: string;
  readonly now?: () => number;
  readonly randomUuid?: () => string;
}

/** One user's state in memory; its managers persist what they mutate. */
export interface WatchState {
  readonly watchlist: WatchlistSync;
  readonly progress: ProgressSync;
  readonly devices: DeviceRegistry;
  /** Resolves when everything so far is durable. @throws the first failure since the last call. */
  whenDurable(): Promise<void>;
}

/**
 * Loads a user's state for a program that uses the library without the service.
 *
 * The clock starts past every stamp of this device, so that none is used twice. [LWW3]
 */
export async function openWatchState(
  persistence: SyncPersistence,
  { userId, deviceId, now = Date.now, randomUuid = randomUUID }: OpenWatchStateOptions,
): Promise<WatchState> {
  const [set, registers, devices] = await Promise.all([
    persistence.loadWatchlistState(userId),
    persistence.loadProgressState(userId),
    persistence.loadDevices(userId),
  ]);
  let last: Timestamp = ZERO_TIMESTAMP;
  const learn = (stamp: { deviceId: string; timestamp: Timestamp } | null) => {
    if (stamp?.deviceId === deviceId) last = maxTimestamp(last, stamp.timestamp);
  };
  for (const { added, removed } of set.entries()) {
    learn(added);
    learn(removed);
  }
  for (const { stamp } of registers.values()) learn(stamp);
  const context: ManagerContext = {
    userId,
    deviceId,
    clock: new HybridLogicalClock({ last }),
    port: persistence,
    environment: { now, randomUuid },
  };
  const watchlist = new WatchlistSync(context, set);
  const progress = new ProgressSync(context, registers);
  const registry = new DeviceRegistry(context, devices);
  return {
    watchlist,
    progress,
    devices: registry,
    async whenDurable() {
      await Promise.all([watchlist.whenDurable(), progress.whenDurable(), registry.whenDurable()]);
    },
  };
}
