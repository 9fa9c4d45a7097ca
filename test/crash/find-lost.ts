import type { WireOp } from '@cuepoint/core';
import type { AckedOp, UserLedger } from './ledger.ts';
import {
  compareRegisters,
  isRegisterOp,
  registerIdOf,
  registerKey,
  registerOf,
  type StoredState,
} from './stored-state.ts';

/** A promise that the stored state does not keep. */
export interface Loss {
  readonly what: string;
  /** The op that was acknowledged; none where something is stored that nobody sent. */
  readonly acked: AckedOp | undefined;
}

export interface FindLostOptions {
  /**
   * Tombstones of removes that left before this may have been collected: those tags may be unknown instead.
   * In ms since the epoch; by default none may.
   */
  readonly collectedBeforeMs?: number;
}

/** Compares what was acknowledged with what is stored. Nothing may be sent meanwhile. */
export function findLost(
  ledger: UserLedger,
  stored: StoredState,
  { collectedBeforeMs = Number.NEGATIVE_INFINITY }: FindLostOptions = {},
): readonly Loss[] {
  const mayBeCollected = (tag: string) =>
    (ledger.sentRemoves.get(tag) ?? Number.POSITIVE_INFINITY) < collectedBeforeMs;
  return [
    ...lostAdds(ledger, stored, mayBeCollected),
    ...lostRemoves(ledger, stored, mayBeCollected),
    ...lostWrites(ledger, stored),
    ...inventions(ledger, stored),
  ];
}

function* lostAdds(
  { ackedAdds, sentRemoves }: UserLedger,
  { tags }: StoredState,
  mayBeCollected: (tag: string) => boolean,
): Generator<Loss> {
  for (const [tag, acked] of ackedAdds) {
    const entry = tags.get(tag);
    if (entry === undefined && mayBeCollected(tag)) continue;
    if (entry === undefined) yield { what: 'an add is gone', acked };
    else if (entry.contentId !== acked.op.contentId)
      yield { what: `an add is of another content, ${entry.contentId}`, acked };
    else if (entry.isRemoved && !sentRemoves.has(tag))
      yield { what: 'an add is removed, and nobody removed it', acked };
  }
}

/** The tombstone has to be there as well, until it may be collected. */
function* lostRemoves(
  { ackedRemoves }: UserLedger,
  { tags }: StoredState,
  mayBeCollected: (tag: string) => boolean,
): Generator<Loss> {
  for (const [tag, acked] of ackedRemoves) {
    const entry = tags.get(tag);
    if (entry === undefined && mayBeCollected(tag)) continue;
    if (entry === undefined) yield { what: `the tombstone of ${tag} is gone`, acked };
    else if (!entry.isRemoved) yield { what: `${tag} was removed and is there again`, acked };
  }
}

function* lostWrites({ ackedWrites }: UserLedger, { registers }: StoredState): Generator<Loss> {
  for (const acked of ackedWrites) {
    const { op } = acked;
    if (!isRegisterOp(op)) continue;
    const register = registers.get(registerIdOf(op));
    const written = registerOf(op);
    const order = register === undefined ? -1 : compareRegisters(register, written);
    if (register === undefined || order < 0) yield { what: `${nameOf(op)} is lost`, acked };
    else if (order === 0 && register.position !== written.position)
      yield { what: `${nameOf(op)} has another value, ${register.position ?? 'cleared'}`, acked };
  }
}

function* inventions(
  { sentAdds, sentRemoves, sentWrites }: UserLedger,
  { tags, registers }: StoredState,
): Generator<Loss> {
  for (const [tag, { contentId, isRemoved }] of tags) {
    const isSent = isRemoved ? sentRemoves.has(tag) : sentAdds.get(tag)?.contentId === contentId;
    if (!isSent) yield { what: `nobody sent the tag ${tag} of ${contentId}`, acked: undefined };
  }
  for (const [contentId, register] of registers) {
    const key = registerKey(contentId, register);
    if (!sentWrites.has(key)) yield { what: `nobody wrote ${key}`, acked: undefined };
  }
}

function nameOf(op: WireOp): string {
  return op.kind === 'register.set' ? `the register ${op.register}` : 'progress';
}
