import {
  claimOf,
  compareStamps,
  isFinished,
  type PlaybackPosition,
  type Stamp,
} from '@cuepoint/core';
import type { RegisterOp } from './op-key.ts';
import type { Replica } from './replica.ts';

/** A content on the list, as this device shows it. */
export interface WatchlistItem {
  readonly contentId: string;
  /** When it was put on the list, by the service's clock in ms; a change that is not sent yet may be off. */
  readonly addedAtMs: number;
  /** The device that did. */
  readonly addedBy: string;
  /** The service has not acknowledged it yet. */
  readonly isPending: boolean;
}

/** Where the user is in a content, as this device shows it. */
export interface ProgressItem extends PlaybackPosition {
  readonly contentId: string;
  readonly updatedAtMs: number;
  /** When a person did something there last, by the service's clock in ms: lists go by it. [CLM3] */
  readonly engagedAtMs: number;
  /** The device that was there last. */
  readonly deviceId: string;
  /** Seen to its end: nine tenths, and of what is longer than an hour all but five minutes. [LWW5] */
  readonly isCompleted: boolean;
  readonly isPending: boolean;
}

/** The live tags of a content and the stamps of their adds, the outbox folded over the rest. [SDK8] */
export function visibleTags(replica: Replica, contentId: string): Map<string, Stamp> {
  const { set } = replica.acknowledged;
  const stampsByTag = new Map<string, Stamp>();
  for (const tag of set.liveTags(contentId)) {
    const added = set.get(tag)?.added;
    if (added != null) stampsByTag.set(tag, added);
  }
  for (const { op } of replica.pendingOf('watchlist', contentId)) {
    if (op.kind === 'watchlist.add') {
      if (set.get(op.tag)?.removed == null) stampsByTag.set(op.tag, op);
    } else if (op.kind === 'watchlist.remove') {
      for (const tag of op.tags) stampsByTag.delete(tag);
    }
  }
  return stampsByTag;
}

export function watchlistItem(replica: Replica, contentId: string): WatchlistItem | undefined {
  let first: Stamp | undefined;
  for (const stamp of visibleTags(replica, contentId).values()) {
    if (first === undefined || compareStamps(stamp, first) < 0) first = stamp;
  }
  if (first === undefined) return undefined;
  return {
    contentId,
    addedAtMs: first.timestamp.physical,
    addedBy: first.deviceId,
    isPending: replica.pendingOf('watchlist', contentId).length > 0,
  };
}

/** The write that counts: the greatest stamp of what is acknowledged and what waits. [LWW1] [REG1] */
export function visibleRegister(
  replica: Replica,
  part: string,
  key: string,
): RegisterOp | undefined {
  let winner = replica.acknowledged.register(part, key);
  for (const { op } of replica.pendingOf(part, key)) {
    if (winner === undefined || compareStamps(op, winner) > 0) winner = op as RegisterOp;
  }
  return winner;
}

export function progressItem(replica: Replica, contentId: string): ProgressItem | undefined {
  const op = visibleRegister(replica, 'progress', contentId);
  if (op?.kind !== 'progress.set') return undefined;
  const { positionSeconds, durationSeconds, state, timestamp, deviceId } = op;
  return {
    contentId,
    positionSeconds,
    durationSeconds,
    state,
    updatedAtMs: timestamp.physical,
    engagedAtMs: claimOf(op).physical,
    deviceId,
    isCompleted: isFinished(op),
    isPending: replica.pendingOf('progress', contentId).length > 0,
  };
}
