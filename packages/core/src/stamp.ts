import { compareTimestamps, type Timestamp } from './timestamp.ts';

/** Who wrote, when, and since when they mean it: the total order of writes. */
export interface Stamp {
  readonly timestamp: Timestamp;
  readonly deviceId: string;
  /**
   * When a person last did something in this playback on this device: at or before `timestamp`. Left out where the write
   * is that act itself; one that equals `timestamp` is never written, so that a stamp has one form. [CLM2]
   */
  readonly claim?: Timestamp;
}

/** The time of the act that a write is, or continues. [CLM2] */
export function claimOf({
  timestamp,
  claim = timestamp,
}: Pick<Stamp, 'timestamp' | 'claim'>): Timestamp {
  return claim;
}

/** Only the stamp of something that has more to it, such as an op: what is kept stays small. */
export function stampOf({ timestamp, deviceId, claim }: Stamp): Stamp {
  return claim === undefined ? { timestamp, deviceId } : { timestamp, deviceId, claim };
}

/**
 * Orders stamps by claim, timestamp, then device id by code unit: what a person did counts before what a timer
 * reports. [CLM1] [HLC6]
 *
 * Device ids are ASCII, so code units and PostgreSQL's `collate "C"` bytes give one order.
 */
export function compareStamps(a: Stamp, b: Stamp): number {
  const byTime =
    compareTimestamps(claimOf(a), claimOf(b)) || compareTimestamps(a.timestamp, b.timestamp);
  if (byTime !== 0) return byTime;
  if (a.deviceId === b.deviceId) return 0;
  return a.deviceId < b.deviceId ? -1 : 1;
}
