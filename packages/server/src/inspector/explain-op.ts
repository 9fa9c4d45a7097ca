import {
  claimToWire,
  registerId,
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
  remember(register: string, stamp: Stamp): void;
  explain(watched: WatchedOp): Explanation | undefined;
}

/** @param registersMax past it the register that was written least recently is forgotten. */
export function createRegisterMemory(registersMax: number): RegisterMemory {
  const lastByRegister = new Map<string, Stamp>();

  function remember(register: string, stamp: Stamp): void {
    const known = lastByRegister.get(register);
    const isOlder = known !== undefined && decideBetween(stamp, known)?.isWon === false;
    lastByRegister.delete(register);
    lastByRegister.set(register, isOlder ? known : stamp);
    if (lastByRegister.size <= registersMax) return;
    for (const oldest of lastByRegister.keys()) {
      lastByRegister.delete(oldest);
      return;
    }
  }

  return {
    remember,
    explain({ op, result, winner, isPassive }) {
      const stamp = stampOfWire(op);
      if (stamp === undefined || result === 'duplicate' || result === 'rejected') return undefined;
      const register = registerOf(op);
      if (register === undefined) {
        return winner === undefined ? undefined : removedBefore(winner);
      }
      const isStored = result === 'applied';
      const other = winner === undefined ? lastByRegister.get(register) : stampOfWire(winner);
      if (isStored) remember(register, stamp);
      if (other === undefined) return undefined;
      const decision = decideBetween(stamp, other, { isPassive, isStored });
      return decision === undefined ? undefined : { ...decision, other: writtenAt(other) };
    },
  };
}

/** Undefined for what is no register. A content id holds no line break. */
function registerOf(op: WireOp): string | undefined {
  if (op.kind === 'register.set') return registerId(op.register, op.key);
  return op.kind === 'progress.set' || op.kind === 'progress.clear' ? op.contentId : undefined;
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
