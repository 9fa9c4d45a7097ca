import type { DevicePresence, Presence } from '@cuepoint/core';

/** The user's devices as the service told of them last. [LIV6] */
export class DeviceList {
  readonly #devicesById = new Map<string, DevicePresence>();

  /** A message that holds the own device is the whole list. */
  receive({ devices }: Presence, ownDeviceId: string): void {
    const isWhole = devices.some(({ deviceId }) => deviceId === ownDeviceId);
    if (isWhole) this.#devicesById.clear();
    for (const device of devices) {
      // Deleted first: a device that was there keeps no place of its own in the order.
      this.#devicesById.delete(device.deviceId);
      if (device.state !== 'removed') this.#devicesById.set(device.deviceId, device);
    }
  }

  clear(): void {
    this.#devicesById.clear();
  }

  values(): DevicePresence[] {
    return [...this.#devicesById.values()];
  }
}
