import {
  claimOf,
  compareTimestamps,
  maxTimestamp,
  nextTimestamp,
  type Op,
  type Timestamp,
} from '@cuepoint/core';
import type { OutboxEntry } from './outbox-entry.ts';

/** The op with this claim, or as an act where that would not be before its timestamp. [CLM2] */
export function withClaim(op: Op, claim: Timestamp | undefined): Op {
  if (!('claim' in op)) return op;
  const { claim: _, ...act } = op;
  return claim !== undefined && compareTimestamps(claim, op.timestamp) < 0
    ? { ...act, claim }
    : act;
}

/**
 * How long ago the act of a claim was, where that waits at a time that nobody has measured: both move together. [CLM6]
 *
 * @param folded whose place the change takes; all others are looked through only where none of them is of this claim.
 */
export function ageOfAct(
  claim: Timestamp,
  folded: readonly OutboxEntry[],
  entries: readonly OutboxEntry[],
  wallMs: number,
): number | undefined {
  const isOfAct = ({ op }: OutboxEntry) => compareTimestamps(claimOf(op), claim) === 0;
  const act =
    folded.find(isOfAct) ??
    entries.find(
      (entry) => entry.state === 'unsent' && entry.serviceMs === undefined && isOfAct(entry),
    );
  const isMeasured = act?.serviceMs !== undefined && act.claimAgeMs === undefined;
  return act === undefined || isMeasured ? undefined : wallMs - act.wallMs + (act.claimAgeMs ?? 0);
}

/** The claim of a change that is restamped: as long before it as the act was, and past what that replaced. [CLM6] */
export function movedClaim(
  { op, claimAgeMs }: OutboxEntry,
  physical: number,
  past: Timestamp | undefined,
): Timestamp | undefined {
  if (claimAgeMs === undefined) return 'claim' in op ? op.claim : undefined;
  const claim = { physical: Math.max(physical - claimAgeMs, 0), logical: 0 };
  return past === undefined ? claim : maxTimestamp(claim, nextTimestamp(past));
}
