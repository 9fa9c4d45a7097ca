import type { DeviceInfo } from './device-info.ts';
import type { Op, OpResult } from './op.ts';

/**
 * Where the managers put what they mutate. `SyncPersistence` of `@cuepoint/store` is one.
 *
 * Every promise settles only once the change is durable, or rejects with a `CuepointError`. [GC1]
 */
export interface PersistencePort {
  persistOp(userId: string, op: Op): Promise<OpResult>;
  persistDevice(userId: string, device: DeviceInfo): Promise<void>;
  /** @returns false when the device is not registered. */
  updateDeviceHeartbeat(userId: string, deviceId: string, atMs: number): Promise<boolean>;
  /** @returns false when the device is not registered. */
  deleteDevice(userId: string, deviceId: string): Promise<boolean>;
}

/** What the managers need from their surroundings, beside the port. */
export interface ManagerEnvironment {
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  /** A new random UUID. */
  readonly randomUuid: () => string;
}
