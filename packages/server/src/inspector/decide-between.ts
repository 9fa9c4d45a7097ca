import { claimOf, compareStamps, compareTimestamps, type Stamp } from '@cuepoint/core';

/** What a stored write and another one were told apart by, in the order in which it is looked at. [HLC6] */
export type DecidedBy =
  /** A person did something later there: what they did counts before what a timer reports. [CLM1] */
  | 'claim'
  /** The later milliseconds. */
  | 'physical'
  /** The same millisecond, the greater counter. */
  | 'counter'
  /** The same timestamp, the greater device id by code unit. */
  | 'deviceId'
  /** No stamp: a timer's report never takes over from another device. */
  | 'passive';

/** Which of two writes of one register won, and why. */
export interface Decision {
  /** Whether the write that is looked at won. */
  readonly isWon: boolean;
  readonly by: DecidedBy;
  /** How far the winner's milliseconds are ahead, of the claim where it decided; 0 where a counter or an id did. */
  readonly aheadMs: number;
}

/**
 * Explains the merge of a register: the greater stamp wins, whichever came first. [LWW1]
 *
 * @returns undefined for one write met twice: there is nothing to decide.
 */
export function decideBetween(
  write: Stamp,
  other: Stamp,
  { isPassive = false, isStored = true }: { isPassive?: boolean; isStored?: boolean } = {},
): Decision | undefined {
  const order = compareStamps(write, other);
  if (order === 0) return undefined;
  if (isPassive && !isStored && order > 0) return { isWon: false, by: 'passive', aheadMs: 0 };
  const isWon = order > 0;
  const [claim, otherClaim] = [claimOf(write), claimOf(other)];
  // Of two acts the claims are the timestamps, and nothing is to say of them.
  const isTick = write.claim !== undefined || other.claim !== undefined;
  if (isTick && compareTimestamps(claim, otherClaim) !== 0) {
    return { isWon, by: 'claim', aheadMs: Math.abs(claim.physical - otherClaim.physical) };
  }
  const aheadMs = Math.abs(write.timestamp.physical - other.timestamp.physical);
  if (aheadMs !== 0) return { isWon, by: 'physical', aheadMs };
  const isSameCounter = write.timestamp.logical === other.timestamp.logical;
  return { isWon, by: isSameCounter ? 'deviceId' : 'counter', aheadMs: 0 };
}
