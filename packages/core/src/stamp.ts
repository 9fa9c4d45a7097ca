import { compareTimestamps, type Timestamp } from './timestamp.ts';

/** Who wrote, and when: the total order of writes. */
export interface Stamp {
  readonly timestamp: Timestamp;
  readonly deviceId: string;
}

/** Only the stamp of something that has more to it, such as an op: what is kept stays small. */
export function stampOf({ timestamp, deviceId }: Stamp): Stamp {
  return { timestamp, deviceId };
}

/**
 * Orders stamps by physical, logical, then device id by code unit. [HLC6]
 *
 * Device ids are ASCII, so code units and PostgreSQL's `collate "C"` bytes give one order.
 */
export function compareStamps(a: Stamp, b: Stamp): number {
  const byTime = compareTimestamps(a.timestamp, b.timestamp);
  if (byTime !== 0) return byTime;
  if (a.deviceId === b.deviceId) return 0;
  return a.deviceId < b.deviceId ? -1 : 1;
}
