import type { LiveDevice } from '../live-device.ts';
import { Watchers } from './watchers.ts';

/** Resolves once `predicate` holds; it is asked after everything that happens to any of the devices. */
export async function untilDevices(
  devices: readonly LiveDevice[],
  predicate: () => boolean,
  what: string,
  timeoutMs?: number,
): Promise<void> {
  const watchers = new Watchers();
  const ends = devices.map((device) => device.onEvent(() => watchers.notify()));
  const describe = () =>
    [`not ${what}:`, ...devices.map((device) => `${device.deviceId} ${device.describe()}`)].join(
      '\n',
    );
  try {
    await watchers.until(predicate, describe, timeoutMs);
  } finally {
    for (const end of ends) end();
  }
}
