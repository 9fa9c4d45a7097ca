import {
  claimToWire,
  textToTimestamp,
  timestampToText,
  wireToClaim,
  type Stamp,
  type WireOp,
} from '@cuepoint/core';
import type { WatchedOp } from '../live/op-watchers.ts';
import { decideBetween, type DecidedBy } from './decide-between.ts';

/** Why an op won or lost. */
export interface Explanation {
  readonly isWon: boolean;
  /** `removed`: the tag was removed before, and a removed tag stays removed. [ORS3] */
  readonly by: DecidedBy | 'removed';
  readonly aheadMs: number;
  /** The write that it met. */
  readonly other: {
    readonly timestamp: string;
    readonly deviceId: string;
    readonly claim?: string;
  };
}

/** The last known write of each register of a user: what the next one is compared with. */
export interface RegisterMemory {
  remember(contentId: string, stamp: Stamp): void;
  explain(watched: WatchedOp): Explanation | undefined;
}

/** @param registersMax past it the register that was written least recently is forgotten. */
export function createRegisterMemory(registersMax: number): RegisterMemory {
  const lastByContentId = new Map<string, Stamp>();

  function remember(contentId: string, stamp: Stamp): void {
    const known = lastByContentId.get(contentId);
    const isOlder = known !== undefined && decideBetween(stamp, known)?.isWon === false;
    lastByContentId.delete(contentId);
    lastByContentId.set(contentId, isOlder ? known : stamp);
    if (lastByContentId.size <= registersMax) return;
    for (const oldest of lastByContentId.keys()) {
      lastByContentId.delete(oldest);
      return;
    }
  }

  return {
    remember,
    explain({ op, result, winner, isPassive }) {
      const stamp = stampOfWire(op);
      if (stamp === undefined || result === 'duplicate' || result === 'rejected') return undefined;
      if (op.kind !== 'progress.set' && op.kind !== 'progress.clear') {
        return winner === undefined ? undefined : removedBefore(winner);
      }
      const isStored = result === 'applied';
      const other = winner === undefined ? lastByContentId.get(op.contentId) : stampOfWire(winner);
      if (isStored) remember(op.contentId, stamp);
      if (other === undefined) return undefined;
      const decision = decideBetween(stamp, other, { isPassive, isStored });
      return decision === undefined ? undefined : { ...decision, other: writtenAt(other) };
    },
  };
}

function removedBefore(winner: WireOp): Explanation {
  const { timestamp, deviceId = '' } = winner;
  return { isWon: false, by: 'removed', aheadMs: 0, other: { timestamp, deviceId } };
}

/** Of an op that was accepted: its texts are well-formed. */
function stampOfWire(op: WireOp): Stamp | undefined {
  const timestamp = textToTimestamp(op.timestamp);
  if (timestamp === undefined || op.deviceId === undefined) return undefined;
  const claim = op.kind === 'progress.set' ? op.claim : undefined;
  return { timestamp, deviceId: op.deviceId, ...wireToClaim(claim, timestamp) };
}

function writtenAt({ timestamp, deviceId, claim }: Stamp): Explanation['other'] {
  return { timestamp: timestampToText(timestamp), deviceId, ...claimToWire(claim) };
}
