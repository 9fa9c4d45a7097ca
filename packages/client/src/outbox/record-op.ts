import type { Op, Timestamp } from '@cuepoint/core';
import { isRegisterOp, keyOf, partOf, type Keyed } from '../replica/op-key.ts';
import type { ReplicaStore } from '../replica/replica-store.ts';
import { ageOfAct, withClaim } from './claims.ts';
import { noticeClockJump } from './clock-jump.ts';
import { withDate } from './dates.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { maxOf } from './service-clock.ts';

/** A change that is to be written. */
export type GivenOp = Keyed & {
  /** It happened as it was written: it has the date of its stamp, whatever the device's clock says now. [PLY2] */
  readonly isDated?: true;
};

/** What is written together is stored together. @throws ClientError `closed` */
export type Write = (...ops: readonly GivenOp[]) => void;

/**
 * Puts changes of this device into the outbox, where the next read sees them. [SDK1]
 *
 * A register that was not sent yet makes room for a later write of it; what else there is is kept. [SDK4]
 *
 * @returns resolves once they survive the end of the process. Never rejects.
 */
export function recordOps(
  store: ReplicaStore,
  deviceId: string,
  ops: readonly GivenOp[],
): Promise<void> {
  noticeClockJump(store);
  const { replica, clock, place } = store;
  const put: OutboxEntry[] = [];
  const foldedInto: Record<string, string> = {};
  for (const { isDated, ...given } of ops) {
    const op = given as Keyed;
    const seen = seenBy(store, op);
    const pending = isRegisterOp(op)
      ? replica.pendingOf(partOf(op), keyOf(op)).filter(({ userId }) => userId === place.userId)
      : [];
    const folded = pending.filter(({ state }) => state === 'unsent');
    const timestamp = clock.mint(maxOf(seen, pending[pending.length - 1]?.op.timestamp));
    const claim = 'claim' in op ? op.claim : undefined;
    const made = newEntry(store);
    const stamped = withClaim({ ...op, timestamp, deviceId }, claim);
    put.push({
      ...made,
      op: isDated ? withDate(stamped, clock.nowMs()) : stamped,
      seen,
      claimAgeMs: claim && ageOfAct(claim, folded, replica.entries(), made.wallMs),
      ...(isDated && { isDated }),
    });
    for (const { id } of folded) foldedInto[id] = made.id;
  }
  const drop = Object.keys(foldedInto);
  return store.commit({ put, ...(drop.length > 0 && { drop, foldedInto }) });
}

/** Of what the service had acknowledged and its database has lost: it keeps its tag and stamp, as what was sent does. [CUR6] */
export function entryToRepeat(store: ReplicaStore, op: Op): OutboxEntry {
  return { ...newEntry(store), op, state: 'unanswered', sends: 1, isRepeated: true };
}

function newEntry(store: ReplicaStore): Omit<OutboxEntry, 'op'> {
  const { clock, place } = store;
  return {
    id: store.nextEntryId(),
    userId: place.userId,
    shownUserId: place.below?.userId,
    wallMs: clock.wallMs(),
    serviceMs: clock.measuredMs,
    notBeforeMs: clock.notBeforeMs,
    seen: undefined,
    sends: 0,
    state: 'unsent',
    code: undefined,
  };
}

/** What a change has to be stamped past: the register that it replaces, and what is collected or erased. [LWW1] */
export function seenBy({ replica, clock }: ReplicaStore, op: Keyed): Timestamp | undefined {
  return maxOf(clock.floor, replica.acknowledged.registerOf(op)?.timestamp);
}
