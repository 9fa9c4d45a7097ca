import { DEFAULT_STALE_AFTER_MS, isStale, type DeviceInfo } from './device-info.ts';
import { requireRegistration, type DeviceRegistration } from './device-registration.ts';
import { DurabilityTracker } from './durability-tracker.ts';
import { CuepointError } from './errors.ts';
import { normalizeUuid } from './ids.ts';
import { requireUserId, type ManagerContext } from './manager-context.ts';

export interface DeviceRegistryOptions {
  /** Without a heartbeat for this long a device is offline. In ms. [LIV6] */
  readonly staleAfterMs?: number;
}

/** One user's devices in memory, every mutation persisted through the port. */
export class DeviceRegistry {
  readonly #context: Pick<ManagerContext, 'userId' | 'port' | 'environment'>;
  readonly #devicesById = new Map<string, DeviceInfo>();
  readonly #durability = new DurabilityTracker();
  readonly #staleAfterMs: number;

  /** @param devices the stored state; empty for a new user. */
  constructor(
    context: Pick<ManagerContext, 'userId' | 'port' | 'environment'>,
    devices: Iterable<DeviceInfo> = [],
    { staleAfterMs = DEFAULT_STALE_AFTER_MS }: DeviceRegistryOptions = {},
  ) {
    requireUserId(context.userId);
    this.#context = { ...context, userId: normalizeUuid(context.userId) };
    this.#staleAfterMs = staleAfterMs;
    for (const device of devices) this.#devicesById.set(device.deviceId, device);
  }

  get(deviceId: string): DeviceInfo | undefined {
    return this.#devicesById.get(deviceId);
  }

  list(): DeviceInfo[] {
    return [...this.#devicesById.values()];
  }

  /** Devices that said hello, did not leave, and sent a heartbeat within `staleAfterMs`. */
  online(): DeviceInfo[] {
    const now = this.#context.environment.now();
    return this.list().filter(
      (device) => device.isOnline && !isStale(device, now, this.#staleAfterMs),
    );
  }

  isStale(deviceId: string): boolean {
    const device = this.#devicesById.get(deviceId);
    return (
      device !== undefined && isStale(device, this.#context.environment.now(), this.#staleAfterMs)
    );
  }

  /**
   * Adds a device or replaces what it said before; it is online from now on.
   *
   * @throws CuepointError `invalid_device_id` or `invalid_device`, with the field
   */
  register(registration: DeviceRegistration): DeviceInfo {
    requireRegistration(registration);
    return this.#put({
      ...registration,
      lastSeenMs: this.#context.environment.now(),
      isOnline: true,
    });
  }

  /** @throws CuepointError `not_found` for a device that is not registered. */
  heartbeat(deviceId: string): DeviceInfo {
    const { environment, port, userId } = this.#context;
    const device = {
      ...this.#require(deviceId),
      lastSeenMs: environment.now(),
      isOnline: true,
    };
    this.#devicesById.set(deviceId, device);
    this.#durability.track(() => port.updateDeviceHeartbeat(userId, deviceId, device.lastSeenMs));
    return device;
  }

  /** The device left on its own account. @throws CuepointError `not_found` */
  leave(deviceId: string): DeviceInfo {
    return this.#put({ ...this.#require(deviceId), isOnline: false });
  }

  /** Takes the device out of the registry. @returns false when it was not registered. */
  remove(deviceId: string): boolean {
    if (!this.#devicesById.delete(deviceId)) return false;
    const { port, userId } = this.#context;
    this.#durability.track(() => port.deleteDevice(userId, deviceId));
    return true;
  }

  /** Marks devices without a heartbeat offline and returns them. */
  markStaleOffline(): DeviceInfo[] {
    const now = this.#context.environment.now();
    return this.list()
      .filter((device) => device.isOnline && isStale(device, now, this.#staleAfterMs))
      .map((device) => this.#put({ ...device, isOnline: false }));
  }

  /** @throws when the port failed since the last call. */
  whenDurable(): Promise<void> {
    return this.#durability.whenDurable();
  }

  #require(deviceId: string): DeviceInfo {
    const device = this.#devicesById.get(deviceId);
    if (device === undefined) {
      throw new CuepointError('not_found', 'No such device is registered.', { field: 'deviceId' });
    }
    return device;
  }

  #put(device: DeviceInfo): DeviceInfo {
    this.#devicesById.set(device.deviceId, device);
    const { port, userId } = this.#context;
    this.#durability.track(() => port.persistDevice(userId, device));
    return device;
  }
}
