import type { CrashDevice } from './crash-device.ts';

/** The devices that have not settled, for an error. */
export function describeUnsettled(
  devices: readonly Pick<CrashDevice, 'isSettled' | 'describe'>[],
): string {
  return devices
    .filter((device) => !device.isSettled)
    .map((device) => device.describe())
    .join('; ');
}

/** Calls after each change of any of them. @returns what ends it. */
export function subscribeAll(
  devices: readonly Pick<CrashDevice, 'subscribe'>[],
  listener: () => void,
): () => void {
  const ends = devices.map((device) => device.subscribe(listener));
  return () => {
    for (const end of ends) end();
  };
}
