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
  /**
   * Resolves when everything so far is durable.
   *
   * @throws the first failure since the last call. Memory keeps a change that the store refused: open the
   * state again to have what the store holds.
   */
  whenDurable(): Promise<void>;
}

/** The floor is the user's, whatever the content: this one stands for all. */
const ANY_CONTENT_ID = 'any';

/**
 * Loads a user's state for a program that uses the library without the service.
 *
 * The clock starts past every stamp of this device, so that none is used twice [LWW3], and past the
 * user's floor where the drift bound lets it, so that the store takes its adds. [CUR4]
 */
export async function openWatchState(
  persistence: SyncPersistence,
  { userId, deviceId, now = Date.now, randomUuid = randomUUID }: OpenWatchStateOptions,
): Promise<WatchState> {
  const [set, registers, devices, { addFloor }] = await Promise.all([
    persistence.loadWatchlistState(userId),
    persistence.loadProgressState(userId),
    persistence.loadDevices(userId),
    persistence.repository.readWriteContext(userId, ANY_CONTENT_ID),
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
  const clock = new HybridLogicalClock({ last });
  if (addFloor !== undefined) clock.receive(addFloor, now());
  const context: ManagerContext = {
    userId,
    deviceId,
    clock,
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
