import type {
  Op,
  ProgressClearOp,
  ProgressSetOp,
  Timestamp,
  WatchlistAddOp,
  WatchlistRemoveOp,
} from '@cuepoint/core';
import { isRegisterOp, keyOf, partOf } from '../replica/op-key.ts';
import type { ReplicaStore } from '../replica/replica-store.ts';
import { ageOfAct, withClaim } from './claims.ts';
import { noticeClockJump } from './clock-jump.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { maxOf } from './service-clock.ts';

type Unstamped<Kind> = Kind extends unknown ? Omit<Kind, 'timestamp' | 'deviceId'> : never;
/** A change that has no stamp yet. */
export type UnstampedOp = Unstamped<
  WatchlistAddOp | WatchlistRemoveOp | ProgressSetOp | ProgressClearOp
>;

/**
 * Puts a change of this device into the outbox, where the next read sees it. [SDK1]
 *
 * A register that was not sent yet makes room for a later write of it; watchlist changes are all kept. [SDK4]
 *
 * @returns resolves once it survives the end of the process. Never rejects.
 */
export function recordOp(store: ReplicaStore, deviceId: string, op: UnstampedOp): Promise<void> {
  noticeClockJump(store);
  const { replica, clock, place } = store;
  const seen = seenBy(store, op);
  const pending = isRegisterOp(op)
    ? replica.pendingOf(partOf(op), keyOf(op)).filter(({ userId }) => userId === place.userId)
    : [];
  const folded = pending.filter(({ state }) => state === 'unsent');
  const timestamp = clock.mint(maxOf(seen, pending[pending.length - 1]?.op.timestamp));
  const claim = op.kind === 'progress.set' ? op.claim : undefined;
  const made = newEntry(store);
  const entry: OutboxEntry = {
    ...made,
    op: withClaim({ ...op, timestamp, deviceId }, claim),
    seen,
    claimAgeMs: claim && ageOfAct(claim, folded, replica.entries(), made.wallMs),
  };
  return store.commit({
    put: [entry],
    ...(folded.length > 0 && { drop: folded.map(({ id }) => id), foldedInto: entry.id }),
  });
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
export function seenBy({ replica, clock }: ReplicaStore, op: UnstampedOp): Timestamp | undefined {
  return maxOf(clock.floor, replica.acknowledged.registerOf(op)?.timestamp);
}
