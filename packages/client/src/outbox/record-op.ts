import type {
  ProgressClearOp,
  ProgressSetOp,
  WatchlistAddOp,
  WatchlistRemoveOp,
} from '@cuepoint/core';
import type { ReplicaStore } from '../replica/replica-store.ts';
import { noticeClockJump } from './clock-jump.ts';
import type { OutboxEntry } from './outbox-entry.ts';

type Unstamped<Op> = Op extends unknown ? Omit<Op, 'timestamp' | 'deviceId'> : never;
/** A change that has no stamp yet. */
export type UnstampedOp = Unstamped<
  WatchlistAddOp | WatchlistRemoveOp | ProgressSetOp | ProgressClearOp
>;

/**
 * Puts a change of this device into the outbox, where the next read sees it. [SDK1]
 *
 * Progress that was not sent yet makes room for later progress of its content; watchlist changes are all kept. [SDK4]
 *
 * @returns resolves once it survives the end of the process. Never rejects.
 */
export function recordOp(store: ReplicaStore, deviceId: string, op: UnstampedOp): Promise<void> {
  noticeClockJump(store);
  const { replica, clock } = store;
  const isProgress = op.kind === 'progress.set' || op.kind === 'progress.clear';
  const register = isProgress ? replica.acknowledged.registers.get(op.contentId) : undefined;
  const seen = register?.timestamp;
  const folded = isProgress
    ? replica
        .pendingOf(op.contentId)
        .filter(({ op: { kind }, state }) => kind.startsWith('progress') && state === 'unsent')
    : [];
  const entry: OutboxEntry = {
    id: store.nextEntryId(),
    op: { ...op, timestamp: clock.mint(seen), deviceId },
    wallMs: clock.wallMs(),
    serviceMs: clock.measuredMs,
    notBeforeMs: clock.notBeforeMs,
    seen,
    sends: 0,
    state: 'unsent',
    code: undefined,
  };
  return store.commit({
    put: [entry],
    ...(folded.length > 0 && { drop: folded.map(({ id }) => id), foldedInto: entry.id }),
  });
}
